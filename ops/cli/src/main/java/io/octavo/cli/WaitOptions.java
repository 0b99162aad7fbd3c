package io.octavo.cli;

import io.octavo.rules.InvalidField;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether a change is done when the service has it, or when those whom it concerns run it. */
final class WaitOptions {
    private static final Pattern PERCENT = Pattern.compile("(100|[1-9][0-9]?)%");

    @Option(
            names = "--wait",
            paramLabel = "PERCENT",
            description =
                    "Wait until so many of the live instances that are to run it do, such as 100%% or 95%%; if they"
                            + " don't in time, the exit status is 4.")
    private @Nullable String wait;

    @Option(
            names = "--wait-timeout",
            paramLabel = "TIME",
            description = "How long to wait for them, such as 5m; default 60s.")
    private @Nullable String timeout;

    /**
     * Fails at once if there is nothing to wait for.
     *
     * @param nobody why nobody would ever run it; null = somebody may
     * @throws Failure a usage error
     * @throws InvalidField if a value can't be right
     */
    void check(@Nullable String nobody) {
        int unused = percent();
        Duration atMost = timeout();
        if (wait == null && timeout != null) {
            throw Failure.usage("--wait-timeout " + timeout + " goes with --wait");
        }
        if (wait != null && nobody != null) {
            throw Failure.usage("--wait and " + nobody + " exclude each other: nobody would come to run it");
        }
        if (atMost.compareTo(Duration.ofDays(1)) > 0) {
            throw new InvalidField("--wait-timeout", String.valueOf(timeout), "at most 1d");
        }
    }

    /**
     * Waits, if that was asked for.
     *
     * @param revision of the topic, that the change has made
     * @param versions which the change has instances run
     * @throws Failure if they don't in time
     */
    void await(Session session, String topic, long revision, Set<Long> versions) throws InterruptedException {
        if (wait != null && !versions.isEmpty()) {
            new Adoption(session, topic, revision, versions, percent()).await(timeout());
        }
    }

    private int percent() {
        if (wait == null) {
            return 0;
        }
        Matcher matcher = PERCENT.matcher(wait);
        if (!matcher.matches()) {
            throw new InvalidField("--wait", wait, "1% to 100%");
        }
        return Integer.parseInt(matcher.group(1));
    }

    private Duration timeout() {
        return timeout == null ? Duration.ofMinutes(1) : Periods.parse("--wait-timeout", timeout);
    }
}
