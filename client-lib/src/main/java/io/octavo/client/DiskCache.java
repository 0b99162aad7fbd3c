package io.octavo.client;

import com.google.protobuf.InvalidProtocolBufferException;
import io.octavo.client.ClientMetrics.Failure;
import io.octavo.protocol.CachedTopic;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Part;
import io.octavo.protocol.VersionRecord;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What this machine keeps, for the next start and for the way back: of each topic what is known of it, and the payloads
 * of the versions that were run last. Nothing depends on it: what can't be read or written is as if it weren't there.
 * Safe for several processes and threads; blocks.
 */
final class DiskCache {
    private static final Logger LOG = System.getLogger("io.octavo.client");
    private static final Duration BETWEEN_TIDYINGS = Duration.ofMinutes(10);
    /** After so many payloads it is time earlier: the limit counts bytes, not files. */
    private static final int MANY = 500;

    private static final Duration BETWEEN_TIDYINGS_OF_MANY = Duration.ofMinutes(1);

    /** Of payloads that can't be stored now, all topics together. */
    private static final long MOST_WAITING = 64 << 20;

    private final @Nullable TopicFiles topics;
    private final @Nullable PayloadFiles payloads;
    private final @Nullable CacheTidying tidying;
    private final World world;
    private final ClientMetrics metrics;
    private final AtomicLong waiting = new AtomicLong();
    private Instant tidied = Instant.MIN;
    private int putSince;
    private boolean isWarned;

    /** @param directory null = nothing is kept */
    DiskCache(@Nullable Path directory, long limit, WorkDirectory work, World world, ClientMetrics metrics) {
        this.world = world;
        this.metrics = metrics;
        this.topics = directory == null ? null : new TopicFiles(directory);
        this.payloads = directory == null ? null : new PayloadFiles(directory, work);
        this.tidying = topics == null || payloads == null || directory == null
                ? null
                : new CacheTidying(directory, topics, payloads, work, limit, world.clock(), FileChannel::tryLock);
    }

    boolean isThere() {
        return topics != null;
    }

    /** What was known of a topic; null if that is nothing. */
    @Nullable
    CachedTopic read(Consumer consumer, String topic) {
        if (topics == null) {
            return null;
        }
        try {
            return topics.read(consumer, topic);
        } catch (InvalidProtocolBufferException e) {
            corrupt(topic, e);
        } catch (IOException e) {
            warn(e);
        }
        return null;
    }

    /** Keeps what is known of a topic; false if that can't be done. */
    boolean write(CachedTopic known) {
        if (topics == null) {
            return false;
        }
        boolean isWritten = false;
        try {
            topics.write(known);
            isWritten = true;
            well();
        } catch (IOException e) {
            warn(e);
        }
        tidy(false, 0);
        return isWritten;
    }

    /** Whether a payload's bytes seem to be here; doesn't look whether they are right. */
    boolean has(Part part) {
        return payloads != null && Files.exists(payloads.file(part.getSha256()));
    }

    /** A payload that is kept here, verified; null if it isn't. */
    @Nullable
    LoadedPayload find(String topic, VersionRecord record) {
        if (payloads == null || record.getPartsCount() != 1) {
            return null;
        }
        try {
            return payloads.find(topic, record, record.getParts(0));
        } catch (PayloadFiles.Corrupt e) {
            corrupt(topic, e);
        } catch (IOException e) {
            warn(e);
        }
        return null;
    }

    /** Keeps a payload; false if that can't be done, or it has been let go. */
    boolean put(LoadedPayload payload) {
        if (payloads == null) {
            return false;
        }
        try {
            boolean isStored = payloads.put(payload);
            count();
            well();
            return isStored;
        } catch (IOException e) {
            warn(e);
            return false;
        }
    }

    /** Whether so many bytes of payloads that can't be stored now may wait in memory; if so, they count until {@link #goes}. */
    boolean mayWait(long bytes) {
        if (bytes < 0 || waiting.addAndGet(bytes) > MOST_WAITING) {
            goes(Math.max(bytes, 0));
            return false;
        }
        return true;
    }

    /** So many bytes wait no more. */
    void goes(long bytes) {
        waiting.addAndGet(-bytes);
    }

    /** Before so many bytes more are put here. */
    void makeRoom(long bytes) {
        if (tidying != null && tidying.isTight(bytes)) {
            tidy(true, bytes);
        }
    }

    private synchronized void count() {
        putSince++;
    }

    private synchronized void tidy(boolean now, long coming) {
        Instant time = world.steady().instant();
        Duration pause = putSince < MANY ? BETWEEN_TIDYINGS : BETWEEN_TIDYINGS_OF_MANY;
        if (tidying == null || (!now && time.isBefore(tidied.plus(pause)))) {
            return;
        }
        tidied = time;
        putSince = 0;
        try {
            tidying.tidy(coming);
        } catch (IOException e) {
            warn(e);
        }
    }

    private void corrupt(String topic, IOException e) {
        LOG.log(Level.WARNING, "topic " + topic + ": removed from the cache directory: " + e.getMessage());
        metrics.failed(topic, Failure.CACHE);
    }

    private synchronized void warn(IOException e) {
        LOG.log(
                isWarned ? Level.DEBUG : Level.WARNING,
                "the cache directory can't be used; going on without it: {0}",
                e.toString());
        isWarned = true;
    }

    private synchronized void well() {
        if (isWarned) {
            LOG.log(Level.INFO, "the cache directory can be used again");
            isWarned = false;
        }
    }
}
