package io.octavo.server.idle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class IdleConfigTest {
    private static final String PREFIX = "octavo.housekeeping.idle";

    @Test
    void byDefaultATopicIsReportedAfterThreeMonthsAndArchivedAMonthLater() {
        assertThat(bind(Map.of()))
                .isEqualTo(new IdleConfig(
                        Duration.ofHours(1), Duration.ofDays(90), Duration.ofDays(30), Duration.ofDays(30)));
    }

    @Test
    void everyKeyIsRead() {
        assertThat(bind(Map.of("interval", "2h", "after", "10d", "archive-after", "3d", "grace", "4d")))
                .isEqualTo(new IdleConfig(
                        Duration.ofHours(2), Duration.ofDays(10), Duration.ofDays(3), Duration.ofDays(4)));
    }

    @ParameterizedTest
    @CsvSource({"interval, 99ms", "interval, 13h", "after, 47h", "archive-after, -1s", "grace, -1s", "grace, 40000d"})
    void valuesOutOfBoundsAreRefusedByTheirKey(String key, String value) {
        assertThatThrownBy(() -> bind(Map.of(key, value)))
                .rootCause()
                .hasMessageStartingWith(PREFIX + "." + key + ": ");
    }

    private static IdleConfig bind(Map<String, String> values) {
        MapConfigurationPropertySource source = new MapConfigurationPropertySource();
        values.forEach((key, value) -> source.put(PREFIX + "." + key, value));
        return new Binder(source).bindOrCreate(PREFIX, IdleConfig.class);
    }
}
