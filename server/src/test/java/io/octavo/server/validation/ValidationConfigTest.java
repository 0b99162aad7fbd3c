package io.octavo.server.validation;

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

class ValidationConfigTest {
    @Test
    void defaults() {
        assertThat(bind(Map.of()))
                .isEqualTo(new ValidationConfig(
                        DataSize.ofMegabytes(4), DataSize.ofMegabytes(64), 2, Duration.ofSeconds(10)));
    }

    @Test
    void everyKey() {
        assertThat(bind(Map.of(
                        "octavo.validation.max-document", "8MB",
                        "octavo.validation.memory", "32MB",
                        "octavo.validation.concurrent-checks", "4",
                        "octavo.validation.time-limit", "2s")))
                .isEqualTo(new ValidationConfig(
                        DataSize.ofMegabytes(8), DataSize.ofMegabytes(32), 4, Duration.ofSeconds(2)));
    }

    @ParameterizedTest
    @CsvSource({
        "1023, 64, 2, 10, max-document",
        "100000, 64, 2, 10, max-document",
        "4096, 3, 2, 10, memory",
        "4096, 1025, 2, 10, memory",
        "4096, 64, 0, 10, concurrent-checks",
        "4096, 64, 101, 10, concurrent-checks",
        "4096, 64, 2, 0, time-limit",
        "4096, 64, 2, 301, time-limit",
    })
    void invalidValuesAreRefusedByTheirKey(int kilobytes, int megabytes, int checks, int seconds, String key) {
        assertThatThrownBy(() -> new ValidationConfig(
                        DataSize.ofKilobytes(kilobytes),
                        DataSize.ofMegabytes(megabytes),
                        checks,
                        Duration.ofSeconds(seconds)))
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith("octavo.validation." + key + ": ");
    }

    private static ValidationConfig bind(Map<String, String> keys) {
        return new Binder(new MapConfigurationPropertySource(keys))
                .bindOrCreate("octavo.validation", ValidationConfig.class);
    }
}
