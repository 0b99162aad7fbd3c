package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/** What the help of every command has. */
class ManualTest {
    private static final Map<String, CommandLine> ALL = Commands.all(whole());

    private static CommandLine whole() {
        return new Octavo(new Run().shell()).commandLine("help");
    }

    static Stream<String> commands() {
        return ALL.keySet().stream();
    }

    private static CommandLine command(String name) {
        CommandLine command = ALL.get(name);
        if (command == null) {
            throw new AssertionError(name);
        }
        return command;
    }

    /** The commands of this program in an example, which may be a pipe or write to a file. */
    private static List<String[]> ofThisProgram(String example) {
        List<String[]> found = new ArrayList<>();
        List<String> part = new ArrayList<>();
        for (String word : Words.of(example.replaceAll("source <\\((.*)\\)", "$1") + " |")) {
            if (!word.equals("|") && !word.equals(">")) {
                part.add(word);
            } else {
                if (part.get(0).equals("octavo")) {
                    found.add(part.stream().skip(1).toArray(String[]::new));
                }
                part.clear();
            }
        }
        return found;
    }

    @ParameterizedTest
    @MethodSource("commands")
    void tellsWhatTheCommandDoesAndChangesAndWhereToReadOn(String name) {
        CommandLine command = command(name);
        UsageMessageSpec usage = command.getCommandSpec().usageMessage();
        assertThat(usage.header()).hasSize(1).allMatch(line -> line.endsWith("."));
        assertThat(usage.description()).isNotEmpty().allMatch(line -> line.endsWith("."));
        Manual manual = ManPage.manual(command);
        assertThat(manual).isNotNull();
        if (manual != null) {
            assertThat(manual.changes()).endsWith(".");
            assertThat(manual.related()).isNotEmpty().doesNotContain(name);
            assertThat(ALL).containsKeys(manual.related());
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void itsExamplesCanBeTyped(String name) {
        List<String[]> mine = new ArrayList<>();
        for (String example : command(name).getCommandSpec().usageMessage().footer()) {
            assertThat(example).startsWith("  ").isEqualTo(example.stripTrailing());
            List<String[]> found = ofThisProgram(example.strip());
            assertThat(found).as(example).isNotEmpty();
            for (String[] words : found) {
                CommandLine.ParseResult parsed = whole().parseArgs(words);
                assertThat(parsed.asCommandLineList()).as(example).hasSizeGreaterThan(1);
                if (String.join(" ", words).startsWith(name)) {
                    mine.add(words);
                }
            }
        }
        assertThat(mine).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void isAPageWithTheSameParts(String name) {
        Run run = new Run();
        String[] words =
                Stream.concat(Stream.of(name.split(" ")), Stream.of("--help")).toArray(String[]::new);
        assertThat(run.status(words)).isZero();
        assertThat(run.out())
                .contains("Usage\n  octavo " + name)
                .containsSubsequence(
                        "\nDescription\n",
                        "\nChanges\n",
                        "\nOptions\n",
                        "\nExit status\n",
                        "\nExamples\n",
                        "\nRelated\n")
                .contains("--server=URL")
                .contains("--json");
        Run help = new Run();
        assertThat(help.status(Stream.concat(Stream.of("help"), Stream.of(name.split(" ")))
                        .toArray(String[]::new)))
                .isZero();
        assertThat(help.out()).isEqualTo(run.out());
    }

    @Test
    void theWholeProgramsHelpNamesEveryCommandAndStatus() {
        Run run = new Run();
        assertThat(run.status("--help")).isZero();
        assertThat(run.out()).contains(whole().getSubcommands().keySet());
        assertThat(run.out()).contains("outcome is unknown").contains("waited in vain");
        Run command = new Run();
        assertThat(command.status("help")).isZero();
        assertThat(command.out()).isEqualTo(run.out());
    }
}
