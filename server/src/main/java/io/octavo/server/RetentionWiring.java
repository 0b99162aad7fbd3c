package io.octavo.server;

import io.octavo.protocol.ConsumerQuery;
import io.octavo.server.cassandra.CassandraStore;
import io.octavo.server.consumers.ConsumerCounts;
import io.octavo.server.consumers.Fleet;
import io.octavo.server.consumers.UsedTopics;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.idle.IdleConfig;
import io.octavo.server.idle.IdleTopics;
import io.octavo.server.idle.RecentUses;
import io.octavo.server.nodes.Membership;
import io.octavo.server.nodes.NodeTable;
import io.octavo.server.nodes.SilentNodes;
import io.octavo.server.retention.ExportedVersions;
import io.octavo.server.retention.LiveVersions;
import io.octavo.server.retention.Retention;
import io.octavo.server.retention.RetentionConfig;
import io.octavo.server.topic.TopicLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What is kept and what goes, and what nobody uses: for the node that does something about it, and those that tell. */
@Configuration(proxyBeanMethods = false)
@OnRole({Role.PUBLISH, Role.HOUSEKEEPING})
class RetentionWiring {
    /** For how long what a node serves that fell silent may matter. */
    private static final Duration SILENCE = Duration.ofHours(6);

    @Bean
    SilentNodes silentSubscribers(Membership membership, InstantSource clock) {
        SilentNodes silent = new SilentNodes(NodeTable.Node::subscribes, SILENCE, clock);
        membership.follow(nodes -> silent.see(membership.nodes()));
        return silent;
    }

    @Bean
    Retention retention(
            TopicLog log,
            RetentionConfig config,
            Fleet fleet,
            SilentNodes silent,
            FallbackCache fallback,
            InstantSource clock) {
        ExportedVersions exported = topic -> ExportedVersions.namedBy(fallback.newest(topic));
        return new Retention(log, config.policy(), running(fleet, silent, config.settle()), exported, clock);
    }

    @Bean
    IdleTopics idleTopics(CassandraStore store, IdleConfig config, InstantSource clock) {
        return new IdleTopics(store.log(), store.topicUses(), config, clock);
    }

    /** What was consumed lately; one that fell silent may serve more. */
    @Bean
    RecentUses recentUses(Fleet fleet, SilentNodes silent) {
        return () -> {
            UsedTopics used = fleet.usedTopics();
            return new RecentUses.Recent(used.ago(), used.isComplete() && !silent.any());
        };
    }

    /** What they run, and what they are to run and may be fetching. */
    private static LiveVersions running(Fleet fleet, SilentNodes silent, Duration settle) {
        return topic -> {
            ConsumerCounts counts =
                    fleet.count(ConsumerQuery.newBuilder().setTopic(topic).build());
            if (silent.any()
                    || silent.isAnyYoungerThan(settle)
                    || !counts.coverage().isComplete()) {
                return null;
            }
            Set<Long> versions = new HashSet<>();
            counts.groups().forEach(group -> {
                versions.add(group.version());
                versions.add(group.resolved());
            });
            return versions;
        };
    }
}
