package io.octavo.server.payload;

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

class PayloadConfigTest {
    @Test
    void defaults() {
        assertThat(bind(Map.of()))
                .isEqualTo(new PayloadConfig(
                        DataSize.ofGigabytes(50),
                        4,
                        32,
                        Duration.ofSeconds(10),
                        false,
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(15),
                        Duration.ofSeconds(60),
                        Duration.ofMinutes(10),
                        3,
                        64,
                        Duration.ofMinutes(15),
                        DataSize.ofMegabytes(16)));
    }

    @Test
    void everyKey() {
        assertThat(bind(Map.ofEntries(
                        Map.entry("octavo.payload.max-size", "2GB"),
                        Map.entry("octavo.payload.concurrent-uploads", "1"),
                        Map.entry("octavo.payload.concurrent-small-uploads", "2"),
                        Map.entry("octavo.payload.upload-wait", "3s"),
                        Map.entry("octavo.payload.create-buckets", "true"),
                        Map.entry("octavo.payload.connect-timeout", "4s"),
                        Map.entry("octavo.payload.read-timeout", "5s"),
                        Map.entry("octavo.payload.call-timeout", "6s"),
                        Map.entry("octavo.payload.complete-timeout", "7m"),
                        Map.entry("octavo.payload.attempts", "8"),
                        Map.entry("octavo.payload.max-reads", "9"),
                        Map.entry("octavo.payload.link-lifetime", "10m"),
                        Map.entry("octavo.payload.just-stored", "11KB"))))
                .isEqualTo(new PayloadConfig(
                        DataSize.ofGigabytes(2),
                        1,
                        2,
                        Duration.ofSeconds(3),
                        true,
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(6),
                        Duration.ofMinutes(7),
                        8,
                        9,
                        Duration.ofMinutes(10),
                        DataSize.ofKilobytes(11)));
    }

    @ParameterizedTest
    @CsvSource({
        "max-size, 51GB",
        "just-stored, 2GB",
        "just-stored, -1B",
        "max-size, 1KB",
        "concurrent-uploads, 0",
        "concurrent-uploads, 1001",
        "concurrent-small-uploads, 0",
        "upload-wait, -1s",
        "upload-wait, 1h",
        "connect-timeout, 0s",
        "read-timeout, 0s",
        "call-timeout, 1h",
        "complete-timeout, 0s",
        "attempts, 0",
        "max-reads, 0",
        "link-lifetime, 8d"
    })
    void invalidValuesAreNamed(String key, String value) {
        assertThatThrownBy(() -> bind(Map.of("octavo.payload." + key, value)))
                .rootCause()
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith("octavo.payload." + key + ": ")
                .hasMessageContaining("(expected: ");
    }

    static PayloadConfig bind(Map<String, String> keys) {
        return new Binder(new MapConfigurationPropertySource(keys)).bindOrCreate("octavo.payload", PayloadConfig.class);
    }
}
