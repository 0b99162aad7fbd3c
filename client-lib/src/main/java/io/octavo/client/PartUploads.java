package io.octavo.client;

import io.octavo.protocol.BeginUploadResponse;
import io.octavo.protocol.UploadPart;
import io.octavo.rules.ErrorCode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Puts parts of payloads to signed addresses, several at a time. The addresses stay out of logs and messages. */
final class PartUploads {
    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR = 500;

    private final Http http;
    private final PartTasks tasks;
    private final Limits limits;
    private final World world;
    private final StallWatch watch;

    PartUploads(Http http, PartTasks tasks, Limits limits, World world) {
        this.http = http;
        this.tasks = tasks;
        this.limits = limits;
        this.world = world;
        this.watch = new StallWatch(limits.stall(), world.steady());
    }

    /**
     * Puts the parts that are named, each by a few attempts; the first that fails for good ends the others.
     *
     * @param missing is told how many bytes of the payload are still to be sent, about
     * @throws OctavoException with {@link ErrorCode#GONE} if an address is good no more
     */
    void put(BeginUploadResponse begun, Content content, LongConsumer missing, Instant end)
            throws InterruptedException {
        Remaining remaining = new Remaining(begun, missing);
        List<PartTasks.Task> puts = begun.getPartsList().stream()
                .<PartTasks.Task>map(part -> () -> attempts(part, content, remaining, end))
                .toList();
        tasks.run(puts, "put a part into S3");
    }

    private void attempts(UploadPart part, Content content, Remaining remaining, Instant end) throws Exception {
        var unused = Retries.of(
                        "octavo-part",
                        limits.downloads(),
                        limits.retry(),
                        world.random(),
                        e -> e.isPassing() && world.steady().instant().isBefore(end))
                .executeCallable(() -> {
                    put(part, content, remaining, end);
                    return part;
                });
    }

    private void put(UploadPart part, Content content, Remaining remaining, Instant end) throws InterruptedException {
        try (PartBody body = new PartBody(content, part.getOffset(), part.getSize(), remaining::moved)) {
            HttpRequest request =
                    HttpRequest.newBuilder(address(part)).PUT(body.publisher()).build();
            CompletableFuture<HttpResponse<Void>> answer = http.client().sendAsync(request, BodyHandlers.discarding());
            try {
                check(part, watch.await(answer, body::moved, end).statusCode());
            } catch (StallWatch.Broken e) {
                remaining.moved(-body.moved());
                OctavoException known = body.failure();
                throw known == null ? broken(part, String.valueOf(e.getMessage()), e.getCause()) : known;
            } catch (OctavoException | InterruptedException e) {
                remaining.moved(-body.moved());
                throw e;
            } finally {
                answer.cancel(true);
            }
        }
    }

    private static void check(UploadPart part, int status) {
        if (status >= 200 && status < 300) {
            return;
        }
        if (status >= SERVER_ERROR || status == REQUEST_TIMEOUT || status == TOO_MANY_REQUESTS) {
            throw broken(part, "HTTP status " + status, null);
        }
        throw OctavoException.lasting(ErrorCode.GONE, text(part, "HTTP status " + status), null);
    }

    private static URI address(UploadPart part) {
        try {
            return URI.create(part.getUrl());
        } catch (IllegalArgumentException e) {
            throw OctavoException.lasting(ErrorCode.INTERNAL, text(part, "not an address"), null);
        }
    }

    private static OctavoException broken(UploadPart part, String how, @Nullable Throwable cause) {
        return OctavoException.passing(text(part, how), cause);
    }

    private static String text(UploadPart part, String how) {
        return "part " + part.getNumber() + " to region " + part.getRegion() + ": " + how
                + " (viaService() sends a payload through a node instead)";
    }

    /** How many bytes every region lacks, or all of them on average. */
    private static final class Remaining {
        private final LongConsumer told;
        private final long regions;
        private final AtomicLong bytes;

        Remaining(BeginUploadResponse begun, LongConsumer told) {
            this.told = told;
            this.regions = begun.getPartsList().stream()
                    .map(UploadPart::getRegion)
                    .distinct()
                    .count();
            long named =
                    begun.getPartsList().stream().mapToLong(UploadPart::getSize).sum();
            long others = (begun.getMissing() - begun.getPartsCount()) * begun.getPartSize();
            this.bytes = new AtomicLong(named + others);
        }

        void moved(long count) {
            told.accept(bytes.addAndGet(-count) / regions);
        }
    }
}
