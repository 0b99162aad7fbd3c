package io.octavo.server.publish;

import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * One body on its way here: watched, so that a caller who sends it by drops doesn't keep for ever what others wait for.
 * For one thread.
 */
public final class Arrival {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final double NANOS_PER_SECOND = 1e9;

    private final ArrivalConfig config;
    private final LongSupplier nanoTime;
    private final BooleanSupplier ended;
    private final long begun;
    private long waitingSince;
    private long waited;
    private long received;
    private long windowEnd;
    private long receivedBeforeWindow;

    Arrival(ArrivalConfig config, LongSupplier nanoTime, BooleanSupplier ended) {
        this.config = config;
        this.nanoTime = nanoTime;
        this.ended = ended;
        this.begun = nanoTime.getAsLong();
        this.windowEnd = config.rateGrace().plus(config.rateWindow()).toNanos();
    }

    /** To be told before each wait for bytes. */
    public void waiting() {
        waitingSince = nanoTime.getAsLong();
    }

    /**
     * To be told after each wait.
     *
     * @param bytes how many came; 0 or less = none, or the end
     * @throws ServiceException TOO_SLOW, or UNAVAILABLE if this node stops
     */
    public void came(long bytes) {
        waited += nanoTime.getAsLong() - waitingSince;
        received += Math.max(0, bytes);
        check();
        if (waited >= windowEnd) {
            checkRate();
        }
    }

    /** To be asked now and then amid a long wait. */
    void check() {
        if (ended.getAsBoolean()) {
            throw ServiceException.unavailable(
                    "this node is stopping; send the request again, to another one", RETRY_AFTER, null);
        }
        long left = config.timeLimit().toNanos() - (nanoTime.getAsLong() - begun);
        if (left < 0) {
            throw tooSlow(received + " bytes in " + config.timeLimit(), "all its bytes in that time");
        }
    }

    /** The refusal of a body that was waited for in vain. */
    public ServiceException stalled() {
        long silence = Duration.ofNanos(nanoTime.getAsLong() - waitingSince).toMillis();
        return tooSlow("nothing for " + silence + " ms after " + received + " bytes", "its next bytes");
    }

    private void checkRate() {
        long window = config.rateWindow().toNanos();
        // All that came since the last window, grace included: who began fast may be slow for a while.
        long rate = (long) ((received - receivedBeforeWindow) / (window / NANOS_PER_SECOND));
        if (rate < config.minRate().toBytes()) {
            throw tooSlow(
                    rate + " bytes a second over " + config.rateWindow(),
                    "at least " + config.minRate().toBytes());
        }
        receivedBeforeWindow = received;
        windowEnd = waited + window;
    }

    private static ServiceException tooSlow(String found, String expected) {
        return ServiceException.of(ErrorCode.TOO_SLOW, "body: " + found + " (expected: " + expected + ")");
    }
}
