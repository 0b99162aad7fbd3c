package io.octavo.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program with its arguments, to be run to its end.
 *
 * @param folder      where it runs
 * @param environment what it finds beside this process's variables
 * @param bound       after which it is killed, with all that it started
 */
record Command(Path folder, Map<String, String> environment, Duration bound, List<String> words) {
    /** What became of it. */
    record Ran(List<String> words, int status, String out, String err) {
        /** Fails, with all that it said, unless it ended with 0. */
        Ran done() {
            assertThat(status).as("%s", this).isZero();
            return this;
        }

        @Override
        public String toString() {
            return String.join(" ", words) + "\nended with status " + status + "\n--- standard output\n" + out
                    + "\n--- standard error\n" + err;
        }
    }

    /** Blocks until it has ended. */
    Ran run() throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "command", ".out");
        Path err = Files.createTempFile(folder, "command", ".err");
        try {
            ProcessBuilder builder = new ProcessBuilder(words)
                    .directory(folder.toFile())
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            boolean ended = false;
            try {
                ended = process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS);
            } finally {
                if (!ended) {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly();
                }
            }
            Ran ran = new Ran(words, process.waitFor(), Files.readString(out), Files.readString(err));
            assertThat(ended).as("within %s: %s", bound, ran).isTrue();
            return ran;
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }
}
