package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryTest {
    @ParameterizedTest
    @CsvSource({
        "30d, 2592000, 30d",
        "36h, 129600, 36h",
        "48h, 172800, 2d",
        "90s, 90, 90s",
        "2m, 120, 2m",
        "PT1H, 3600, 1h",
        "p1d, 86400, 1d"
    })
    void agesAreReadAndWritten(String text, long seconds, String canonical) {
        assertThat(Ages.parseSeconds("age", text)).isEqualTo(seconds);
        assertThat(Ages.format(seconds)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource({"0s", "-1d", "1w", "1", "''", "PT0S", "1d2h"})
    void whatIsNoAgeIsRefused(String text) {
        assertThatThrownBy(() -> Ages.parseSeconds("age", text)).isInstanceOf(InvalidField.class);
    }

    @Test
    void pageTokensKeepToTheirList() {
        assertThat(PageToken.after('t', "a")).isNotEqualTo(PageToken.after('v', "a"));
    }
}
