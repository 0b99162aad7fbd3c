package io.octavo.client;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Keeps what metrics throw away from the work that they count. */
final class GuardedMetrics implements ClientMetrics {
    private static final Logger LOG = System.getLogger("io.octavo.client");

    private final ClientMetrics metrics;

    GuardedMetrics(ClientMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void polled(boolean answered) {
        guard(() -> metrics.polled(answered));
    }

    @Override
    public void downloaded(String topic, long bytes) {
        guard(() -> metrics.downloaded(topic, bytes));
    }

    @Override
    public void reused(String topic, long bytes) {
        guard(() -> metrics.reused(topic, bytes));
    }

    @Override
    public void observed(String topic, @Nullable Source source, Duration age) {
        guard(() -> metrics.observed(topic, source, age));
    }

    @Override
    public void applied(String topic, Duration propagation) {
        guard(() -> metrics.applied(topic, propagation));
    }

    @Override
    public void failed(String topic, Failure kind) {
        guard(() -> metrics.failed(topic, kind));
    }

    private static void guard(Runnable call) {
        try {
            call.run();
        } catch (Throwable e) {
            // Errors as well, such as a metrics library of another version.
            LOG.log(Level.DEBUG, "client metrics threw", e);
        }
    }
}
