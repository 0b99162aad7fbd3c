package io.octavo.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TopicNamesTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "a0", "prices", "recs.model-v2_eu", "a..b", "a-_.b", "9.9"})
    void takesLettersDigitsDotsUnderscoresAndDashes(String name) {
        assertThat(TopicNames.isValid(name)).isTrue();
        assertThat(TopicNames.check(name)).isSameAs(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ".",
                "..",
                "-",
                "_",
                ".a",
                "a.",
                "-a",
                "a-",
                "_a",
                "a_",
                "A",
                "Prices",
                "a b",
                " a",
                "a ",
                "a\n",
                "\na",
                "a/b",
                "../a",
                "a\\b",
                "a%2fb",
                "a:b",
                "a*",
                "a\u0000",
                "pr\u00e9cis",
                "\u0430",
                "\u540d",
                "\uD83D\uDE80"
            })
    void refusesEverythingElse(String name) {
        assertThat(TopicNames.isValid(name)).isFalse();
        assertThatThrownBy(() -> TopicNames.check(name)).isInstanceOfSatisfying(InvalidField.class, refusal -> {
            assertThat(refusal.field()).isEqualTo("topic");
            assertThat(refusal.value()).isEqualTo(name);
        });
    }

    @Test
    void namesHaveUpTo128Characters() {
        assertThat(TopicNames.isValid("x".repeat(128))).isTrue();
        assertThat(TopicNames.isValid("x".repeat(129))).isFalse();
        assertThat(TopicNames.isValid("x".repeat(1_000_000))).isFalse();
    }
}
