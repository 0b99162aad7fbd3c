package io.octavo.server.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import io.octavo.server.housekeeping.HousekeepingConfig.Expiry;
import io.octavo.server.housekeeping.HousekeepingConfig.Export;
import io.octavo.server.housekeeping.HousekeepingConfig.Repair;
import io.octavo.server.housekeeping.HousekeepingConfig.Sweep;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class HousekeepingConfigTest {
    @Test
    void defaults() {
        assertThat(bind(Map.of()))
                .isEqualTo(new HousekeepingConfig(
                        Duration.ofSeconds(15),
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(10),
                        new Expiry(Duration.ofSeconds(1), Duration.ofMinutes(10)),
                        new Sweep(
                                Duration.ofMinutes(10),
                                Duration.ofHours(24),
                                50,
                                Duration.ofHours(24),
                                100,
                                Duration.ofDays(400)),
                        new Repair(Duration.ofMinutes(1), Duration.ofHours(24), 50, DataSize.ofMegabytes(64)),
                        new Export(
                                Duration.ofSeconds(5),
                                Duration.ofMinutes(10),
                                Duration.ofMinutes(10),
                                1000,
                                Duration.ofMinutes(5))));
    }

    @Test
    void everyKey() {
        assertThat(bind(Map.ofEntries(
                        Map.entry("octavo.housekeeping.lease", "9s"),
                        Map.entry("octavo.housekeeping.lease-margin", "500ms"),
                        Map.entry("octavo.housekeeping.run-timeout", "1m"),
                        Map.entry("octavo.housekeeping.expiry.interval", "2s"),
                        Map.entry("octavo.housekeeping.expiry.scan-interval", "3m"),
                        Map.entry("octavo.housekeeping.sweep.interval", "4m"),
                        Map.entry("octavo.housekeeping.sweep.margin", "5h"),
                        Map.entry("octavo.housekeeping.sweep.deletes-per-second", "6"),
                        Map.entry("octavo.housekeeping.sweep.scan-interval", "2d"),
                        Map.entry("octavo.housekeeping.sweep.objects-per-second", "13"),
                        Map.entry("octavo.housekeeping.sweep.token-margin", "77d"),
                        Map.entry("octavo.housekeeping.repair.interval", "7m"),
                        Map.entry("octavo.housekeeping.repair.scan-interval", "3d"),
                        Map.entry("octavo.housekeeping.repair.checks-per-second", "14"),
                        Map.entry("octavo.housekeeping.repair.copy-rate", "15MB"),
                        Map.entry("octavo.housekeeping.export.interval", "8s"),
                        Map.entry("octavo.housekeeping.export.scan-interval", "9m"),
                        Map.entry("octavo.housekeeping.export.keep", "11m"),
                        Map.entry("octavo.housekeeping.export.puts-per-second", "12"),
                        Map.entry("octavo.housekeeping.export.put-within", "3m"))))
                .isEqualTo(new HousekeepingConfig(
                        Duration.ofSeconds(9),
                        Duration.ofMillis(500),
                        Duration.ofMinutes(1),
                        new Expiry(Duration.ofSeconds(2), Duration.ofMinutes(3)),
                        new Sweep(
                                Duration.ofMinutes(4),
                                Duration.ofHours(5),
                                6,
                                Duration.ofDays(2),
                                13,
                                Duration.ofDays(77)),
                        new Repair(Duration.ofMinutes(7), Duration.ofDays(3), 14, DataSize.ofMegabytes(15)),
                        new Export(
                                Duration.ofSeconds(8),
                                Duration.ofMinutes(9),
                                Duration.ofMinutes(11),
                                12,
                                Duration.ofMinutes(3))));
    }

    @ParameterizedTest
    @CsvSource({
        "lease, 1s",
        "lease, 11m",
        "lease-margin, 5s",
        "lease-margin, -1ms",
        "run-timeout, 999ms",
        "run-timeout, 25h",
        "expiry.interval, 99ms",
        "expiry.interval, 61m",
        "expiry.scan-interval, 999ms",
        "expiry.scan-interval, 25h",
        "sweep.interval, 0s",
        "sweep.interval, 25h",
        "sweep.margin, -1ms",
        "sweep.margin, 9m",
        "sweep.margin, 366d",
        "sweep.deletes-per-second, 0",
        "sweep.deletes-per-second, 10001",
        "sweep.scan-interval, -1ms",
        "sweep.scan-interval, 366d",
        "sweep.objects-per-second, 0",
        "sweep.objects-per-second, 10001",
        "sweep.token-margin, -1ms",
        "sweep.token-margin, 36501d",
        "repair.interval, 99ms",
        "repair.interval, 25h",
        "repair.scan-interval, -1ms",
        "repair.scan-interval, 366d",
        "repair.checks-per-second, 0",
        "repair.checks-per-second, 10001",
        "repair.copy-rate, 7MB",
        "repair.copy-rate, 101GB",
        "export.interval, 99ms",
        "export.interval, 61m",
        "export.scan-interval, 999ms",
        "export.scan-interval, 25h",
        "export.keep, -1ms",
        "export.keep, 366d",
        "export.puts-per-second, 0",
        "export.puts-per-second, 100001",
        "export.put-within, 999ms",
        "export.put-within, 61m"
    })
    void valuesOutOfBoundsAreRefusedByName(String key, String value) {
        String name = "octavo.housekeeping." + key;
        assertThatThrownBy(() -> bind(Map.of(name, value)))
                .rootCause()
                .isInstanceOfSatisfying(
                        InvalidField.class, e -> assertThat(e.field()).isEqualTo(name));
    }

    private static HousekeepingConfig bind(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("octavo.housekeeping", HousekeepingConfig.class);
    }
}
