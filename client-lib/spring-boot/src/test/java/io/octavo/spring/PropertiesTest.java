package io.octavo.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.client.OctavoClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class PropertiesTest {
    private static final Map<String, String> ALL = Map.ofEntries(
            Map.entry("server", "http://127.0.0.1:8080"),
            Map.entry("subscribe-endpoints", "127.0.0.1:1"),
            Map.entry("publish-endpoints", "127.0.0.1:2"),
            Map.entry("region", "eu"),
            Map.entry("app", "shop"),
            Map.entry("cluster", "blue"),
            Map.entry("instance", "one"),
            Map.entry("who", "ada"),
            Map.entry("token", "secret"),
            Map.entry("poll-interval", "10s"),
            Map.entry("held-polls", "false"),
            Map.entry("request-timeout", "2s"),
            Map.entry("transfer-timeout", "1m"),
            Map.entry("concurrent-loads", "2"),
            Map.entry("concurrent-parts", "3"),
            Map.entry("straight-to-s3-from", "32MB"),
            Map.entry("cache-directory", "cache"),
            Map.entry("cache-limit", "20GB"),
            Map.entry("cache-versions", "3"),
            Map.entry("fallback[0].region", "eu"),
            Map.entry("fallback[0].bucket", "octavo-eu"),
            Map.entry("fallback[0].prefix", "fallback"),
            Map.entry("fallback[0].endpoint", "http://127.0.0.1:3"),
            Map.entry("fallback[0].signing-region", "us-east-1"),
            Map.entry("fallback[0].access-key", "key"),
            Map.entry("fallback[0].secret-key", "secret"),
            Map.entry("fallback-after", "1s"),
            Map.entry("overrides.prices", "41"));

    @Test
    void everyKeyIsTakenAndHasMetadata() throws IOException {
        OctavoClientProperties bound = bind(ALL);
        assertThat(bound.instance()).isEqualTo("one");
        try (OctavoClient client = bound.builder().build()) {
            assertThat(client).isNotNull();
        }
        String metadata;
        try (InputStream in = Objects.requireNonNull(
                getClass().getResourceAsStream("/META-INF/spring-configuration-metadata.json"))) {
            metadata = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        ALL.keySet().stream()
                .map(key -> key.replaceAll("(fallback)\\[.*|(overrides)\\..*", "$1$2"))
                .forEach(key -> assertThat(metadata).contains("\"octavo.client." + key + "\""));
        assertThat(metadata).contains("\"octavo.client.trust\"");
    }

    @Test
    void anAddressIsEnough() {
        try (OctavoClient client =
                bind(Map.of("server", "http://127.0.0.1:8080")).builder().build()) {
            assertThat(client).isNotNull();
        }
    }

    @Test
    void wrongValuesAreRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bind(Map.of("server", "ftp://x")).builder())
                .withMessageStartingWith("server: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bind(Map.of("concurrent-parts", "0")).builder())
                .withMessageStartingWith("concurrentParts: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bind(Map.of("overrides.prices", "0")).builder())
                .withMessageStartingWith("override: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bind(Map.of("fallback[0].region", "eu europe", "fallback[0].bucket", "b"))
                        .builder())
                .withMessageStartingWith("fallback.region: ");
        assertThatThrownBy(() -> bind(Map.of("concurrent-parts", "many")))
                .hasMessageContaining("octavo.client.concurrent-parts");
    }

    private static OctavoClientProperties bind(Map<String, String> keys) {
        Map<String, String> properties = new HashMap<>();
        keys.forEach((key, value) -> properties.put("octavo.client." + key, value));
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate("octavo.client", OctavoClientProperties.class);
    }
}
