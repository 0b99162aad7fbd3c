package io.octavo.server;

import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.server.cassandra.CassandraStore;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.housekeeping.DirectRepair;
import io.octavo.server.housekeeping.ExpiryTask;
import io.octavo.server.housekeeping.ExportTask;
import io.octavo.server.housekeeping.FallbackVerification;
import io.octavo.server.housekeeping.GivenUpBytes;
import io.octavo.server.housekeeping.Housekeeping;
import io.octavo.server.housekeeping.HousekeepingConfig;
import io.octavo.server.housekeeping.IdleTask;
import io.octavo.server.housekeeping.LogRestore;
import io.octavo.server.housekeeping.ObjectSweep;
import io.octavo.server.housekeeping.Owners;
import io.octavo.server.housekeeping.PayloadRepair;
import io.octavo.server.housekeeping.ReplicaRepair;
import io.octavo.server.housekeeping.RetentionTask;
import io.octavo.server.housekeeping.Task;
import io.octavo.server.housekeeping.TaskParts;
import io.octavo.server.housekeeping.TokenSweep;
import io.octavo.server.housekeeping.UnownedBytes;
import io.octavo.server.housekeeping.UploadSweep;
import io.octavo.server.idle.IdleConfig;
import io.octavo.server.idle.IdleTopics;
import io.octavo.server.idle.RecentUses;
import io.octavo.server.nodes.Membership;
import io.octavo.server.nodes.NodeTable;
import io.octavo.server.payload.PayloadConfig;
import io.octavo.server.payload.PayloadObjects;
import io.octavo.server.payload.Payloads;
import io.octavo.server.payload.RegionsConfig;
import io.octavo.server.payload.SmallObjects;
import io.octavo.server.payload.UploadLedger;
import io.octavo.server.retention.Retention;
import io.octavo.server.retention.RetentionConfig;
import io.octavo.server.topic.ChangeFeed;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.web.HousekeepingApi;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The housekeeping role: tasks that one node at a time does. */
@Configuration(proxyBeanMethods = false)
@OnRole(Role.HOUSEKEEPING)
@Import(HousekeepingApi.class)
class HousekeepingWiring {
    @Bean
    Task expiryTask(
            TopicLog log, ChangeFeed feed, TopicCommits commits, HousekeepingConfig config, InstantSource clock) {
        return new ExpiryTask(log, feed, commits, config.expiry(), clock);
    }

    @Bean
    Task retentionTask(
            TopicLog log,
            TopicCommits commits,
            Retention retention,
            Payloads payloads,
            FallbackCache fallback,
            RetentionConfig config,
            HousekeepingConfig housekeeping,
            InstantSource clock,
            MeterRegistry meters) {
        GivenUpBytes bytes = (payloadId, isDirect) -> {
            payloads.delete(payloadId, isDirect);
            if (isDirect) {
                fallback.removePayload(payloadId);
            }
        };
        Duration underWay = housekeeping.export().underWay();
        config.requireGrace(underWay);
        return new RetentionTask(log, commits, retention, bytes, config, underWay, clock, System::nanoTime, meters);
    }

    /** Closed with its stores. */
    record Buckets(List<SmallObjects> stores) implements AutoCloseable {
        private static final int CONNECTIONS = 4;

        List<PayloadObjects> payloads() {
            return stores.stream().map(PayloadObjects::new).toList();
        }

        @Override
        public void close() {
            stores.forEach(SmallObjects::close);
        }
    }

    @Bean
    Task idleTask(
            CassandraStore store,
            TopicCommits commits,
            RecentUses recent,
            IdleTopics topics,
            IdleConfig config,
            InstantSource clock,
            MeterRegistry meters) {
        return new IdleTask(store.log(), commits, store.topicUses(), recent, topics, config.interval(), clock, meters);
    }

    @Bean
    Buckets buckets(RegionsConfig regions, PayloadConfig config, MeterRegistry meters) {
        return new Buckets(SmallObjects.of(regions, config, Buckets.CONNECTIONS, meters));
    }

    @Bean
    Task sweep(
            CassandraStore store,
            TopicLog log,
            Payloads payloads,
            Buckets buckets,
            FallbackCache fallback,
            HousekeepingConfig config,
            InstantSource clock,
            MeterRegistry meters) {
        UnownedBytes bytes = new UnownedBytes() {
            @Override
            public void delete(long payloadId, boolean isDirect) {
                payloads.delete(payloadId, isDirect);
            }

            @Override
            public int abortUnfinished(Instant before) {
                return payloads.abortUnfinished(before);
            }
        };
        UploadLedger ledger = store.uploads();
        Owners owners = new Owners(log, fallback, config.sweep().margin(), clock);
        return new TaskParts(
                "sweep",
                config.sweep().interval(),
                new UploadSweep(ledger, owners, bytes, config.sweep(), clock, System::nanoTime, meters),
                ObjectSweep.of(
                        buckets.payloads(),
                        fallback,
                        ledger::installation,
                        owners,
                        bytes,
                        config.sweep(),
                        clock,
                        System::nanoTime,
                        new SecureRandom(),
                        meters),
                new TokenSweep(store.tokens(), config.sweep().tokenMargin(), clock, meters));
    }

    @Bean
    Task repair(
            CassandraStore store,
            Payloads payloads,
            FallbackCache fallback,
            HousekeepingConfig config,
            InstantSource clock,
            MeterRegistry meters) {
        UploadLedger ledger = store.uploads();
        DirectRepair direct = new DirectRepair(store.log(), store.payloads(), fallback, ledger);
        return new TaskParts(
                "repair",
                config.repair().interval(),
                new PayloadRepair(store.repairs(), clock, meters),
                new ReplicaRepair(
                        store.log(),
                        payloads.replicas(),
                        direct,
                        ledger,
                        config.repair(),
                        clock,
                        System::nanoTime,
                        new SecureRandom(),
                        meters));
    }

    @Bean
    Task exportTask(
            CassandraStore store,
            FallbackCache fallback,
            HousekeepingConfig config,
            InstantSource clock,
            MeterRegistry meters) {
        return new ExportTask(
                store.log(),
                store.changes(),
                store.payloads(),
                fallback,
                config.export(),
                clock,
                System::nanoTime,
                meters);
    }

    @Bean
    FallbackVerification fallbackVerification(TopicLog log, FallbackCache fallback, InstantSource clock) {
        return new FallbackVerification(log, fallback, clock);
    }

    @Bean
    LogRestore logRestore(CassandraStore store, TopicCommits commits, FallbackCache fallback, InstantSource clock) {
        return new LogRestore(store.log(), store.epoch(), commits, fallback, store.payloads(), clock);
    }

    @Bean(initMethod = "start")
    Housekeeping housekeeping(
            List<Task> tasks,
            CassandraStore store,
            NodeTable.Node self,
            Membership membership,
            HousekeepingConfig config,
            InstantSource clock,
            MeterRegistry meters) {
        return new Housekeeping(
                tasks,
                store.leases(),
                self.node(),
                config,
                membership::checkClock,
                clock,
                System::nanoTime,
                new SecureRandom(),
                meters);
    }
}
