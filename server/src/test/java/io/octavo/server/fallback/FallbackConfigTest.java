package io.octavo.server.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class FallbackConfigTest {
    @Test
    void defaults() {
        assertThat(bind(Map.of())).isEqualTo(new FallbackConfig("fallback", 32));
    }

    @Test
    void everyKey() {
        assertThat(bind(Map.of("octavo.fallback.prefix", "prod/cache", "octavo.fallback.parallel", "8")))
                .isEqualTo(new FallbackConfig("prod/cache", 8));
    }

    @ParameterizedTest
    @CsvSource({"prefix, a//b", "prefix, payloads", "parallel, 0", "parallel, 257"})
    void whatIsOutOfBoundsIsRefusedByItsName(String key, String value) {
        assertThatThrownBy(() -> bind(Map.of("octavo.fallback." + key, value)))
                .rootCause()
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith("octavo.fallback." + key + ": " + value);
    }

    static FallbackConfig bind(Map<String, String> keys) {
        return new Binder(new MapConfigurationPropertySource(keys))
                .bindOrCreate("octavo.fallback", FallbackConfig.class);
    }
}
