package io.octavo.server.peers;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** What is counted about hints sent to other nodes, one for each node. */
final class HintMetrics {
    private final Counter sent;
    private final Counter failed;
    private final Counter dropped;
    private final Timer lag;

    HintMetrics(MeterRegistry meters) {
        sent = outcome(meters, "sent");
        failed = outcome(meters, "failed");
        dropped = outcome(meters, "dropped");
        lag = Timer.builder("octavo.hints.lag")
                .description("From a commit until a node has answered to the hint of it")
                .register(meters);
    }

    /** Hints that a node has taken. */
    void sent(int hints) {
        sent.increment(hints);
    }

    /** How long one of them took. */
    void lag(long nanos) {
        lag.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Hints of a call that failed; most are sent again. */
    void failed(int hints) {
        failed.increment(hints);
    }

    /** Hints given up: the node learns of these changes from the feed. */
    void dropped(int hints) {
        dropped.increment(hints);
    }

    private static Counter outcome(MeterRegistry meters, String outcome) {
        return Counter.builder("octavo.hints")
                .description("Hints of commits to other nodes; those that failed are sent again while they are news")
                .tag("outcome", outcome)
                .register(meters);
    }
}
