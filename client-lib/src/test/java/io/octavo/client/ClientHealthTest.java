package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Array;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ClientHealthTest {
    @Test
    void itIsUpUnlessSomethingThatIsNeededHasNoValue() throws Exception {
        try (TestServer server = new TestServer().start();
                OctavoClient client = server.client().build()) {
            assertThat(client.health().isUp()).isTrue();
            Subscription<String> needed =
                    client.subscription("needed", Deserializers.utf8()).start();
            client.subscription("extra", Deserializers.utf8()).optional().start();
            client.subscription("given", Deserializers.utf8())
                    .defaultValue("default")
                    .start();
            assertThat(client.health().missing()).containsExactly("needed");
            assertThat(client.health().isUp()).isFalse();
            server.topics.publish("needed", "now");
            needed.awaitValue(Duration.ofSeconds(20));
            assertThat(client.health().isUp()).isTrue();
        }
    }

    @Test
    void whoReadsNoFallbackCacheNeedsNoS3Client() throws Exception {
        Class<?> client = new Without("software.amazon").loadClass(OctavoClient.class.getName());
        Object builder = Objects.requireNonNull(client.getMethod("builder").invoke(null));
        Class<?> type = builder.getClass();
        type.getMethod("subscribeEndpoints", List.class).invoke(builder, List.of("127.0.0.1:1"));
        Object built = type.getMethod("build").invoke(builder);
        assertThat(client.getMethod("health").invoke(built)).isNotNull();
        client.getMethod("close").invoke(built);
    }

    @Test
    void whoWantsTheFallbackCacheAndLeftTheS3ClientOutIsToldWhenTheClientIsBuilt() throws Exception {
        ClassLoader without = new Without("software.amazon");
        Object builder = Objects.requireNonNull(without.loadClass(OctavoClient.class.getName())
                .getMethod("builder")
                .invoke(null));
        Class<?> fallback = without.loadClass(Fallback.class.getName());
        Object regions = Array.newInstance(fallback, 1);
        Array.set(
                regions, 0, fallback.getMethod("of", String.class, String.class).invoke(null, "eu", "bucket"));
        assertThatThrownBy(() -> builder.getClass()
                        .getMethod("fallback", regions.getClass())
                        .invoke(builder, regions))
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("software.amazon.awssdk:s3");
    }

    @Test
    void wrongSettingsOfAStartAreNamedWithWhatWasExpected() {
        OctavoClientBuilder builder = OctavoClient.builder();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.cacheLimit(5))
                .withMessage("cacheLimit: 5 (expected: 1048576 or more bytes)");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.cacheVersions(0));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.fallbackAfter(Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> Fallback.of("", "bucket"));
        assertThatIllegalArgumentException().isThrownBy(() -> Fallback.of("e u", "bucket"));
        assertThatIllegalArgumentException().isThrownBy(() -> Fallback.of("eu", " "));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fallback.of("eu", "bucket").prefix("payloads"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fallback.of("eu", "bucket").endpoint(URI.create("ftp://x")));
    }

    @Test
    void theSettingsOfAStartArriveWhereTheyAreUsed() {
        StartConfig start = OctavoClient.builder()
                .server(URI.create("http://localhost:1"))
                .cacheDirectory(Path.of("cache"))
                .cacheLimit(1 << 30)
                .cacheVersions(3)
                .fallback(Fallback.of("eu", "bucket"))
                .fallbackAfter(Duration.ZERO)
                .override("prices", 7)
                .config()
                .start();
        assertThat(start.cacheDirectory()).isEqualTo(Path.of("cache"));
        assertThat(start.cacheLimit()).isEqualTo(1 << 30);
        assertThat(start.keep()).isEqualTo(3);
        assertThat(start.fallback()).singleElement().satisfies(place -> {
            assertThat(place.region()).isEqualTo("eu");
            assertThat(place.keys().prefix()).isEqualTo("fallback");
        });
        assertThat(start.patience()).isZero();
        assertThat(start.overrides()).containsEntry("prices", 7L);
    }
}
