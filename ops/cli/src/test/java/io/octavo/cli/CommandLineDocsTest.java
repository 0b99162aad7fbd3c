package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code docs/command-line.md} has a table that is made from the code. */
class CommandLineDocsTest {
    private static final Path PAGE = Path.of("../../docs/command-line.md");
    private static final String BEGIN = "<!-- made from the code: begin -->\n";
    private static final String END = "<!-- made from the code: end -->\n";

    private static String made() {
        CommandLine whole = new Octavo(new Run().shell()).commandLine("help");
        StringBuilder made = new StringBuilder("| command | does | changes |\n| --- | --- | --- |\n");
        for (Map.Entry<String, CommandLine> entry : Commands.all(whole).entrySet()) {
            CommandSpec spec = entry.getValue().getCommandSpec();
            if (spec.userObject() instanceof Subcommand || spec.userObject() instanceof LocalCommand) {
                Manual manual = ManPage.manual(entry.getValue());
                made.append("| `%s` | %s | %s |\n"
                        .formatted(
                                (entry.getKey() + " " + synopsis(spec, whole.getCommandSpec()))
                                        .strip()
                                        .replace("|", "\\|"),
                                String.join(" ", spec.usageMessage().header()),
                                manual == null ? "" : manual.changes()));
            }
        }
        made.append("\nWith every command: ");
        made.append(whole.getCommandSpec().options().stream()
                .filter(CommandLineDocsTest::isInherited)
                .map(option -> "`" + option.longestName() + "`")
                .collect(Collectors.joining(", ")));
        return made.append(".\n").toString();
    }

    private static String synopsis(CommandSpec spec, CommandSpec whole) {
        Stream<String> parameters = spec.positionalParameters().stream().map(CommandLineDocsTest::parameter);
        Stream<String> options = spec.options().stream()
                .filter(option -> !option.hidden())
                .filter(option -> whole.options().stream()
                        .noneMatch(one -> isInherited(one) && one.longestName().equals(option.longestName())))
                .map(option -> {
                    String text = option.longestName() + (option.arity().max() == 0 ? "" : " " + option.paramLabel());
                    return option.required() ? text : "[" + text + "]" + (option.isMultiValue() ? "…" : "");
                });
        return Stream.concat(parameters, options).collect(Collectors.joining(" "));
    }

    private static boolean isInherited(OptionSpec option) {
        return option.scopeType() == CommandLine.ScopeType.INHERIT;
    }

    private static String parameter(PositionalParamSpec parameter) {
        return parameter.arity().min() == 0 ? "[" + parameter.paramLabel() + "]" : parameter.paramLabel();
    }

    @Test
    void theTableIsThatOfTheCode() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        int end = page.indexOf(END);
        assertThat(page).contains(BEGIN).contains(END);
        String fresh = page.substring(0, begin) + made() + page.substring(end);
        if (Boolean.getBoolean("octavo.renew")) {
            Files.writeString(PAGE, fresh);
            return;
        }
        assertThat(page)
                .as("docs/command-line.md is stale; renew it with: mvn -pl ops/cli -am test -Doctavo.renew=true"
                        + " -Dtest=CommandLineDocsTest -Dsurefire.failIfNoSpecifiedTests=false")
                .isEqualTo(fresh);
    }
}
