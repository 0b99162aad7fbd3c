package io.octavo.server.reads;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads that many wait for at once. A read begins after all who share it have asked, so that each of them gets what a
 * read of its own would have given; who asks while one runs shares the next. Of one key a single read runs at a time,
 * and the next begins no sooner than a set time after it. Waits are bounded in time and in number. Nothing blocks;
 * safe for use by many threads.
 *
 * @param <K> what can be read
 * @param <V> what it is
 */
final class SharedReads<K, V> {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final String what;
    private final Query<K, V> query;
    private final Duration apart;
    private final int mostWaiting;
    private final Executor readers;
    private final Timing timing;
    private final Timer answered;
    private final Timer failed;
    private final Map<K, Line<V>> lines = new HashMap<>();
    private int waiting;

    /** A read, which blocks. */
    @FunctionalInterface
    interface Query<K, V> {
        /** Reads; null = there is nothing. */
        @Nullable
        V read(K key, Read order);
    }

    /** Those who share a read. */
    private static final class Flight<V> {
        private final CompletableFuture<V> landed = new CompletableFuture<>();
        private Read order = Read.LOCAL;
        private int aboard;
    }

    /** The reads of one key: there while one runs, and for the set time after it began. */
    private static final class Line<V> {
        private @Nullable Flight<V> boarding;
        private long beganAt;
    }

    /**
     * Reads nothing yet.
     *
     * @param what        a tag of the metrics
     * @param apart       from the beginning of one read of a key to that of the next
     * @param mostWaiting for all keys together
     * @param readers     runs reads; must take one for each who waits
     */
    SharedReads(
            String what,
            Query<K, V> query,
            Duration apart,
            int mostWaiting,
            Executor readers,
            Timing timing,
            MeterRegistry meters) {
        this.what = what;
        this.query = query;
        this.apart = apart;
        this.mostWaiting = mostWaiting;
        this.readers = readers;
        this.timing = timing;
        this.answered = timer(meters, "ok");
        this.failed = timer(meters, "failed");
    }

    /**
     * What the next read gives. It fails with what the read throws, and with a {@link ServiceException} if too many
     * wait, or if the time is over. Who cancels it waits no more.
     *
     * @param order  the read is as strict as the strictest of those who share it asks for
     * @param atMost how long to wait
     */
    CompletableFuture<V> next(K key, Read order, Duration atMost) {
        Flight<V> flight;
        boolean isFirst;
        synchronized (this) {
            if (waiting >= mostWaiting) {
                return CompletableFuture.failedFuture(ServiceException.rateLimited(
                        "reads waited for: " + waiting + " (expected: fewer than " + mostWaiting
                                + "; try again or ask another node)",
                        RETRY_AFTER));
            }
            waiting++;
            isFirst = !lines.containsKey(key);
            flight = board(lines.computeIfAbsent(key, k -> new Line<>()), order);
        }
        CompletableFuture<V> mine = new CompletableFuture<>();
        Runnable takeBack = timing.after(atMost, () -> mine.completeExceptionally(late(key, atMost)));
        var unused = mine.whenComplete((value, failure) -> {
            takeBack.run();
            leave(flight);
        });
        var unusedToo = flight.landed.whenComplete((value, failure) -> {
            if (failure == null) {
                mine.complete(value);
            } else {
                mine.completeExceptionally(failure);
            }
        });
        if (isFirst) {
            depart(key);
        }
        return mine;
    }

    /** How many wait now. */
    synchronized int waiting() {
        return waiting;
    }

    /** Keys that are read now, or were a moment ago. */
    synchronized int lines() {
        return lines.size();
    }

    private static <V> Flight<V> board(Line<V> line, Read order) {
        Flight<V> flight = line.boarding;
        if (flight == null) {
            flight = new Flight<>();
            line.boarding = flight;
        }
        flight.aboard++;
        flight.order = order == Read.SERIAL ? Read.SERIAL : flight.order;
        return flight;
    }

    private synchronized void leave(Flight<V> flight) {
        waiting--;
        flight.aboard--;
    }

    private void depart(K key) {
        try {
            readers.execute(() -> fly(key));
        } catch (RejectedExecutionException e) {
            Flight<V> flight = close(key);
            if (flight != null) {
                flight.landed.completeExceptionally(ServiceException.unavailable(
                        "this node has too many reads waiting, or is stopping; ask another one", RETRY_AFTER, e));
            }
        }
    }

    private synchronized @Nullable Flight<V> close(K key) {
        Line<V> line = lines.remove(key);
        return line == null ? null : line.boarding;
    }

    private void fly(K key) {
        Flight<V> flight = takeOff(key);
        if (flight == null) {
            goOn(key);
            return;
        }
        long start = timing.nanoTime();
        V value;
        try {
            value = query.read(key, flight.order);
        } catch (RuntimeException | Error e) {
            failed.record(timing.nanoTime() - start, TimeUnit.NANOSECONDS);
            settle(key);
            flight.landed.completeExceptionally(e);
            return;
        }
        answered.record(timing.nanoTime() - start, TimeUnit.NANOSECONDS);
        // Before those aboard are told: the next read need not wait for what they do with it.
        settle(key);
        flight.landed.complete(value);
    }

    /** Nobody comes aboard from here on; null if nobody is. */
    private synchronized @Nullable Flight<V> takeOff(K key) {
        Line<V> line = lines.get(key);
        Flight<V> flight = line == null ? null : line.boarding;
        if (line == null || flight == null) {
            return null;
        }
        line.boarding = null;
        if (flight.aboard == 0) {
            return null;
        }
        line.beganAt = timing.nanoTime();
        return flight;
    }

    private void settle(K key) {
        long wait;
        synchronized (this) {
            Line<V> line = lines.get(key);
            wait = line == null ? 0 : line.beganAt + apart.toNanos() - timing.nanoTime();
        }
        if (wait > 0) {
            timing.after(Duration.ofNanos(wait), () -> goOn(key));
        } else {
            goOn(key);
        }
    }

    private void goOn(K key) {
        synchronized (this) {
            Line<V> line = lines.get(key);
            if (line == null || line.boarding == null) {
                lines.remove(key);
                return;
            }
        }
        depart(key);
    }

    private ServiceException late(K key, Duration atMost) {
        return ServiceException.unavailable(
                "the log could not be read in time (" + what + ", " + key + "): no answer in " + atMost.toMillis()
                        + " ms",
                RETRY_AFTER,
                null);
    }

    private Timer timer(MeterRegistry meters, String outcome) {
        return Timer.builder("octavo.reads.shared")
                .description("Reads of the log that all who wait for them share")
                .tag("read", what)
                .tag("outcome", outcome)
                .register(meters);
    }
}
