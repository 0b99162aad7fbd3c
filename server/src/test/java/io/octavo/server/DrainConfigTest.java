package io.octavo.server;

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

class DrainConfigTest {
    @Test
    void defaultsAndEveryKey() {
        assertThat(bind(Map.of())).isEqualTo(new DrainConfig(Duration.ZERO, Duration.ofSeconds(10)));
        assertThat(bind(Map.of("octavo.drain.notice", "5s", "octavo.drain.publishes", "1m")))
                .isEqualTo(new DrainConfig(Duration.ofSeconds(5), Duration.ofMinutes(1)));
    }

    @ParameterizedTest
    @CsvSource({"notice, -1s", "notice, 11m", "publishes, -1s", "publishes, 11m"})
    void valuesOutOfBoundsAreRefusedByName(String key, String value) {
        String name = "octavo.drain." + key;
        assertThatThrownBy(() -> bind(Map.of(name, value)))
                .rootCause()
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith(name + ": ");
    }

    private static DrainConfig bind(Map<String, String> keys) {
        return new Binder(new MapConfigurationPropertySource(keys)).bindOrCreate("octavo.drain", DrainConfig.class);
    }
}
