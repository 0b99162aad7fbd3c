package io.octavo.server.web;

import java.util.List;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.databind.json.JsonMapper;

/**
 * What every role serves over HTTP: the status, and the ways of all requests (ids, problem documents, JSON, the
 * container's rules). Needs a {@link StatusBoard}. To be imported by name, as {@link ReadApi} and {@link AdminApi} are
 * by the roles that have them; this package is not made for being scanned.
 */
@Configuration(proxyBeanMethods = false)
public class WebConfiguration {
    @Bean
    JsonMapper jsonMapper() {
        return Json.MAPPER;
    }

    @Bean
    TomcatRules tomcatRules() {
        return new TomcatRules();
    }

    @Bean
    FilterRegistrationBean<RequestIds> requestIds() {
        FilterRegistrationBean<RequestIds> filter = new FilterRegistrationBean<>(new RequestIds());
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return filter;
    }

    @Bean
    FilterRegistrationBean<Safeguards> safeguards() {
        FilterRegistrationBean<Safeguards> filter = new FilterRegistrationBean<>(new Safeguards());
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
        return filter;
    }

    @Bean
    ProblemPage problemPage() {
        return new ProblemPage();
    }

    @Bean
    WebMvcConfigurer problems() {
        return new WebMvcConfigurer() {
            @Override
            public void extendHandlerExceptionResolvers(List<HandlerExceptionResolver> resolvers) {
                resolvers.add(0, new Problems());
            }
        };
    }

    @Bean
    StatusController statusController(StatusBoard board) {
        return new StatusController(board);
    }
}
