package io.octavo.server;

import io.octavo.server.nodes.Membership;
import io.octavo.server.publish.Arrivals;
import io.octavo.server.publish.Publisher;
import io.octavo.server.subscribe.SubscribeRole;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Whether a node should be sent work, and how it stops. */
@Configuration(proxyBeanMethods = false)
class HealthWiring {
    /** Several heartbeats: a store that is slow for a moment takes no node out of service. */
    private static final Duration LOG_REACHED_WITHIN = Duration.ofSeconds(30);

    @Bean
    Drain drain(
            DrainConfig config,
            Membership membership,
            ObjectProvider<Publisher> publisher,
            ObjectProvider<SubscribeRole> subscribe,
            Arrivals arrivals) {
        return new Drain(config, membership, publisher.getIfAvailable(), subscribe.getIfAvailable(), arrivals);
    }

    /** Its name is what the health groups of {@code application.yml} call it. */
    @Bean("node")
    Readiness readiness(
            OctavoConfig octavo,
            GrpcLifecycle grpc,
            Drain drain,
            Membership membership,
            ObjectProvider<SubscribeRole> subscribe) {
        SubscribeRole role = subscribe.getIfAvailable();
        boolean publishes = octavo.roleSet().contains(Role.PUBLISH);
        return new Readiness(
                () -> grpc.isRunning() && !drain.isStopping(),
                role == null ? null : role.cache()::ready,
                publishes ? () -> membership.reachedStoreWithin(LOG_REACHED_WITHIN) : null);
    }
}
