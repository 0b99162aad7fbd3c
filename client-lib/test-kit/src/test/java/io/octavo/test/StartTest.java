package io.octavo.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a test pays for a server of its own: in a new JVM, which has to load the classes first, and then. */
@Timeout(120)
class StartTest {
    private static final String NOTHING = "nothing";
    private static final int JVMS = 5;
    private static final long MOST_MILLIS = 1_000;
    private static final long MOST_MILLIS_AGAIN = 500;
    /** A JVM that does nothing takes some 50 ms: where it takes longer, so may the server. */
    private static final int MOST_STARTS_OF_A_JVM = 16;

    /** How long a start takes, and another one. */
    private record Starts(long first, long next) {
        static Starts of(String line) {
            String[] millis = line.trim().split(" ", -1);
            return new Starts(Long.parseLong(millis[0]), Long.parseLong(millis[1]));
        }
    }

    @Test
    void theFirstServerOfAJvmIsThereInLessThanASecond() throws Exception {
        long first = Long.MAX_VALUE;
        long next = Long.MAX_VALUE;
        long most = MOST_MILLIS;
        for (int i = 0; i < JVMS && (first >= most || next >= MOST_MILLIS_AGAIN); i++) {
            long began = System.nanoTime();
            run(NOTHING);
            most = Math.max(most, MOST_STARTS_OF_A_JVM * millisSince(began));
            Starts starts = Starts.of(run());
            System.out.println(starts + " of " + most + " ms");
            first = Math.min(first, starts.first());
            next = Math.min(next, starts.next());
        }
        assertThat(first).as("ms, the first start").isLessThan(most);
        assertThat(next).as("ms, the next, with a publish").isLessThan(MOST_MILLIS_AGAIN);
    }

    /** What a new JVM says. */
    private static String run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                StartTest.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).as(said).isTrue();
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Prints how many milliseconds the first start takes, and how many another one with a publish; or does nothing. */
    public static void main(String[] arguments) {
        if (arguments.length > 0) {
            return;
        }
        long began = System.nanoTime();
        try (OctavoTestServer server = OctavoTestServer.start()) {
            long first = millisSince(began);
            server.publish("prices", "one");
            long again = System.nanoTime();
            try (OctavoTestServer other = OctavoTestServer.start()) {
                other.publish("prices", "one");
                System.out.println(first + " " + millisSince(again));
            }
        }
    }

    private static long millisSince(long began) {
        return Duration.ofNanos(System.nanoTime() - began).toMillis();
    }
}
