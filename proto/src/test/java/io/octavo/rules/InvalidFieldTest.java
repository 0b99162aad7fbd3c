package io.octavo.rules;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class InvalidFieldTest {
    @Test
    void namesFieldValueAndWhatWasExpected() {
        InvalidField refusal = new InvalidField("limit", 1001, "1 to 1000");
        assertThat(refusal)
                .hasMessage("limit: 1001 (expected: 1 to 1000)")
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(refusal.field()).isEqualTo("limit");
        assertThat(refusal.value()).isEqualTo("1001");
        assertThat(refusal.expected()).isEqualTo("1 to 1000");
    }

    @Test
    void showsTwoHundredCharactersWhole() {
        assertThat(new InvalidField("f", "x".repeat(200), "less").value()).isEqualTo("x".repeat(200));
    }

    @Test
    void cutsWhatIsLonger() {
        InvalidField refusal = new InvalidField("f", "x".repeat(201), "less");
        assertThat(refusal.value()).isEqualTo("x".repeat(200) + "…");
        assertThat(refusal).hasMessage("f: " + "x".repeat(200) + "… (expected: less)");
    }

    @Test
    void doesNotCutThroughACharacter() {
        InvalidField refusal = new InvalidField("f", "x".repeat(199) + "\uD83D\uDE80 and on", "less");
        assertThat(refusal.value()).isEqualTo("x".repeat(199) + "…");
    }
}
