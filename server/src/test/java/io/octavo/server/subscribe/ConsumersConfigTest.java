package io.octavo.server.subscribe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class ConsumersConfigTest {
    private static final String MEMORY = "octavo.subscribe.consumers.memory";

    @Test
    void defaults() {
        ConsumersConfig config = bind(Map.of());
        assertThat(config).isEqualTo(new ConsumersConfig(DataSize.ofBytes(0)));
        assertThat(config.memoryBytes()).isEqualTo(Runtime.getRuntime().maxMemory() / 16);
    }

    @Test
    void everyKey() {
        assertThat(bind(Map.of(MEMORY, "7MB")).memoryBytes()).isEqualTo(7 << 20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1B", "2000TB"})
    void valuesOutOfBoundsAreRefusedByName(String value) {
        assertThatThrownBy(() -> bind(Map.of(MEMORY, value)))
                .rootCause()
                .isInstanceOfSatisfying(
                        InvalidField.class, e -> assertThat(e.field()).isEqualTo(MEMORY));
    }

    private static ConsumersConfig bind(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("octavo.subscribe.consumers", ConsumersConfig.class);
    }
}
