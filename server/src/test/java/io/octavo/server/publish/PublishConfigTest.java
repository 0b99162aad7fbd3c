package io.octavo.server.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class PublishConfigTest {
    @Test
    void defaults() {
        assertThat(bind(Map.of(), "octavo.publish", PublishConfig.class))
                .isEqualTo(new PublishConfig(64, Duration.ofSeconds(30)));
        assertThat(bind(Map.of(), "octavo.topics", TopicsConfig.class)).isEqualTo(new TopicsConfig(true));
    }

    @Test
    void everyKey() {
        Map<String, String> keys = Map.of(
                "octavo.publish.in-flight", "3",
                "octavo.publish.idle-timeout", "2s",
                "octavo.topics.auto-create", "false");
        assertThat(bind(keys, "octavo.publish", PublishConfig.class))
                .isEqualTo(new PublishConfig(3, Duration.ofSeconds(2)));
        assertThat(bind(keys, "octavo.topics", TopicsConfig.class)).isEqualTo(new TopicsConfig(false));
    }

    @ParameterizedTest
    @CsvSource({"in-flight, 0", "in-flight, 10001", "idle-timeout, 9ms", "idle-timeout, 11m"})
    void valuesOutOfBoundsAreRefusedByName(String key, String value) {
        String name = "octavo.publish." + key;
        assertThatThrownBy(() -> bind(Map.of(name, value), "octavo.publish", PublishConfig.class))
                .hasRootCauseInstanceOf(InvalidField.class)
                .rootCause()
                .hasMessageStartingWith(name + ": ");
    }

    @Test
    void autoCreateIsTrueOrFalse() {
        assertThatThrownBy(
                        () -> bind(Map.of("octavo.topics.auto-create", "maybe"), "octavo.topics", TopicsConfig.class))
                .hasMessageContaining("octavo.topics");
    }

    private static <T> T bind(Map<String, String> keys, String prefix, Class<T> type) {
        return new Binder(new MapConfigurationPropertySource(keys)).bindOrCreate(prefix, type);
    }
}
