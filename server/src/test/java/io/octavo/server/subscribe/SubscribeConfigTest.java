package io.octavo.server.subscribe;

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
import org.springframework.util.unit.DataSize;

class SubscribeConfigTest {
    @Test
    void defaults() {
        assertThat(bind(Map.of()))
                .isEqualTo(new SubscribeConfig(
                        Duration.ofMinutes(1), DataSize.ofMegabytes(1), DataSize.ofMegabytes(32), Duration.ZERO));
    }

    @Test
    void everyKey() {
        assertThat(bind(Map.of(
                        "octavo.subscribe.sweep-interval", "5s",
                        "octavo.subscribe.inline-bytes", "10KB",
                        "octavo.subscribe.payload-cache-bytes", "1GB",
                        "octavo.subscribe.poll-interval", "90s")))
                .isEqualTo(new SubscribeConfig(
                        Duration.ofSeconds(5),
                        DataSize.ofKilobytes(10),
                        DataSize.ofGigabytes(1),
                        Duration.ofSeconds(90)));
    }

    @ParameterizedTest
    @CsvSource({
        "sweep-interval, 999ms",
        "sweep-interval, 61m",
        "inline-bytes, 4MB",
        "inline-bytes, -1B",
        "payload-cache-bytes, -1B",
        "payload-cache-bytes, 2TB",
        "poll-interval, -1s",
        "poll-interval, 2h"
    })
    void valuesOutOfBoundsAreRefusedByName(String key, String value) {
        String name = "octavo.subscribe." + key;
        assertThatThrownBy(() -> bind(Map.of(name, value)))
                .rootCause()
                .isInstanceOfSatisfying(
                        InvalidField.class, e -> assertThat(e.field()).isEqualTo(name));
    }

    private static SubscribeConfig bind(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("octavo.subscribe", SubscribeConfig.class);
    }
}
