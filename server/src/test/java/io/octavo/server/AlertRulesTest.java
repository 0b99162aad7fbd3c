package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The alerts that operators are given, and what the guide says of them. */
class AlertRulesTest {
    private static final Path GUIDE = Path.of("../docs/operations.md");
    private static final String HEAD = "| alert | after | severity | tells | what helps |\n";
    private static final Pattern TABLE = Pattern.compile(Pattern.quote(HEAD) + "(\\|.*\\n)+");

    @Test
    void theTableOfTheGuideIsMadeOfTheRules() throws IOException {
        String table = table();
        String guide = Files.readString(GUIDE);
        Matcher found = TABLE.matcher(guide);
        assertThat(found.find()).as("a table of alerts in %s", GUIDE).isTrue();
        if (Boolean.getBoolean("octavo.renew")) {
            Files.writeString(GUIDE, found.replaceFirst(Matcher.quoteReplacement(table)));
            return;
        }
        assertThat(found.group())
                .as("the alerts in docs/operations.md; renew them: mvn -pl server -am verify -Dtest=AlertRulesTest"
                        + " -Doctavo.renew=true -Dsurefire.failIfNoSpecifiedTests=false")
                .isEqualTo(table);
    }

    @Test
    void everyAlertSaysHowBadItIsAndWhatHelps() throws IOException {
        List<AlertRule> rules = AlertRule.all();
        assertThat(rules).isNotEmpty().extracting(AlertRule::alert).doesNotHaveDuplicates();
        assertThat(rules).allSatisfy(rule -> {
            assertThat(rule.alert()).matches("Octavo[A-Za-z]+");
            assertThat(rule.severity()).isIn("critical", "warning");
            assertThat(rule.after()).matches("\\d+[mh]");
            assertThat(rule.summary()).isNotBlank();
            assertThat(rule.help()).isNotBlank();
            assertThat(rule.series()).isNotEmpty();
        });
    }

    @Test
    void whatOnlyANodeThatIsUpCanTellIsMissedWhenNoneIs() throws IOException {
        assertThat(AlertRule.all())
                .filteredOn(rule -> rule.expression().contains("absent("))
                .flatExtracting(AlertRule::series)
                .as("housekeeping, exports, subscribers")
                .contains("octavo_housekeeping_leads", "octavo_fallback_age_seconds", "octavo_cache_heads");
    }

    private static String table() throws IOException {
        return AlertRule.all().stream()
                .map(rule -> "| `%s` | %s | %s | %s | %s |\n"
                        .formatted(rule.alert(), rule.after(), rule.severity(), rule.summary(), rule.help()))
                .collect(Collectors.joining("", HEAD + "| --- | --- | --- | --- | --- |\n", ""));
    }
}
