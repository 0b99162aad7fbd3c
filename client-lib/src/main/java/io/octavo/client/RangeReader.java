package io.octavo.client;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.octavo.protocol.PayloadLink;
import io.octavo.rules.ErrorCode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads ranges of payloads from signed addresses: from the first store that works, and on from the next where one breaks
 * off. A store that keeps failing is asked last. The addresses stay out of logs and messages. Thread-safe.
 */
final class RangeReader {
    private final Http http;
    private final Limits limits;
    private final World world;
    private final StallWatch watch;
    private final Map<String, CircuitBreaker> breakers = new ConcurrentHashMap<>();

    RangeReader(Http http, Limits limits, World world) {
        this.http = http;
        this.limits = limits;
        this.world = world;
        this.watch = new StallWatch(limits.stall(), world.steady());
    }

    /**
     * Tries the links until the range is complete; throws what the last one did.
     *
     * @param used      is told of each region of which bytes were taken
     * @param end       when it must be over
     * @param cancelled ends it soon, with whatever exception
     */
    void read(List<PayloadLink> links, Range range, Consumer<String> used, Instant end, BooleanSupplier cancelled)
            throws InterruptedException {
        List<PayloadLink> left = new ArrayList<>();
        OctavoException last = OctavoException.passing("the service named no place to get the payload from", null);
        for (PayloadLink link : links) {
            try {
                if (guarded(link, range, used, end, cancelled)) {
                    return;
                }
                left.add(link);
            } catch (OctavoException e) {
                last = passing(e);
            }
        }
        for (PayloadLink link : left) {
            try {
                read(link, address(link), range, used, end, cancelled);
                return;
            } catch (OctavoException e) {
                last = passing(e);
            }
        }
        throw last;
    }

    /** Answers false, and does nothing, if the store has kept failing. */
    private boolean guarded(
            PayloadLink link, Range range, Consumer<String> used, Instant end, BooleanSupplier cancelled)
            throws InterruptedException {
        URI address = address(link);
        return Breakers.guard(breaker(address), () -> read(link, address, range, used, end, cancelled));
    }

    private static OctavoException passing(OctavoException failure) {
        if (!failure.isPassing()) {
            throw failure;
        }
        return failure;
    }

    private void read(
            PayloadLink link, URI address, Range range, Consumer<String> used, Instant end, BooleanSupplier cancelled)
            throws InterruptedException {
        long from = range.position();
        HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(limits.request());
        if (!range.asked().isEmpty()) {
            request.header("Range", range.asked());
        }
        Bytes bytes = new Bytes(range);
        CompletableFuture<HttpResponse<Boolean>> answer = http.client().sendAsync(request.build(), bytes);
        try {
            int status = watch.await(answer, () -> bytes.come(cancelled), end).statusCode();
            if (!bytes.isTaken) {
                throw broken(link, "HTTP status " + status, null);
            }
            if (!range.isComplete()) {
                throw broken(link, "ended after " + (range.position() - from) + " bytes", null);
            }
        } catch (StallWatch.Broken e) {
            throw e.getCause() instanceof OctavoException known
                    ? known
                    : broken(link, String.valueOf(e.getMessage()), e.getCause());
        } finally {
            answer.cancel(true);
            bytes.stop();
            if (range.position() > from) {
                used.accept(link.getRegion());
            }
        }
    }

    private CircuitBreaker breaker(URI address) {
        return breakers.computeIfAbsent(
                address.getHost() + ":" + address.getPort(), host -> Breakers.of(host, world.steady()));
    }

    private static URI address(PayloadLink link) {
        try {
            return URI.create(link.getUrl());
        } catch (IllegalArgumentException e) {
            throw broken(link, "not an address", null);
        }
    }

    private static OctavoException broken(PayloadLink link, String how, @Nullable Throwable cause) {
        return OctavoException.passing("payload from region " + link.getRegion() + ": " + how, cause);
    }

    /** Takes the bytes of an answer if it is one to what was asked; of an answer with all bytes those that are missing. */
    private static final class Bytes implements BodyHandler<Boolean> {
        private final Range range;
        private final long from;
        private volatile boolean isTaken;
        private volatile long count;
        private long next;
        private boolean stopped;
        private @Nullable HttpBody body;

        Bytes(Range range) {
            this.range = range;
            this.from = range.position();
        }

        /** How many have come. */
        long come(BooleanSupplier cancelled) {
            if (cancelled.getAsBoolean()) {
                throw OctavoException.lasting(ErrorCode.UNAVAILABLE, "not wanted any more", null);
            }
            return count;
        }

        @Override
        public synchronized HttpResponse.BodySubscriber<Boolean> apply(HttpResponse.ResponseInfo info) {
            boolean whole = info.statusCode() == 200 && range.isWhole();
            boolean part = info.statusCode() == 206
                    && info.headers().firstValue("Content-Range").orElse("").startsWith("bytes " + from + "-");
            isTaken = whole || part;
            next = whole ? 0 : from;
            HttpBody made = new HttpBody(bytes -> {
                if (isTaken) {
                    take(bytes);
                }
            });
            body = made;
            if (stopped) {
                made.stop();
            }
            return made;
        }

        synchronized void stop() {
            stopped = true;
            if (body != null) {
                body.stop();
            }
        }

        private void take(ByteBuffer bytes) {
            int all = bytes.remaining();
            long known = Math.min(all, range.position() - next);
            next += all;
            count = next;
            if (known < all) {
                range.take(bytes.position(bytes.position() + (int) known));
            }
        }
    }
}
