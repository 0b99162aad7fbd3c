package io.octavo.client;

import io.octavo.protocol.CachedTopic;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Quarantine;
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
    /** The payload of the version in use, as long as there is no place for it. */
    private @Nullable LoadedPayload unstored;

    private long unstoredCost;
    private boolean isClosed;

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

    /** Keeps a payload that was turned into a value, if there is a place for it; answers whether it is kept. Blocks. */
    boolean store(LoadedPayload payload) {
        return payload.isFromDisk() || disk.put(payload);
    }

    /** Whether the bytes of a payload that could not be stored are worth keeping until there is a place again. */
    boolean waitsForPlace(LoadedPayload payload) {
        return disk.isThere() && payload.costOfWaiting() > 0;
    }

    /**
     * A version was taken into use.
     *
     * @param isStored whether its payload is kept; else that is tried again at each {@link #save}
     */
    synchronized void ran(LoadedPayload payload, boolean isStored) {
        waitNoMore();
        if (isStored) {
            remember(payload.record());
            return;
        }
        long cost = payload.costOfWaiting();
        if (!isClosed && disk.isThere() && disk.mayWait(cost)) {
            unstored = payload;
            unstoredCost = cost;
        } else {
            payload.deserialized();
        }
    }

    /** What could not be stored is given up. */
    synchronized void close() {
        isClosed = true;
        waitNoMore();
    }

    private void waitNoMore() {
        LoadedPayload payload = unstored;
        if (payload != null) {
            unstored = null;
            disk.goes(unstoredCost);
            payload.deserialized();
        }
    }

    private void remember(VersionRecord record) {
        List<VersionRecord> now = new ArrayList<>();
        now.add(record);
        good.stream().filter(other -> other.getVersion() != record.getVersion()).forEach(now::add);
        good = now;
    }

    private void storeNow() {
        LoadedPayload payload;
        synchronized (this) {
            payload = unstored;
        }
        if (payload == null || !disk.put(payload)) {
            return;
        }
        synchronized (this) {
            if (unstored == payload) {
                waitNoMore();
                remember(payload.record());
            }
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
                storeNow();
                CachedTopic news = news(heard.get());
                if (news != null && disk.write(news)) {
                    written(news);
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
        return news;
    }

    private synchronized void written(CachedTopic news) {
        written = news;
    }

    /** The last ones, and the one that a pin holds this process at; none that is known to be bad, but the one in use. */
    private List<VersionRecord> worthKeeping(TopicHead head, long standing) {
        Resolution resolution = Resolution.of(head, consumer);
        long now = standing == 0 ? resolution.version() : standing;
        List<VersionRecord> kept = new ArrayList<>();
        int count = 0;
        for (VersionRecord record : good) {
            boolean isBad = record.getVersion() != now && isBad(record, head);
            boolean isPinned = resolution.pinned() && resolution.version() == record.getVersion();
            // The one in use stays: that it is bad may be taken back, and then it isn't read again.
            boolean isSpare = isBad ? record.getVersion() == good.get(0).getVersion() : isPinned;
            if (isSpare || (!isBad && count < most)) {
                kept.add(marked(record, isBad));
                count += isSpare ? 0 : 1;
            }
        }
        return kept;
    }

    /** As the head says; of a version that it doesn't name, as the last one said that did. */
    private static boolean isBad(VersionRecord record, TopicHead head) {
        VersionRecord named = Heads.record(head, record.getVersion());
        return head.getWithdrawnList().contains(record.getVersion())
                || (named == null ? record : named).hasQuarantine();
    }

    /** The mark tells the next start that it stands in for nothing. */
    private static VersionRecord marked(VersionRecord record, boolean isBad) {
        if (isBad == record.hasQuarantine()) {
            return record;
        }
        return isBad
                ? record.toBuilder()
                        .setQuarantine(Quarantine.getDefaultInstance())
                        .build()
                : record.toBuilder().clearQuarantine().build();
    }
}
