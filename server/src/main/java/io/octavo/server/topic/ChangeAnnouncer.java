package io.octavo.server.topic;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.protocol.TopicHead;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts changes into the feed. Whoever committed waits for it, but not long: what takes longer goes on in the background
 * until its patience ends, and what is not announced at all is found by the subscribe nodes' sweep.
 */
public final class ChangeAnnouncer implements TopicCommits.Announcer, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeAnnouncer.class);
    private static final int THREADS = 8;
    private static final int LONGEST_LINE = 10_000;

    private final ChangeFeed feed;
    private final Supplier<Patience> patience;
    private final Duration wait;
    private final ThreadPoolExecutor executor;
    private final Counter lost;

    /**
     * @param patience how long an announcement is tried in the background
     * @param wait     how long whoever committed waits for it at most
     */
    public ChangeAnnouncer(ChangeFeed feed, Supplier<Patience> patience, Duration wait, MeterRegistry meters) {
        this.feed = feed;
        this.patience = patience;
        this.wait = wait;
        this.lost = Counter.builder("octavo.changes.lost")
                .description("changes that were not announced; the sweep of the subscribe nodes finds them")
                .register(meters);
        this.executor = new ThreadPoolExecutor(
                THREADS, THREADS, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(LONGEST_LINE), work -> {
                    Thread thread = new Thread(work, "announce-changes");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    @Override
    public void announce(TopicHead head) {
        String topic = head.getTopic();
        long revision = head.getRevision();
        try {
            CompletableFuture.runAsync(() -> append(topic, revision), executor)
                    .completeOnTimeout(null, wait.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (RejectedExecutionException | CompletionException e) {
            lost.increment();
            LOG.warn("revision {} of {} is not announced, a sweep will find it: {}", revision, topic, e.getMessage());
        }
    }

    private void append(String topic, long revision) {
        Patience left = patience.get();
        while (true) {
            try {
                feed.append(topic, revision);
                return;
            } catch (RuntimeException e) {
                left.pause("the change feed can't be reached: " + e.getMessage());
            }
        }
    }

    /** Lets what is under way end, for a moment. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.info("changes that are not announced yet are left to the sweep");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        executor.shutdownNow();
    }
}
