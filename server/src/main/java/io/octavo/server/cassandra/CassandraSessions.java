package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.ssl.ProgrammaticSslEngineFactory;
import com.datastax.oss.driver.internal.core.time.ServerSideTimestampGenerator;
import io.octavo.server.tls.Identity;
import io.octavo.tls.Authorities;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;

/** Opens sessions as the topic log needs them. */
final class CassandraSessions {
    private static final int REQUESTS_PER_CONNECTION = 1_024;

    private CassandraSessions() {}

    /** @param now certificates must be valid then */
    static CqlSession open(CassandraConfig config, Instant now) {
        CqlSessionBuilder builder = CqlSession.builder()
                .withApplicationName("octavo")
                .withLocalDatacenter(config.localDatacenter())
                .withConfigLoader(driverConfig(config));
        for (String point : config.contactPoints()) {
            int colon = point.lastIndexOf(':');
            builder.addContactPoint(InetSocketAddress.createUnresolved(
                    point.substring(0, colon), Integer.parseInt(point.substring(colon + 1))));
        }
        if (!config.username().isEmpty()) {
            builder.withAuthCredentials(config.username(), config.password());
        }
        CassandraTls tls = config.tls();
        if (tls.isOn()) {
            builder.withSslEngineFactory(
                    new ProgrammaticSslEngineFactory(context(tls, now), null, tls.hostNameCheck()));
        }
        return builder.build();
    }

    private static SSLContext context(CassandraTls tls, Instant now) {
        KeyManager[] shown = tls.certificate().isEmpty()
                ? null
                : Identity.read("octavo.cassandra.tls.", Path.of(tls.certificate()), Path.of(tls.key()), now)
                        .keyManagers();
        Authorities authorities = Authorities.read("octavo.cassandra.tls.ca", Path.of(tls.ca()));
        return Authorities.context(shown, authorities.alone());
    }

    private static DriverConfigLoader driverConfig(CassandraConfig config) {
        return DriverConfigLoader.programmaticBuilder()
                // On V5 a time-out of a conditional batch costs the driver its connection; see docs/decisions/0004.
                .withString(DefaultDriverOption.PROTOCOL_VERSION, "V4")
                .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, config.requestTimeout())
                .withBoolean(DefaultDriverOption.REQUEST_DEFAULT_IDEMPOTENCE, false)
                .withString(DefaultDriverOption.REQUEST_CONSISTENCY, "LOCAL_QUORUM")
                .withString(DefaultDriverOption.REQUEST_SERIAL_CONSISTENCY, "SERIAL")
                .withClass(DefaultDriverOption.TIMESTAMP_GENERATOR_CLASS, ServerSideTimestampGenerator.class)
                .withDuration(DefaultDriverOption.CONNECTION_CONNECT_TIMEOUT, Duration.ofSeconds(5))
                .withDuration(DefaultDriverOption.CONNECTION_INIT_QUERY_TIMEOUT, Duration.ofSeconds(5))
                .withDuration(DefaultDriverOption.HEARTBEAT_INTERVAL, Duration.ofSeconds(5))
                .withDuration(DefaultDriverOption.HEARTBEAT_TIMEOUT, Duration.ofSeconds(5))
                .withDuration(DefaultDriverOption.RECONNECTION_BASE_DELAY, Duration.ofMillis(200))
                .withDuration(DefaultDriverOption.RECONNECTION_MAX_DELAY, Duration.ofSeconds(5))
                .withDuration(DefaultDriverOption.CONTROL_CONNECTION_AGREEMENT_TIMEOUT, Duration.ofSeconds(20))
                // Only what routing needs to know, and at once: each statement of the schema waits for it.
                .withStringList(DefaultDriverOption.METADATA_SCHEMA_REFRESHED_KEYSPACES, List.of(config.keyspace()))
                .withDuration(DefaultDriverOption.METADATA_SCHEMA_WINDOW, Duration.ofMillis(1))
                .withInt(DefaultDriverOption.CONNECTION_MAX_REQUESTS, REQUESTS_PER_CONNECTION)
                .build();
    }
}
