package io.octavo.server.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WhoTest {
    @Test
    void whatACallerSaysIsMarkedAsUnverified() {
        assertThat(Who.unverified("ada@lovelace", "there")).isEqualTo("unverified:ada@lovelace");
        assertThat(Who.unverified("a".repeat(200), "there")).hasSize(211);
    }

    @Test
    void whoSaysNothingIsAnonymous() {
        assertThat(Who.unverified(null, "there")).isEqualTo("unverified:anonymous@there");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\tb", "a\nb", " a", "a ", "ü"})
    void whatIsNotPrintableIsRefused(String claimed) {
        assertThatThrownBy(() -> Who.unverified(claimed, "there"))
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith("Octavo-Who");
    }

    @Test
    void whatIsTooLongIsRefused() {
        assertThatThrownBy(() -> Who.unverified("a".repeat(201), "there")).isInstanceOf(InvalidField.class);
    }
}
