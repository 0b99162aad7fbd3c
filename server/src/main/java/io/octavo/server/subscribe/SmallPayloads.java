package io.octavo.server.subscribe;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.protocol.Part;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Payloads kept beside the metadata, in memory up to a weight. However many ask, a payload is read from the store once
 * at a time. Safe for use by many threads.
 */
final class SmallPayloads {
    private static final Logger LOG = LoggerFactory.getLogger(SmallPayloads.class);
    /** What an entry weighs beside its bytes. */
    private static final int ENTRY_BYTES = 200;
    /** Longer than the store's own time-out. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);

    private final Cache<Long, ByteString> cache;
    private final ConcurrentHashMap<Long, CompletableFuture<ByteString>> reading = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, CompletableFuture<Void>> fills = new ConcurrentHashMap<>();
    private final PayloadSource source;
    private final Executor filler;
    private final Counter hits;
    private final Counter misses;

    /**
     * @param maxBytes memory for payloads
     * @param filler   reads from the store what polls have missed; refuses what is too much for it
     */
    SmallPayloads(PayloadSource source, long maxBytes, Executor filler, MeterRegistry registry) {
        this.source = source;
        this.filler = filler;
        this.cache = Caffeine.newBuilder()
                .maximumWeight(maxBytes)
                .weigher((Long id, ByteString bytes) -> bytes.size() + ENTRY_BYTES)
                .executor(Runnable::run)
                .build();
        this.hits = lookUps(registry, "hit");
        this.misses = lookUps(registry, "miss");
    }

    /** The bytes of a direct part if they are in memory; else null, and they are fetched for the next who asks. */
    @Nullable
    ByteString ifThere(Part part) {
        long id = part.getDirect().getPayloadId();
        ByteString there = cache.getIfPresent(id);
        if (there != null) {
            hits.increment();
            return there;
        }
        misses.increment();
        if (!reading.containsKey(id)) {
            fillLater(id, part);
        }
        return null;
    }

    /**
     * The bytes of a direct part. Blocks.
     *
     * @throws io.octavo.server.payload.MissingPayload if they are positively gone
     * @throws ServiceException UNAVAILABLE if the store can't answer
     */
    ByteString read(Part part) {
        long id = part.getDirect().getPayloadId();
        ByteString there = cache.getIfPresent(id);
        if (there != null) {
            return there;
        }
        CompletableFuture<ByteString> mine = new CompletableFuture<>();
        CompletableFuture<ByteString> others = reading.putIfAbsent(id, mine);
        if (others != null) {
            return await(others);
        }
        // Read outside of the cache's own locks: pollers must never wait for a store.
        try {
            ByteString bytes = source.direct(part);
            cache.put(id, bytes);
            mine.complete(bytes);
            return bytes;
        } catch (RuntimeException e) {
            mine.completeExceptionally(e);
            throw e;
        } finally {
            reading.remove(id);
            if (!mine.isDone()) {
                mine.completeExceptionally(new IllegalStateException("the read of a payload broke off"));
            }
        }
    }

    /** Completes when the bytes of a direct part are in memory, or will not be soon; never with an exception. */
    CompletableFuture<?> soon(Part part) {
        if (ifThere(part) != null) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<?> filling = fills.get(part.getDirect().getPayloadId());
        return filling == null ? CompletableFuture.completedFuture(null) : filling;
    }

    private void fillLater(long id, Part part) {
        CompletableFuture<Void> filled = new CompletableFuture<>();
        if (fills.putIfAbsent(id, filled) != null) {
            return;
        }
        boolean taken = false;
        try {
            filler.execute(() -> {
                try {
                    read(part);
                } catch (RuntimeException e) {
                    LOG.debug("could not read payload {} ahead", id, e);
                } finally {
                    fills.remove(id);
                    filled.complete(null);
                }
            });
            taken = true;
        } catch (RejectedExecutionException e) {
            LOG.debug("too much at once: processes read payload {} themselves, and a later poll may find it", id);
        } finally {
            if (!taken) {
                fills.remove(id);
                filled.complete(null);
            }
        }
    }

    private static ByteString await(CompletableFuture<ByteString> shared) {
        try {
            return shared.get(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw ServiceException.unavailable("the payload store did not answer in time", Duration.ofSeconds(1), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ServiceException.unavailable("this node is stopping", Duration.ofSeconds(1), e);
        }
    }

    private static Counter lookUps(MeterRegistry registry, String outcome) {
        return Counter.builder("octavo.poll.payloads")
                .description("Small payloads that could ride along with an offer, by whether they were in memory")
                .tag("outcome", outcome)
                .register(registry);
    }
}
