package io.octavo.server;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.protocol.Part;
import io.octavo.protocol.PayloadLinks;
import io.octavo.server.consumers.ConsumerReports;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.nodes.NodeTable;
import io.octavo.server.payload.JustStored;
import io.octavo.server.payload.Payloads;
import io.octavo.server.peers.NodeService;
import io.octavo.server.subscribe.ConsumersConfig;
import io.octavo.server.subscribe.HeldConfig;
import io.octavo.server.subscribe.LatestVersions;
import io.octavo.server.subscribe.PayloadSource;
import io.octavo.server.subscribe.SubscribeConfig;
import io.octavo.server.subscribe.SubscribeRole;
import io.octavo.server.topic.ChangeFeed;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.web.HeldVersions;
import io.octavo.server.web.HeldVersions.Held;
import io.octavo.server.web.LatestChanges;
import io.octavo.server.web.NotedUse;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The subscribe role: polls and reads from memory. */
@Configuration(proxyBeanMethods = false)
@OnRole(Role.SUBSCRIBE)
class SubscribeWiring {
    @Bean(initMethod = "start")
    SubscribeRole subscribeRole(
            TopicLog log,
            ChangeFeed feed,
            JustStored direct,
            Payloads payloads,
            SubscribeConfig config,
            HeldConfig heldConfig,
            ConsumersConfig consumersConfig,
            FallbackCache fallback,
            NodeTable.Node self,
            InstantSource clock,
            MeterRegistry meters) {
        PayloadSource source = new PayloadSource() {
            @Override
            public boolean isMissing(Part part) {
                return payloads.isMissing(part);
            }

            @Override
            public ByteString direct(Part part) {
                // The fallback cache keeps no object for nothing.
                return part.getSize() == 0
                        ? ByteString.EMPTY
                        : direct.read(part.getDirect().getPayloadId());
            }

            @Override
            public PayloadLinks links(Part part, String region) {
                return payloads.links(part, region);
            }
        };
        return new SubscribeRole(
                log,
                feed,
                source,
                config,
                heldConfig,
                consumersConfig,
                fallback,
                self.region(),
                clock,
                RandomGenerator.getDefault(),
                meters);
    }

    @Bean
    LatestChanges latestChanges(SubscribeRole role) {
        return role::nextChange;
    }

    @Bean
    NotedUse notedUse(SubscribeRole role) {
        return role::used;
    }

    @Bean
    HeldVersions heldVersions(SubscribeRole role) {
        return (head, consumer) -> {
            LatestVersions.Instead held = role.latest().insteadOf(head, consumer);
            return held == null ? null : new Held(held.version(), held.since(), held.standIn(), held.record());
        };
    }

    @Bean
    BindableService subscribeService(SubscribeRole role) {
        return role.service();
    }

    @Bean
    BindableService nodeService(SubscribeRole role, JustStored direct) {
        ConsumerReports reports = role.consumers();
        return new NodeService(
                hint -> {
                    if (!hint.getPayload().isEmpty()) {
                        direct.learn(hint.getHead(), hint.getPayload());
                    }
                    role.hint(hint);
                },
                new NodeService.Consumers(
                        reports::list,
                        reports::count,
                        reports::countMoves,
                        reports::countAdoptions,
                        reports::listUsed));
    }
}
