package io.octavo.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.acceptance.Command.Ran;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The measurements run, small, to their ends, and print their figures; what these are on a busy machine says nothing. */
@Tag("all")
@ExtendWith(SharedStack.class)
final class BenchesIT {
    private static final Duration BOUND = Duration.ofMinutes(5);

    private final Stack stack;

    BenchesIT(Stack stack) {
        this.stack = stack;
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            poll-cost.sh, --pairs 1, 4
            propagation.sh, --pairs 1 --seconds 1, 2
            connections.sh, --count 200, 1
            many-topics.sh, --count 500, 1
            housekeeping.sh, --count 200, 6
            housekeeping.sh, --count 200 --store radosgw, 6
            client-start.sh, --topics 20 --pairs 1, 9
            fleet.sh, --subscribers 2000, 2
            """)
    void aBenchPrintsItsRatios(String script, String arguments, int rows) throws Exception {
        String out = run(script, List.of(arguments.split(" ", -1)));
        assertThat(out.lines().filter(Pattern.compile("\\d.*\\d").asPredicate()))
                .as(out)
                .hasSizeGreaterThanOrEqualTo(rows);
        assertThat(out).doesNotContain("NaN", "Infinity");
    }

    @Test
    void publishLatencyPrintsItsPercentiles() throws Exception {
        String out = run("publish-latency.sh", List.of("--server", stack.url(), "--count", "50"));
        assertThat(out).containsPattern("p50.*p99|p99");
    }

    private String run(String script, List<String> arguments) throws Exception {
        List<String> words = new ArrayList<>();
        words.add(stack.root().resolve("ops/bench").resolve(script).toString());
        words.addAll(arguments);
        Ran ran = stack.run(stack.newFolder(), BOUND, words).done();
        System.out.println(ran.out());
        return ran.out();
    }
}
