package io.octavo.server;

import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.server.cassandra.CassandraConfig;
import io.octavo.server.cassandra.CassandraStore;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackConfig;
import io.octavo.server.fallback.PayloadsWithFallback;
import io.octavo.server.payload.DirectPayloads;
import io.octavo.server.payload.JustStored;
import io.octavo.server.payload.PayloadConfig;
import io.octavo.server.payload.Payloads;
import io.octavo.server.payload.RegionsConfig;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.ChangeFeed;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.web.StoreCheck;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The stores that every role needs. */
@Configuration(proxyBeanMethods = false)
class StoresWiring {
    private static final Logger LOG = LoggerFactory.getLogger(StoresWiring.class);
    private static final Duration SCHEMA_PATIENCE = Duration.ofMinutes(2);
    private static final Duration CHECK_TIMEOUT = Duration.ofSeconds(2);

    @Bean
    InstantSource clock() {
        return InstantSource.system();
    }

    @Bean
    CassandraStore cassandraStore(CassandraConfig config, InstantSource clock, MeterRegistry meters) {
        return CassandraStore.open(config, clock, meters, BoundedPatience.within(SCHEMA_PATIENCE));
    }

    @Bean
    TopicLog topicLog(CassandraStore store) {
        return store.log();
    }

    @Bean
    ChangeFeed changeFeed(CassandraStore store) {
        return store.changes();
    }

    @Bean
    JustStored directPayloads(CassandraStore store, FallbackCache fallback, PayloadConfig config) {
        DirectPayloads stored = new PayloadsWithFallback(store.payloads(), fallback, System::nanoTime);
        return new JustStored(stored, config.justStored().toBytes(), System::nanoTime);
    }

    @Bean
    Payloads payloads(
            RegionsConfig regions,
            PayloadConfig config,
            JustStored direct,
            CassandraStore store,
            MeterRegistry meters) {
        Payloads payloads = new Payloads(regions, config, direct, store.uploads(), meters);
        try {
            payloads.check();
        } catch (ServiceException e) {
            // Polls and small payloads do without; the status says what is wrong until it isn't.
            LOG.warn("starting although a bucket can't be used now: {}", e.getMessage());
        }
        return payloads;
    }

    /** Also what retention asks before it removes something. */
    @Bean
    FallbackCache fallbackCache(
            RegionsConfig regions, PayloadConfig payload, FallbackConfig config, MeterRegistry meters) {
        return FallbackCache.of(regions, payload, config, meters);
    }

    @Bean
    StoreCheck cassandraCheck(CassandraStore store) {
        return check("cassandra", () -> store.check(CHECK_TIMEOUT));
    }

    @Bean
    StoreCheck payloadCheck(Payloads payloads) {
        return check("s3", payloads::check);
    }

    private static StoreCheck check(String store, Runnable question) {
        return new StoreCheck() {
            @Override
            public String store() {
                return store;
            }

            @Override
            public boolean neededForWrites() {
                return true;
            }

            @Override
            public void check() {
                question.run();
            }
        };
    }
}
