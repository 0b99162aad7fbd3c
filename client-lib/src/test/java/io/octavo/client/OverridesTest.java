package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class OverridesTest {
    private final Properties properties = new Properties();

    @Test
    void propertiesGoBeforeTheVariableAndThatBeforeTheBuilder() {
        properties.setProperty("octavo.client.overrides.c", "33");
        properties.setProperty("octavo.client.other", "x");
        assertThat(Overrides.of(
                        Map.of("a", 1L, "b", 1L, "c", 1L),
                        Map.of("OCTAVO_CLIENT_OVERRIDES", "b=22, c=22,prices.eu=7"),
                        properties))
                .isEqualTo(Map.of("a", 1L, "b", 22L, "c", 33L, "prices.eu", 7L));
        assertThat(Overrides.of(Map.of(), Map.of(), properties)).containsOnlyKeys("c");
    }

    @Test
    void whatIsNoOverrideIsNamed() {
        for (String wrong : new String[] {"a", "a=", "=1", "a=0", "a=-1", "a=1,b", "A=1", "a=1;b=2"}) {
            assertThatIllegalArgumentException()
                    .as(wrong)
                    .isThrownBy(() -> Overrides.of(Map.of(), Map.of("OCTAVO_CLIENT_OVERRIDES", wrong), properties));
        }
        properties.setProperty("octavo.client.overrides.a", "newest");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Overrides.of(Map.of(), Map.of(), properties))
                .withMessage("octavo.client.overrides.a: newest (expected: a version's number)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OctavoClient.builder().override("a", 0))
                .withMessage("override: 0 (expected: a version's number)");
    }
}
