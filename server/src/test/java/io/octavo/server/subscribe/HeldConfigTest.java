package io.octavo.server.subscribe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class HeldConfigTest {
    @Test
    void defaults() {
        HeldConfig config = bind(Map.of());
        assertThat(config)
                .isEqualTo(new HeldConfig(
                        DataSize.ofBytes(0), 20_000, DataSize.ofMegabytes(128), DataSize.ofMegabytes(32)));
        assertThat(config.memoryBytes()).isEqualTo(Runtime.getRuntime().maxMemory() / 8);
    }

    @Test
    void everyKey() {
        HeldConfig config = bind(Map.of(
                "octavo.subscribe.held.memory", "7MB",
                "octavo.subscribe.held.wakeups-per-second", "12",
                "octavo.subscribe.held.wakeup-bytes-per-second", "1GB",
                "octavo.subscribe.held.inline-in-flight", "3KB"));
        assertThat(config)
                .isEqualTo(
                        new HeldConfig(DataSize.ofMegabytes(7), 12, DataSize.ofGigabytes(1), DataSize.ofKilobytes(3)));
        assertThat(config.memoryBytes()).isEqualTo(7 << 20);
    }

    @ParameterizedTest
    @CsvSource({
        "memory, -1B",
        "memory, 2000TB",
        "wakeups-per-second, 0",
        "wakeups-per-second, 10000001",
        "wakeup-bytes-per-second, 4095B",
        "wakeup-bytes-per-second, 2000TB",
        "inline-in-flight, -1B",
        "inline-in-flight, 2000TB"
    })
    void valuesOutOfBoundsAreRefusedByName(String key, String value) {
        String name = "octavo.subscribe.held." + key;
        assertThatThrownBy(() -> bind(Map.of(name, value)))
                .rootCause()
                .isInstanceOfSatisfying(
                        InvalidField.class, e -> assertThat(e.field()).isEqualTo(name));
    }

    private static HeldConfig bind(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("octavo.subscribe.held", HeldConfig.class);
    }
}
