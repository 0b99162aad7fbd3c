package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WordsTest {
    private static final Instant NOW = Run.NOW;

    @Test
    void sizesHaveThreeDigitsAtMost() {
        assertThat(Text.size(0)).isEqualTo("0 B");
        assertThat(Text.size(999)).isEqualTo("999 B");
        assertThat(Text.size(1000)).isEqualTo("1.0 KiB");
        assertThat(Text.size(1 << 20)).isEqualTo("1.0 MiB");
        assertThat(Text.size(150L << 20)).isEqualTo("150 MiB");
        assertThat(Text.size(50L << 30)).isEqualTo("50.0 GiB");
        assertThat(Text.size(5000L << 40)).isEqualTo("5000 TiB");
    }

    @Test
    void agesAreInTheirLargestUnit() {
        assertThat(Text.age(null, NOW)).isEqualTo("-");
        assertThat(Text.age(NOW.plusSeconds(3), NOW)).isEqualTo("0 s");
        assertThat(Text.age(NOW.minusSeconds(119), NOW)).isEqualTo("119 s");
        assertThat(Text.age(NOW.minusSeconds(120), NOW)).isEqualTo("2 min");
        assertThat(Text.age(NOW.minus(Duration.ofHours(3)), NOW)).isEqualTo("3 h");
        assertThat(Text.age(NOW.minus(Duration.ofDays(400)), NOW)).isEqualTo("400 d");
    }

    @Test
    void wordsForTheShellAreQuotedWhereTheyMustBe() {
        assertThat(Text.quoted("region=eu,app=recs")).isEqualTo("region=eu,app=recs");
        assertThat(Text.quoted("*")).isEqualTo("'*'");
        assertThat(Text.quoted("it's")).isEqualTo("'it'\\''s'");
        assertThat(Text.quoted("")).isEqualTo("''");
    }

    @Test
    void periodsAreReadAsPeopleWriteThem() {
        assertThat(Periods.parse("--poll", "500ms")).isEqualTo(Duration.ofMillis(500));
        assertThat(Periods.parse("--poll", "30s")).isEqualTo(Duration.ofSeconds(30));
        assertThat(Periods.parse("--poll", "5m")).isEqualTo(Duration.ofMinutes(5));
        assertThat(Periods.parse("--poll", "2h")).isEqualTo(Duration.ofHours(2));
        assertThat(Periods.parse("--poll", "7d")).isEqualTo(Duration.ofDays(7));
        for (String wrong : new String[] {"", "30", "s", "0s", "-1s", "1w", "1 s", "9999999999s"}) {
            assertThatThrownBy(() -> Periods.parse("--poll", wrong))
                    .isInstanceOf(InvalidField.class)
                    .hasMessageStartingWith("--poll: " + wrong + " (expected: ");
        }
    }

    @Test
    void momentsAreSpansOrInstantsToCome() {
        assertThat(Periods.moment("--expires", "2h", NOW)).isEqualTo("2026-11-22T14:00:00Z");
        assertThat(Periods.moment("--expires", "2026-12-24T18:00:00Z", NOW)).isEqualTo("2026-12-24T18:00:00Z");
    }

    @Test
    void momentsThatAreOverAreSpansOrInstants() {
        assertThat(Periods.past("--at", "2h", NOW)).isEqualTo("2026-11-22T10:00:00Z");
        assertThat(Periods.past("--at", "2026-11-22T11:00:00Z", NOW)).isEqualTo("2026-11-22T11:00:00Z");
        for (String wrong : new String[] {"", "yesterday", "0s", "2026-11-22T12:00:01Z"}) {
            assertThatThrownBy(() -> Periods.past("--at", wrong, NOW))
                    .isInstanceOf(InvalidField.class)
                    .hasMessageStartingWith("--at: " + wrong + " (expected: ");
        }
    }

    @Test
    void aCommandIsWrittenAsItWouldBeTyped() {
        assertThat(CommandWords.of("pin", "prices", 6)
                        .option("--scope", "*")
                        .option("--reason", "it's new")
                        .option("--expires", null)
                        .flag("--yes", true)
                        .flag("--json", false))
                .hasToString("octavo pin prices 6 --scope '*' --reason 'it'\\''s new' --yes");
    }

    @Test
    void theUsualCiSystemsAreKnown() {
        assertThat(CiRun.metadata(Map.of())).isEmpty();
        assertThat(CiRun.metadata(Map.of(
                        "GITHUB_SHA", "c1",
                        "GITHUB_RUN_ID", "5",
                        "GITHUB_SERVER_URL", "https://git",
                        "GITHUB_REPOSITORY", "a/b")))
                .isEqualTo(Map.of("git.commit", "c1", "ci.run", "https://git/a/b/actions/runs/5"));
        assertThat(CiRun.metadata(Map.of("GITHUB_RUN_ID", "5"))).isEqualTo(Map.of("ci.run", "5"));
        assertThat(CiRun.metadata(Map.of("CI_COMMIT_SHA", "c2", "CI_PIPELINE_URL", "https://lab/2")))
                .isEqualTo(Map.of("git.commit", "c2", "ci.run", "https://lab/2"));
        assertThat(CiRun.metadata(Map.of("GIT_COMMIT", "c3", "BUILD_URL", "https://jenkins/3", "CI_COMMIT_SHA", " ")))
                .isEqualTo(Map.of("git.commit", "c3", "ci.run", "https://jenkins/3"));
    }

    @Test
    void pausesDoubleWithJitterAndHeedTheServer() throws InterruptedException {
        Run run = new Run();
        Timing timing = new Timing(() -> NOW, run.pauses::add, () -> 0, Duration.ZERO, Duration.ZERO, Duration.ZERO);
        timing.pauseAfter(1, Duration.ZERO);
        timing.pauseAfter(3, Duration.ZERO);
        timing.pauseAfter(50, Duration.ZERO);
        timing.pauseAfter(1, Duration.ofSeconds(4));
        assertThat(run.pauses.stream().map(Duration::toMillis)).containsExactly(100L, 400L, 3200L, 4000L);
    }
}
