package io.octavo.client;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.octavo.protocol.PayloadLink;
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
import java.util.concurrent.TimeUnit;
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
        this.watch = new StallWatch(limits.stall(), world.clock());
    }

    /** Where bytes go that come in their order, from one thread at a time. */
    @FunctionalInterface
    interface Taker {
        void take(long position, ByteBuffer bytes);
    }

    /** Bytes wanted, of which the first may be there. */
    static final class Range {
        private final long size;
        private final long end;
        private final Taker taker;
        private volatile long position;

        /**
         * @param size of the whole payload
         * @param from the first byte wanted
         * @param end  the first one not wanted
         */
        Range(long size, long from, long end, Taker taker) {
            this.size = size;
            this.position = from;
            this.end = end;
            this.taker = taker;
        }

        boolean isComplete() {
            return position == end;
        }

        private void take(ByteBuffer bytes) {
            long from = position;
            int count = bytes.remaining();
            if (from + count > end) {
                throw OctavoException.passing("more bytes than were asked for", null);
            }
            taker.take(from, bytes);
            position = from + count;
        }
    }

    /**
     * Tries the links until the range is complete; throws what the last one did.
     *
     * @param used is told of each region of which bytes were taken
     */
    void read(List<PayloadLink> links, Range range, Consumer<String> used, Instant end) throws InterruptedException {
        List<PayloadLink> left = new ArrayList<>();
        OctavoException last = OctavoException.passing("the service named no place to get the payload from", null);
        for (PayloadLink link : links) {
            URI address = address(link);
            CircuitBreaker breaker = breaker(address);
            if (!breaker.tryAcquirePermission()) {
                left.add(link);
                continue;
            }
            long start = System.nanoTime();
            try {
                read(link, address, range, used, end);
                breaker.onSuccess(System.nanoTime() - start, TimeUnit.NANOSECONDS);
                return;
            } catch (OctavoException e) {
                breaker.onError(System.nanoTime() - start, TimeUnit.NANOSECONDS, e);
                last = passing(e);
            } catch (InterruptedException e) {
                breaker.releasePermission();
                throw e;
            }
        }
        for (PayloadLink link : left) {
            try {
                read(link, address(link), range, used, end);
                return;
            } catch (OctavoException e) {
                last = passing(e);
            }
        }
        throw last;
    }

    private static OctavoException passing(OctavoException failure) {
        if (!failure.isPassing()) {
            throw failure;
        }
        return failure;
    }

    private void read(PayloadLink link, URI address, Range range, Consumer<String> used, Instant end)
            throws InterruptedException {
        long from = range.position;
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(limits.request())
                .header("Range", "bytes=" + from + "-" + (range.end - 1))
                .build();
        Bytes bytes = new Bytes(range, from);
        CompletableFuture<HttpResponse<Boolean>> answer = http.client().sendAsync(request, bytes);
        try {
            int status = watch.await(answer, () -> range.position, end).statusCode();
            if (!bytes.isTaken) {
                throw broken(link, "HTTP status " + status, null);
            }
            if (!range.isComplete()) {
                throw broken(link, "ended after " + (range.position - from) + " bytes", null);
            }
        } catch (StallWatch.Broken e) {
            throw e.getCause() instanceof OctavoException known
                    ? known
                    : broken(link, String.valueOf(e.getMessage()), e.getCause());
        } finally {
            answer.cancel(true);
            bytes.stop();
            if (range.position > from) {
                used.accept(link.getRegion());
            }
        }
    }

    private CircuitBreaker breaker(URI address) {
        return breakers.computeIfAbsent(
                address.getHost() + ":" + address.getPort(), host -> Breakers.of(host, world.clock()));
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

    /** Takes the bytes of an answer if it is one to what was asked. */
    private static final class Bytes implements BodyHandler<Boolean> {
        private final Range range;
        private final long from;
        private volatile boolean isTaken;
        private boolean stopped;
        private @Nullable HttpBody body;

        Bytes(Range range, long from) {
            this.range = range;
            this.from = from;
        }

        @Override
        public synchronized HttpResponse.BodySubscriber<Boolean> apply(HttpResponse.ResponseInfo info) {
            boolean whole = info.statusCode() == 200 && from == 0 && range.end == range.size;
            boolean part = info.statusCode() == 206
                    && info.headers().firstValue("Content-Range").orElse("").startsWith("bytes " + from + "-");
            isTaken = whole || part;
            HttpBody made = new HttpBody(bytes -> {
                if (isTaken) {
                    range.take(bytes);
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
    }
}
