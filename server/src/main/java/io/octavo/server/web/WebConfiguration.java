package io.octavo.server.web;

import io.octavo.server.publish.ArrivalConfig;
import io.octavo.server.publish.Arrivals;
import io.octavo.server.security.OidcConfig;
import io.octavo.server.web.openapi.ApiDocument;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.json.JsonMapper;

/**
 * What every role serves over HTTP: the status, and the ways of all requests (ids, problem documents, JSON, the
 * container's rules). Needs a {@link StatusBoard}. To be imported by name, as {@link ReadApi} and {@link AdminApi} are
 * by the roles that have them; this package is not made for being scanned.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ArrivalConfig.class)
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
    FilterRegistrationBean<Safeguards> safeguards(ObjectProvider<OidcConfig> oidc) {
        OidcConfig config = oidc.getIfAvailable();
        URI issuer = config == null ? null : config.signIn();
        FilterRegistrationBean<Safeguards> filter = new FilterRegistrationBean<>(new Safeguards(issuer));
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
        return filter;
    }

    /** Of all requests, whatever they are for: JSON as well as payloads. */
    @Bean
    Arrivals arrivals(ArrivalConfig config) {
        return new Arrivals(config, System::nanoTime);
    }

    @Bean
    FilterRegistrationBean<WatchedBodies> watchedBodies(Arrivals arrivals) {
        FilterRegistrationBean<WatchedBodies> filter = new FilterRegistrationBean<>(new WatchedBodies(arrivals));
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 2);
        return filter;
    }

    @Bean
    FilterRegistrationBean<CrossSiteCheck> crossSiteCheck() {
        FilterRegistrationBean<CrossSiteCheck> filter = new FilterRegistrationBean<>(new CrossSiteCheck());
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 2);
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
            public void configureHandlerExceptionResolvers(List<HandlerExceptionResolver> resolvers) {
                // Instead of the framework's own: those take what a store breaks off for a caller who has gone.
                resolvers.add(new Problems());
            }
        };
    }

    /** The last to be asked: the framework's own way with unknown addresses trips over odd headers. */
    @Bean
    SimpleUrlHandlerMapping everythingElse() {
        HttpRequestHandler nothing = (request, response) -> {
            throw Problems.nothingHere(request);
        };
        return new SimpleUrlHandlerMapping(Map.of("/**", nothing), Ordered.LOWEST_PRECEDENCE);
    }

    @Bean
    ApiDocument apiDocument(
            @Qualifier("requestMappingHandlerMapping") ObjectProvider<RequestMappingHandlerMapping> mappings) {
        return new ApiDocument(() -> mappings.getObject().getHandlerMethods(), Addresses.API, Problem.class);
    }

    @Bean
    StatusController statusController(StatusBoard board, ObjectProvider<OidcConfig> oidc) {
        return new StatusController(board, oidc.getIfAvailable());
    }
}
