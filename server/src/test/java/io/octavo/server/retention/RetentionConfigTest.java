package io.octavo.server.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.protocol.Retention;
import io.octavo.rules.InvalidField;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class RetentionConfigTest {
    private static final String PREFIX = "octavo.housekeeping.retention";

    @Test
    void defaults() {
        assertThat(bind(Map.of()))
                .isEqualTo(new RetentionConfig(
                        Duration.ofMinutes(10),
                        100,
                        Duration.ZERO,
                        Duration.ofHours(24),
                        Duration.ofSeconds(90),
                        50,
                        50,
                        20,
                        10,
                        20_000,
                        Duration.ofDays(365)));
    }

    @Test
    void everyKey() {
        assertThat(bind(Map.ofEntries(
                        Map.entry("interval", "2h"),
                        Map.entry("max-versions", "3"),
                        Map.entry("max-age", "4d"),
                        Map.entry("grace", "5h"),
                        Map.entry("settle", "12s"),
                        Map.entry("deletes-per-second", "6"),
                        Map.entry("brake-topic-percent", "7"),
                        Map.entry("brake-percent", "8"),
                        Map.entry("brake-from", "9"),
                        Map.entry("max-events", "1000"),
                        Map.entry("max-history", "11d"))))
                .isEqualTo(new RetentionConfig(
                        Duration.ofHours(2),
                        3,
                        Duration.ofDays(4),
                        Duration.ofHours(5),
                        Duration.ofSeconds(12),
                        6,
                        7,
                        8,
                        9,
                        1_000,
                        Duration.ofDays(11)));
    }

    @ParameterizedTest
    @CsvSource({
        "interval, 99ms",
        "interval, 25h",
        "max-versions, 1",
        "max-versions, 1000001",
        "max-age, -1s",
        "max-age, 36501d",
        "grace, 999ms",
        "grace, 366d",
        "settle, -1s",
        "settle, 61m",
        "deletes-per-second, 0",
        "deletes-per-second, 10001",
        "brake-topic-percent, 0",
        "brake-topic-percent, 101",
        "brake-percent, 0",
        "brake-percent, 101",
        "brake-from, -1",
        "brake-from, 1000001",
        "max-events, 99",
        "max-events, 1000001",
        "max-history, 7d",
        "max-history, 36501d"
    })
    void valuesOutOfBoundsAreRefusedByName(String key, String value) {
        assertThatThrownBy(() -> bind(Map.of(key, value)))
                .rootCause()
                .isInstanceOfSatisfying(
                        InvalidField.class, e -> assertThat(e.field()).isEqualTo(PREFIX + "." + key));
    }

    @Test
    void whatTheOwnerOfATopicHasSetGoesFirst() {
        RetentionPolicy policy = new RetentionPolicy(9, Duration.ofDays(1), Duration.ofHours(1));
        assertThat(policy.with(Retention.getDefaultInstance())).isEqualTo(policy);
        assertThat(policy.with(Retention.newBuilder().setMaxVersions(3).build()))
                .isEqualTo(new RetentionPolicy(3, Duration.ofDays(1), Duration.ofHours(1)));
        assertThat(policy.with(Retention.newBuilder()
                        .setMaxVersions(-1)
                        .setMaxAgeSeconds(Long.MAX_VALUE)
                        .build()))
                .isEqualTo(new RetentionPolicy(Integer.MAX_VALUE, Duration.ofDays(365_000), Duration.ofHours(1)));
        assertThat(policy.text()).isEqualTo("the newest 9, and what is younger than PT24H");
    }

    private static RetentionConfig bind(Map<String, String> values) {
        Map<String, String> keys = new HashMap<>();
        values.forEach((key, value) -> keys.put(PREFIX + "." + key, value));
        return new Binder(new MapConfigurationPropertySource(keys)).bindOrCreate(PREFIX, RetentionConfig.class);
    }
}
