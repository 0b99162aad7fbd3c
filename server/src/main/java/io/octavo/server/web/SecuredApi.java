package io.octavo.server.web;

import io.octavo.server.security.SignIns;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** What asks callers who they are, if security is on. Needs {@link SignIns}. */
@Configuration(proxyBeanMethods = false)
public class SecuredApi {
    @Bean
    FilterRegistrationBean<SignInFilter> signInFilter(SignIns signIns) {
        FilterRegistrationBean<SignInFilter> filter = new FilterRegistrationBean<>(new SignInFilter(signIns));
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 3);
        return filter;
    }

    @Bean
    WebMvcConfigurer rightsCheck() {
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(new RightsCheck());
            }
        };
    }
}
