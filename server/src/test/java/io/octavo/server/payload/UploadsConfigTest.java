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

class UploadsConfigTest {
    @Test
    void defaults() {
        assertThat(bind(Map.of())).isEqualTo(new UploadsConfig(Duration.ofHours(24), Duration.ofHours(1), 32, 8));
    }

    @Test
    void everyKey() {
        assertThat(bind(Map.of(
                        "octavo.uploads.lifetime", "7d",
                        "octavo.uploads.link-lifetime", "1m",
                        "octavo.uploads.open-per-topic", "1000",
                        "octavo.uploads.concurrent", "100")))
                .isEqualTo(new UploadsConfig(Duration.ofDays(7), Duration.ofMinutes(1), 1000, 100));
    }

    @ParameterizedTest
    @CsvSource({
        "lifetime, 59s",
        "lifetime, 169h",
        "link-lifetime, 59s",
        "link-lifetime, 169h",
        "open-per-topic, 0",
        "open-per-topic, 1001",
        "concurrent, 0",
        "concurrent, 101"
    })
    void invalidValuesAreRefusedByTheirKey(String key, String value) {
        assertThatThrownBy(() -> bind(Map.of("octavo.uploads." + key, value)))
                .rootCause()
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith("octavo.uploads." + key + ": ");
    }

    private static UploadsConfig bind(Map<String, String> keys) {
        return new Binder(new MapConfigurationPropertySource(keys)).bindOrCreate("octavo.uploads", UploadsConfig.class);
    }
}
