package io.octavo.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import io.octavo.server.tls.TlsConfig.ClientAuth;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class TlsConfigTest {
    @Test
    void withoutConfigurationThereIsNoTls() {
        TlsConfig config = bind(Map.of());

        assertThat(config).isEqualTo(new TlsConfig("", "", "", ClientAuth.NONE, "", Duration.ofSeconds(10)));
        assertThat(config.isOn()).isFalse();
    }

    @Test
    void everyKeyIsRead() {
        TlsConfig config = bind(Map.of(
                "octavo.tls.certificate", "/a/cert.pem",
                "octavo.tls.key", "/a/key.pem",
                "octavo.tls.client-ca", "/a/ca.pem",
                "octavo.tls.client-auth", "need",
                "octavo.tls.node-ca", "/a/nodes.pem",
                "octavo.tls.reload-interval", "1s"));

        assertThat(config)
                .isEqualTo(new TlsConfig(
                        "/a/cert.pem",
                        "/a/key.pem",
                        "/a/ca.pem",
                        ClientAuth.NEED,
                        "/a/nodes.pem",
                        Duration.ofSeconds(1)));
        assertThat(config.isOn()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "certificate, c, octavo.tls.key",
        "key, k, octavo.tls.certificate",
        "client-ca, ca, octavo.tls.certificate",
        "client-auth, want, octavo.tls.client-ca",
        "reload-interval, 99ms, octavo.tls.reload-interval",
        "reload-interval, 61m, octavo.tls.reload-interval",
    })
    void whatDoesNotGoTogetherIsRefusedByName(String key, String value, String missing) {
        assertRefused(Map.of("octavo.tls." + key, value), missing);
    }

    @Test
    void anAuthorityOfClientsWhoAreNotAskedIsRefused() {
        assertRefused(
                Map.of("octavo.tls.certificate", "c", "octavo.tls.key", "k", "octavo.tls.client-ca", "ca"),
                "octavo.tls.client-auth");
    }

    private static void assertRefused(Map<String, String> keys, String name) {
        assertThatThrownBy(() -> bind(new HashMap<>(keys)))
                .rootCause()
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith(name + ": ");
    }

    private static TlsConfig bind(Map<String, String> keys) {
        return new Binder(new MapConfigurationPropertySource(keys)).bindOrCreate("octavo.tls", TlsConfig.class);
    }
}
