package io.octavo.server.payload;

import io.octavo.server.errors.ServiceException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One payload on its way to every region, all or nothing. The calling thread reads; parts are put by the executor.
 * Reading stops while {@link #BUFFERS} parts are in memory: the slowest region sets the pace.
 */
final class S3Upload {
    /** One that is being filled and two on their way. */
    static final int BUFFERS = 3;

    private static final Logger LOG = LoggerFactory.getLogger(S3Upload.class);
    private static final int READ_SIZE = 256 << 10;
    private static final byte[] NOTHING = {};

    private final List<RegionUpload> regions;
    private final Origin origin;
    private final PartBuffers buffers;
    private final Executor executor;
    private final Duration patience;
    private final Semaphore slots = new Semaphore(BUFFERS);
    private final List<CompletableFuture<Void>> parts = new ArrayList<>();
    private volatile @Nullable RuntimeException failure;

    /**
     * @param origin   what the objects are to say of themselves
     * @param patience longer than a part can take: all its time-outs
     */
    S3Upload(List<RegionUpload> regions, Origin origin, PartBuffers buffers, Executor executor, Duration patience) {
        this.regions = regions;
        this.origin = origin;
        this.buffers = buffers;
        this.executor = executor;
        this.patience = patience;
    }

    /**
     * Blocks until the payload is durable and of the right size everywhere; else nothing is left of it, as far as the
     * stores can be reached.
     *
     * @param head what was read from the intake before
     * @throws IOException if the body can't be read to its end
     */
    void run(Intake intake, byte[] head) throws IOException {
        boolean done = false;
        try {
            everywhere(region -> region.begin(origin));
            send(intake, head);
            join(parts);
            intake.verify();
            everywhere(region -> region.complete(intake.size()));
            done = true;
        } finally {
            if (!done) {
                giveUp();
            }
        }
    }

    private void send(Intake intake, byte[] head) throws IOException {
        byte[] start = head;
        boolean more = true;
        while (more) {
            byte[] buffer = takeBuffer();
            int length = 0;
            boolean sent = false;
            try {
                System.arraycopy(start, 0, buffer, 0, start.length);
                length = fill(intake, buffer, start.length);
                if (length > 0) {
                    put(buffer, length);
                    sent = true;
                }
            } finally {
                if (!sent) {
                    giveBack(buffer);
                }
            }
            more = length == PartBuffers.PART_SIZE;
            start = NOTHING;
        }
    }

    private int fill(Intake intake, byte[] buffer, int from) throws IOException {
        int filled = from;
        while (filled < PartBuffers.PART_SIZE) {
            RuntimeException failed = failure;
            if (failed != null) {
                throw failed;
            }
            int count = intake.read(buffer, filled, Math.min(READ_SIZE, PartBuffers.PART_SIZE - filled));
            if (count < 0) {
                break;
            }
            filled += count;
        }
        return filled;
    }

    private void put(byte[] buffer, int length) {
        int number = parts.size() + 1;
        List<CompletableFuture<Void>> copies = new ArrayList<>();
        for (RegionUpload region : regions) {
            copies.add(start(() -> {
                if (failure == null) {
                    region.put(number, buffer, length);
                }
            }));
        }
        parts.add(all(copies).whenComplete((done, error) -> giveBack(buffer)));
    }

    private void everywhere(Consumer<RegionUpload> action) {
        List<CompletableFuture<Void>> running = new ArrayList<>();
        for (RegionUpload region : regions) {
            running.add(start(() -> action.accept(region)));
        }
        join(running);
    }

    private CompletableFuture<Void> start(Runnable work) {
        try {
            return CompletableFuture.runAsync(() -> noticingFailure(work), executor);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(
                    ServiceException.unavailable("this node is stopping", Duration.ofSeconds(1), e));
        }
    }

    private void noticingFailure(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            failure = e;
            throw e;
        } catch (Error e) {
            failure = new CompletionException(e);
            throw e;
        }
    }

    private byte[] takeBuffer() {
        if (!Gate.acquired(slots, patience)) {
            throw ServiceException.unavailable(
                    "the S3 stores took no part within " + patience.toSeconds() + " s", Duration.ofSeconds(5), null);
        }
        return buffers.take();
    }

    private void giveBack(byte[] buffer) {
        buffers.giveBack(buffer);
        slots.release();
    }

    private void giveUp() {
        if (failure == null) {
            failure = new CompletionException("given up", null);
        }
        // A part that lands after the abort would stay for ever.
        all(parts).exceptionally(error -> null).join();
        for (RegionUpload region : regions) {
            try {
                region.giveUp();
            } catch (RuntimeException e) {
                LOG.warn("region {}: an upload was given up and its bytes stay until the sweep", region.region(), e);
            }
        }
    }

    private static CompletableFuture<Void> all(List<CompletableFuture<Void>> futures) {
        return CompletableFuture.allOf(futures.toArray(CompletableFuture<?>[]::new));
    }

    /** Waits for all, whose calls have time-outs of their own, and throws what went wrong in the first. */
    private static void join(List<CompletableFuture<Void>> futures) {
        try {
            all(futures).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw e;
        }
    }
}
