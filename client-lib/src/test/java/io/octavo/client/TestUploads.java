package io.octavo.client;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.octavo.protocol.BeginUploadRequest;
import io.octavo.protocol.BeginUploadResponse;
import io.octavo.protocol.UploadPart;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Two regions' stores on a loopback port that take parts at signed addresses, and misbehave when they are told to. */
final class TestUploads implements AutoCloseable {
    static final int PART = 100_000;
    private static final List<String> REGIONS = List.of("eu", "us");
    private static final int LISTED = 6;

    /** What was put, as {@code region/number}, in the order of arrival. */
    final BlockingQueue<String> puts = new LinkedBlockingQueue<>();

    final Queue<Mishap> mishaps = new ConcurrentLinkedQueue<>();
    /** How many were on their way at once, at most. */
    final AtomicInteger mostAtOnce = new AtomicInteger();

    private final AtomicInteger atOnce = new AtomicInteger();
    private final Map<String, byte[]> parts = new ConcurrentHashMap<>();
    private final Map<String, BeginUploadRequest> open = new ConcurrentHashMap<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger generation = new AtomicInteger();

    enum Mishap {
        /** Takes it, and then answers 503. */
        UNAVAILABLE,
        /** Answers 403, as for an address that has expired. */
        FORBIDDEN,
        /** Hangs up. */
        BROKEN,
        /** Reads nothing and says nothing. */
        STALLED,
        /** Takes it well. */
        NONE
    }

    TestUploads() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::take);
        server.start();
    }

    BeginUploadResponse begin(BeginUploadRequest request) {
        String key = request.getTopic() + "/" + request.getIdempotencyKey();
        BeginUploadRequest known = open.computeIfAbsent(key, none -> request);
        int count = (int) ((known.getSize() + PART - 1) / PART);
        BeginUploadResponse.Builder answer = BeginUploadResponse.newBuilder()
                .setUploadId(key.hashCode())
                .setPartSize(PART)
                .setPartCount(count);
        for (int number = 1; number <= count; number++) {
            for (String region : REGIONS) {
                String path = "/" + key + "/" + region + "/" + number;
                if (!parts.containsKey(path)) {
                    answer.setMissing(answer.getMissing() + 1);
                    if (answer.getPartsCount() < LISTED) {
                        long offset = (long) (number - 1) * PART;
                        answer.addParts(UploadPart.newBuilder()
                                .setRegion(region)
                                .setNumber(number)
                                .setOffset(offset)
                                .setSize(Math.min(PART, known.getSize() - offset))
                                .setUrl("http://localhost:"
                                        + server.getAddress().getPort() + path + "?signature=secret"
                                        + generation.incrementAndGet()));
                    }
                }
            }
        }
        return answer.build();
    }

    /** All bytes as a region has them. */
    ByteString payload(String topic, String key, String region) {
        String upload = topic + "/" + key;
        long size = Objects.requireNonNull(open.get(upload)).getSize();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int number = 1; bytes.size() < size; number++) {
            bytes.writeBytes(Objects.requireNonNull(parts.get("/" + upload + "/" + region + "/" + number)));
        }
        return ByteString.copyFrom(bytes.toByteArray());
    }

    /** As the sweep does it. */
    void giveUp(String topic, String key) {
        open.remove(topic + "/" + key);
        parts.keySet().removeIf(path -> path.startsWith("/" + topic + "/" + key + "/"));
    }

    boolean isOpen(String topic, String key) {
        return open.containsKey(topic + "/" + key);
    }

    @Override
    public void close() {
        threads.shutdownNow();
        server.stop(0);
    }

    private void take(HttpExchange exchange) throws IOException {
        URI address = exchange.getRequestURI();
        Mishap mishap = Objects.requireNonNullElse(mishaps.poll(), Mishap.NONE);
        mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
        try (exchange) {
            switch (mishap) {
                case BROKEN -> {
                    return;
                }
                case STALLED -> stall();
                case FORBIDDEN -> exchange.sendResponseHeaders(403, -1);
                case UNAVAILABLE -> {
                    exchange.getRequestBody().readAllBytes();
                    exchange.sendResponseHeaders(503, -1);
                }
                case NONE -> {
                    try (InputStream body = exchange.getRequestBody()) {
                        parts.put(address.getPath(), body.readAllBytes());
                    }
                    String[] names = address.getPath().split("/", -1);
                    puts.add(names[names.length - 2] + "/" + names[names.length - 1]);
                    exchange.sendResponseHeaders(200, -1);
                }
            }
        } finally {
            atOnce.decrementAndGet();
        }
    }

    private void stall() {
        try {
            threads.awaitTermination(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
