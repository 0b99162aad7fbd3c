package io.octavo.spring;

import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.client.ClientMetrics;
import io.octavo.client.MicrometerMetrics;
import io.octavo.client.OctavoClient;
import io.octavo.client.OctavoClientBuilder;
import io.octavo.client.Subscription;
import org.springframework.beans.factory.InjectionPoint;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.ConfigurationPropertiesBinding;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Scope;
import org.springframework.core.env.ConfigurableEnvironment;

/** One client for the application, closed with it, its subscriptions, its health and its metrics. */
@AutoConfiguration(
        afterName = {
            // The group readiness must be there.
            "org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration",
            "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration"
        })
@EnableConfigurationProperties(OctavoClientProperties.class)
public class OctavoClientAutoConfiguration {
    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    OctavoClient octavoClient(
            OctavoClientProperties properties,
            ConfigurableEnvironment environment,
            ObjectProvider<ClientMetrics> metrics,
            ObjectProvider<ClientCustomizer> customizers) {
        KnownKeys.warnOfVariables(environment);
        OctavoClientBuilder builder = properties.builder();
        metrics.ifUnique(builder::metrics);
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    @Bean
    @ConfigurationPropertiesBinding
    static OverridesText octavoOverridesText() {
        return new OverridesText();
    }

    @Bean
    Subscriptions octavoSubscriptions(OctavoClient client, ListableBeanFactory beans) {
        return new Subscriptions(client, beans);
    }

    /** For each place that asks for one; one that the application has itself goes first. */
    @Bean(destroyMethod = "")
    @Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
    @Fallback
    @SuppressWarnings("unchecked")
    <T> Subscription<T> octavoSubscription(InjectionPoint point, Subscriptions subscriptions) {
        return (Subscription<T>) subscriptions.at(point);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(HealthIndicator.class)
    static class HealthConfiguration {
        @Bean("octavoHealthIndicator")
        @ConditionalOnMissingBean(name = "octavoHealthIndicator")
        HealthIndicator octavoHealthIndicator(OctavoClient client, Subscriptions subscriptions) {
            return new SubscriptionsHealth(client, subscriptions);
        }

        @Bean
        static ReadinessOnly octavoReadinessOnly() {
            return new ReadinessOnly();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    static class MetricsConfiguration {
        @Bean
        @ConditionalOnBean(MeterRegistry.class)
        @ConditionalOnMissingBean
        ClientMetrics octavoClientMetrics(MeterRegistry registry) {
            return new MicrometerMetrics(registry);
        }
    }
}
