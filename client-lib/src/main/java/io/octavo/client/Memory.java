package io.octavo.client;

import io.octavo.protocol.CachedTopic;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Heads;
import io.octavo.rules.Resolution;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a subscription keeps on disk: what it has heard, and which versions it has run. Reads and writes on the threads for
 * that, one after the other. Safe for use by several threads.
 */
final class Memory {
    private static final Logger LOG = System.getLogger("io.octavo.client");

    /** When nothing changes, so often is written that it is still so. */
    private static final Duration STILL_SO = Duration.ofHours(1);

    private static final Duration LONGEST_READ = Duration.ofSeconds(10);

    private final String topic;
    private final Consumer consumer;
    private final DiskCache disk;
    private final Executor io;
    private final int most;
    private final CompletableFuture<@Nullable CachedTopic> recalled = new CompletableFuture<>();
    private final AtomicBoolean isSaving = new AtomicBoolean();
    private List<VersionRecord> good = List.of();
    private @Nullable CachedTopic written;

    Memory(String topic, Consumer consumer, SubscriptionMachinery machinery) {
        this.topic = topic;
        this.consumer = consumer;
        this.disk = machinery.disk();
        this.io = machinery.io();
        this.most = machinery.start().keep();
    }

    /** Reads what an earlier run has left, and hands it over before anybody else gets it. */
    void recall(java.util.function.Consumer<CachedTopic> first) {
        try {
            io.execute(() -> {
                CachedTopic known = disk.read(consumer, topic);
                if (known != null) {
                    first.accept(known);
                    synchronized (this) {
                        good = good.isEmpty() ? known.getGoodList() : good;
                        written = known;
                    }
                }
                recalled.complete(known);
            });
        } catch (RuntimeException | Error e) {
            // This client is closed, or no thread can be had: there is still the service.
            recalled.complete(null);
        }
    }

    /** What an earlier run has left; null if that is nothing. Waits for it. */
    @Nullable
    CachedTopic recalled() {
        try {
            return recalled.get(LONGEST_READ.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Level.WARNING, "topic " + topic + ": the cache directory doesn't answer", e);
        }
        return null;
    }

    /** A version's payload was turned into a value: keeps it, if there is a place for it. */
    void ran(LoadedPayload payload) {
        if (!payload.isFromDisk() && !disk.put(payload)) {
            return;
        }
        VersionRecord record = payload.record();
        synchronized (this) {
            List<VersionRecord> now = new ArrayList<>();
            now.add(record);
            good.stream()
                    .filter(other -> other.getVersion() != record.getVersion())
                    .forEach(now::add);
            good = now;
        }
    }

    /**
     * Writes what is new, soon.
     *
     * @param heard what has been heard by then; asked on another thread
     */
    void save(Supplier<CachedTopic.Builder> heard) {
        if (!disk.isThere() || !recalled.isDone() || isSaving.getAndSet(true)) {
            return;
        }
        try {
            io.execute(() -> {
                isSaving.set(false);
                CachedTopic news = news(heard.get());
                if (news != null) {
                    disk.write(news);
                }
            });
        } catch (RuntimeException | Error e) {
            // As above: whoever follows the topic is not to be stopped by that. The next news is tried again.
            isSaving.set(false);
        }
    }

    /** What is to be written now; null if that is nothing. */
    private synchronized @Nullable CachedTopic news(CachedTopic.Builder heard) {
        if (!heard.hasHead()) {
            return null;
        }
        good = worthKeeping(heard.getHead(), heard.getVersion());
        CachedTopic news = heard.setConsumer(consumer).addAllGood(good).build();
        CachedTopic before = written;
        if (before != null
                && news.getHeardMs() - before.getHeardMs() < STILL_SO.toMillis()
                && news.toBuilder().setHeardMs(before.getHeardMs()).build().equals(before)) {
            return null;
        }
        written = news;
        return news;
    }

    /** The last ones, and the one that a pin holds this process at; none that is known to be bad, but the one in use. */
    private List<VersionRecord> worthKeeping(TopicHead head, long standing) {
        Resolution resolution = Resolution.of(head, consumer);
        long now = standing == 0 ? resolution.version() : standing;
        List<VersionRecord> kept = new ArrayList<>();
        int count = 0;
        for (VersionRecord record : good) {
            VersionRecord marked = Heads.record(head, record.getVersion());
            boolean isBad = record.getVersion() != now
                    && (head.getWithdrawnList().contains(record.getVersion())
                            || (marked != null && marked.hasQuarantine()));
            boolean isPinned = resolution.pinned() && resolution.version() == record.getVersion();
            // The one in use stays: that it is bad may be taken back, and then it isn't read again.
            boolean isSpare = isBad ? record.equals(good.get(0)) : isPinned;
            if (isSpare || (!isBad && count < most)) {
                kept.add(record);
                count += isSpare ? 0 : 1;
            }
        }
        return kept;
    }
}
