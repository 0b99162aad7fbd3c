package io.octavo.server.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class CassandraConfigTest {
    @Test
    void defaultsAreForOneDatacentre() {
        CassandraConfig config = bind(Map.of());

        assertThat(config.contactPoints()).containsExactly("127.0.0.1:9042");
        assertThat(config.localDatacenter()).isEqualTo("dc1");
        assertThat(config.keyspace()).isEqualTo("octavo");
        assertThat(config.copies()).isEqualTo(Map.of("dc1", 3));
        assertThat(config.username()).isEmpty();
        assertThat(config.requestTimeout()).isEqualTo(Duration.ofSeconds(12));
        assertThat(config.tls()).isEqualTo(CassandraTls.NONE);
        assertThat(config.tls().isOn()).isFalse();
    }

    @Test
    void everyKeyOfTlsIsRead() {
        assertThat(bind(Map.of(
                                "octavo.cassandra.tls.ca", "ca.pem",
                                "octavo.cassandra.tls.certificate", "cert.pem",
                                "octavo.cassandra.tls.key", "key.pem",
                                "octavo.cassandra.tls.host-name-check", "false"))
                        .tls())
                .isEqualTo(new CassandraTls("ca.pem", "cert.pem", "key.pem", false));
    }

    @Test
    void everyKeyIsRead() {
        CassandraConfig config = bind(Map.of(
                "octavo.cassandra.contact-points", "a:1,b:2",
                "octavo.cassandra.local-datacenter", "eu",
                "octavo.cassandra.keyspace", "other",
                "octavo.cassandra.replication", "eu:3, us:2",
                "octavo.cassandra.username", "me",
                "octavo.cassandra.password", "secret",
                "octavo.cassandra.request-timeout", "20s",
                "octavo.cassandra.tls.ca", "ca.pem"));

        assertThat(config)
                .isEqualTo(new CassandraConfig(
                        List.of("a:1", "b:2"),
                        "eu",
                        "other",
                        "eu:3, us:2",
                        "me",
                        "secret",
                        Duration.ofSeconds(20),
                        new CassandraTls("ca.pem", "", "", true)));
        assertThat(config.copies()).isEqualTo(Map.of("eu", 3, "us", 2));
        assertThat(config.toString()).doesNotContain("secret");
    }

    @Test
    void whatCanNotBeIsRefusedByName() {
        assertRefused("contact-points", "nowhere");
        assertRefused("local-datacenter", " ");
        assertRefused("keyspace", "1; DROP");
        assertRefused("replication", "dc1:0");
        assertRefused("replication", "dc1=3");
        assertRefused("request-timeout", "1s");
        assertRefused("tls.key", "key.pem");
    }

    private static void assertRefused(String key, String value) {
        assertThatThrownBy(() -> bind(Map.of("octavo.cassandra." + key, value)))
                .rootCause()
                .isInstanceOf(InvalidField.class)
                .hasMessageContaining("octavo.cassandra." + key)
                .hasMessageContaining("expected: ");
    }

    private static CassandraConfig bind(Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate("octavo.cassandra", CassandraConfig.class);
    }
}
