package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WatchCommandTest {
    @Test
    void wrongArgumentsAreFoundBeforeAnythingIsSent() {
        String[][] wrong = {
            {"watch", "Prices"},
            {"watch", "prices", "--poll", "1"},
            {"watch", "prices", "--poll", "99ms"},
            {"watch", "prices", "--poll", "61m"},
            {"watch", "prices", "--exec", " "},
            {"watch", "prices", "--region", ""},
            {"watch", "prices", "-o", "/"},
            {"watch", "prices", "-o", "/there/is/no/such/folder"},
        };
        for (String[] arguments : wrong) {
            Run run = new Run();
            assertThat(run.status(arguments)).as(String.join(" ", arguments)).isEqualTo(2);
            assertThat(run.err()).startsWith("octavo: ").endsWith("Try: octavo watch --help\n");
        }
    }
}
