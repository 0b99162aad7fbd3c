package io.octavo.server.subscribe;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.protocol.Part;
import io.octavo.protocol.VersionRecord;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds answers until something changes for who waits for them: the table of waiters, the thread that ends holds, and
 * the one that wakes. Of a topic that somebody waits for, small payloads are brought into memory before they are woken,
 * so that each of them doesn't have to ask for it, and missing payloads are found, so that they are not woken in vain.
 */
final class Holding implements AutoCloseable {
    /** Waiters are not kept from a new version for longer than this by its payload's coming into memory. */
    private static final Duration LONGEST_PREPARATION = Duration.ofSeconds(1);
    /** Those sent away come again, elsewhere, within this time. */
    private static final Duration SPREAD = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(Holding.class);

    private final Waiters waiters;
    private final Wakeups wakeups;
    private final Consistency consistency;
    private final SmallPayloads payloads;
    private final int inlineBytes;
    private final ScheduledThreadPoolExecutor timer;
    private final Thread waker;
    private volatile boolean closed;

    /** @param inlineBytes the largest payload that rides along */
    Holding(
            HeadCache cache,
            Consistency consistency,
            SmallPayloads payloads,
            int inlineBytes,
            HeldConfig config,
            MeterRegistry registry) {
        this.consistency = consistency;
        this.payloads = payloads;
        this.inlineBytes = inlineBytes;
        timer = new ScheduledThreadPoolExecutor(1, task -> daemon(task, "octavo-holds"));
        timer.setRemoveOnCancelPolicy(true);
        waiters = new Waiters(cache, timer, config.memoryBytes(), this::overtook);
        wakeups = new Wakeups(cache, waiters, config, System::nanoTime, registry);
        waker = daemon(this::wake, "octavo-wake");
        Gauge.builder("octavo.poll.held", waiters, Waiters::size)
                .description("Polls that wait for a change")
                .register(registry);
        Gauge.builder("octavo.poll.held.bytes", waiters, Waiters::bytes)
                .baseUnit("bytes")
                .description("Memory of polls that wait, about")
                .register(registry);
    }

    void start() {
        waker.start();
    }

    Waiters waiters() {
        return waiters;
    }

    /** A topic has changed. Doesn't block. */
    void changed(@Nullable CachedTopic before, CachedTopic now) {
        String topic = now.topic();
        CompletableFuture<?> checked = consistency.changed(before, now);
        if (!waiters.any(topic)) {
            return;
        }
        wake(topic, CompletableFuture.allOf(checked, payloadsOf(before, now)));
    }

    /** A topic changed for somebody who was on their way to wait for it. */
    private void overtook(CachedTopic now) {
        wake(now.topic(), payloadsOf(null, now));
    }

    /** Ends all holds: the callers are told to ask another node. Takes no more. */
    void sendAway() {
        waiters.close(SPREAD);
    }

    @Override
    public void close() {
        sendAway();
        closed = true;
        LockSupport.unpark(waker);
        timer.shutdownNow();
    }

    private void wake(String topic, CompletableFuture<?> ready) {
        if (ready.isDone()) {
            wake(topic);
        } else {
            var unused = ready.orTimeout(LONGEST_PREPARATION.toMillis(), TimeUnit.MILLISECONDS)
                    .whenComplete((there, late) -> wake(topic));
        }
    }

    private void wake(String topic) {
        wakeups.changed(topic);
        LockSupport.unpark(waker);
    }

    private void wake() {
        while (!closed) {
            long nanos = 0;
            try {
                nanos = wakeups.step();
            } catch (Throwable e) {
                // Errors as well: nobody else wakes anybody.
                LOG.error("waking those who wait failed in an unforeseen way; going on", e);
            }
            if (nanos < 0) {
                LockSupport.park(this);
            } else if (nanos > 0) {
                LockSupport.parkNanos(this, nanos);
            }
        }
    }

    private CompletableFuture<?> payloadsOf(@Nullable CachedTopic before, CachedTopic now) {
        Set<Long> known = before == null ? Set.of() : before.deciding();
        CompletableFuture<?>[] soon = now.deciding().stream()
                .filter(version -> !known.contains(version))
                .map(now::version)
                .filter(this::ridesAlong)
                .map(record -> payloads.soon(record.getParts(0)))
                .toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(soon);
    }

    private boolean ridesAlong(@Nullable VersionRecord record) {
        if (record == null || record.getPartsCount() != 1) {
            return false;
        }
        Part part = record.getParts(0);
        return part.hasDirect() && part.getSize() <= inlineBytes;
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
