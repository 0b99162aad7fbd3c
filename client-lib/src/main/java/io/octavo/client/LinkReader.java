package io.octavo.client;

import io.octavo.protocol.PayloadLink;
import io.octavo.rules.ErrorCode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Reads a payload from signed addresses, from where the sink is. The addresses stay out of logs and messages. */
final class LinkReader {
    private final Http http;
    private final Limits limits;
    private final StallWatch watch;

    LinkReader(Http http, Limits limits, InstantSource clock) {
        this.http = http;
        this.limits = limits;
        this.watch = new StallWatch(limits.stall(), clock);
    }

    /** Tries the links in their order until the sink is complete; throws what the last one did. */
    void read(Iterable<PayloadLink> links, PayloadSink sink, Instant end, BooleanSupplier cancelled)
            throws InterruptedException {
        OctavoException last = OctavoException.passing("the service named no place to get the payload from", null);
        for (PayloadLink link : links) {
            try {
                read(link, sink, end, cancelled);
                if (sink.isComplete() || cancelled.getAsBoolean()) {
                    return;
                }
                last = broken(link, "ended after " + sink.position() + " bytes", null);
            } catch (OctavoException e) {
                if (!e.isPassing()) {
                    throw e;
                }
                last = e;
            }
        }
        throw last;
    }

    private void read(PayloadLink link, PayloadSink sink, Instant end, BooleanSupplier cancelled)
            throws InterruptedException {
        long from = sink.position();
        HttpRequest.Builder request = HttpRequest.newBuilder(address(link)).timeout(limits.request());
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        Bytes bytes = new Bytes(sink, from);
        CompletableFuture<HttpResponse<Boolean>> answer = http.client().sendAsync(request.build(), bytes);
        try {
            int status = status(answer, link, sink, end, cancelled);
            if (status != 200 && status != 206) {
                throw broken(link, "HTTP status " + status, null);
            }
        } finally {
            answer.cancel(true);
            bytes.stop();
        }
    }

    private int status(
            CompletableFuture<HttpResponse<Boolean>> answer,
            PayloadLink link,
            PayloadSink sink,
            Instant end,
            BooleanSupplier cancelled)
            throws InterruptedException {
        try {
            return watch.await(answer, () -> moved(sink, cancelled), end).statusCode();
        } catch (StallWatch.Broken e) {
            throw e.getCause() instanceof OctavoException known
                    ? known
                    : broken(link, String.valueOf(e.getMessage()), e.getCause());
        }
    }

    private static long moved(PayloadSink sink, BooleanSupplier cancelled) {
        if (cancelled.getAsBoolean()) {
            throw OctavoException.lasting(ErrorCode.UNAVAILABLE, "not wanted any more", null);
        }
        return sink.position();
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

    /** Where an answer's bytes go: to the sink if it is an answer to what was asked. */
    private static final class Bytes implements BodyHandler<Boolean> {
        private final PayloadSink sink;
        private final long from;
        private volatile boolean stopped;
        private volatile @Nullable HttpBody body;

        Bytes(PayloadSink sink, long from) {
            this.sink = sink;
            this.from = from;
        }

        @Override
        public HttpResponse.BodySubscriber<Boolean> apply(HttpResponse.ResponseInfo info) {
            boolean whole = info.statusCode() == 200;
            boolean rest = info.statusCode() == 206
                    && info.headers().firstValue("Content-Range").orElse("").startsWith("bytes " + from + "-");
            if (whole && from > 0) {
                sink.restart();
            }
            HttpBody made = new HttpBody(bytes -> {
                if (whole || rest) {
                    sink.write(bytes);
                }
            });
            body = made;
            if (stopped) {
                made.stop();
            }
            return made;
        }

        void stop() {
            stopped = true;
            HttpBody made = body;
            if (made != null) {
                made.stop();
            }
        }
    }
}
