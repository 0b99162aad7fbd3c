package io.octavo.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrantTest {
    @ParameterizedTest
    @CsvSource({
        "*, prices, true",
        "**, a, true",
        "prices, prices, true",
        "prices, prices2, false",
        "prices*, prices, true",
        "prices*, prices.eu, true",
        "prices*, price, false",
        "team-a.*, team-a.x, true",
        "team-a.*, team-axx, false",
        "*.eu, prices.eu, true",
        "*.eu, prices.eu.old, false",
        "a*b*c, a-b-b-c, true",
        "a*b*c, a-c-b, false",
        "*a*b, xaxab, true"
    })
    void aStarStandsForAnything(String pattern, String topic, boolean matches) {
        assertThat(TopicPattern.matches(pattern, topic)).isEqualTo(matches);
    }

    @Test
    void noPatternTakesLong() {
        String pattern = "*a".repeat(63) + "b";
        assertThat(TopicPattern.matches(pattern, "a".repeat(128))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "reader *",
                "publisher prices*,team-a.*",
                "operator prices region=eu,app=shop;region=us",
                "admin *"
            })
    void whatIsWrittenIsReadBack(String text) {
        assertThat(Grant.parse(text).format()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "reader",
                "king *",
                "reader ",
                "reader Prices",
                "reader a b c",
                "reader * region=eu",
                "admin * region=eu",
                "operator * nonsense",
                "operator * "
            })
    void whatIsNoGrantIsRefused(String text) {
        assertThatThrownBy(() -> Grant.parse(text)).isInstanceOf(InvalidField.class);
    }

    @Test
    void grantsAreBounded() {
        assertThatThrownBy(() -> new Grant(AccessRole.READER, List.of(), List.of()))
                .hasMessageStartingWith("topics: 0 patterns");
        assertThatThrownBy(() -> new Grant(AccessRole.READER, Collections.nCopies(33, "a"), List.of()))
                .hasMessageStartingWith("topics: 33 patterns");
        assertThatThrownBy(() -> new Grant(AccessRole.READER, List.of("a".repeat(129)), List.of()))
                .hasMessageStartingWith("topics: aaa");
        assertThatThrownBy(() -> new Grant(
                        AccessRole.OPERATOR, List.of("*"), Collections.nCopies(17, Scopes.parse("region=eu"))))
                .hasMessageStartingWith("scopes: 17 scopes");
        assertThatThrownBy(() -> new Identity("me", Collections.nCopies(33, Grant.ofAll(AccessRole.READER)), List.of()))
                .hasMessageStartingWith("grants: 33 grants");
        assertThatThrownBy(() -> new Identity("me", List.of(), Collections.nCopies(65, "a")))
                .hasMessageStartingWith("apps: 65 apps");
        assertThatThrownBy(() -> new Identity("me", List.of(), List.of("a b"))).hasMessageStartingWith("apps: a b");
        assertThatThrownBy(() -> new Identity("a\nb", List.of(), List.of())).hasMessageStartingWith("name: ");
    }

    @Test
    void anUnknownRoleIsToldWhichThereAre() {
        assertThatThrownBy(() -> AccessRole.parse("role", "king"))
                .hasMessage("role: king (expected: one of reader, publisher, operator, admin)");
    }
}
