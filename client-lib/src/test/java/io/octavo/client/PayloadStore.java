package io.octavo.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.octavo.protocol.PayloadLink;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One payload by HTTP on a loopback port, with Range, that misbehaves when it is told to. */
final class PayloadStore implements AutoCloseable {
    /** The Range header of each request; empty = none. */
    final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

    final Queue<Mishap> mishaps = new ConcurrentLinkedQueue<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final byte[] bytes;

    enum Mishap {
        /** Ends the connection half way. */
        BROKEN,
        /** Sends half of it and then nothing. */
        STALLED,
        /** Answers 403, as for an address that has expired. */
        FORBIDDEN,
        /** Sends all of it, whatever range was asked for. */
        WHOLE,
        /** Answers well. */
        NONE
    }

    PayloadStore(byte[] bytes) throws IOException {
        this.bytes = bytes;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    PayloadLink link(String region) {
        return PayloadLink.newBuilder()
                .setRegion(region)
                .setUrl("http://localhost:" + server.getAddress().getPort() + "/payload?signature=secret")
                .build();
    }

    @Override
    public void close() {
        threads.shutdownNow();
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        requests.add(range == null ? "" : range);
        Mishap mishap = mishaps.poll();
        if (mishap == Mishap.FORBIDDEN) {
            exchange.sendResponseHeaders(403, -1);
            exchange.close();
            return;
        }
        int from = 0;
        int end = bytes.length;
        boolean isRange = range != null && mishap != Mishap.WHOLE;
        if (range != null && isRange) {
            int dash = range.indexOf('-');
            from = Integer.parseInt(range.substring("bytes=".length(), dash));
            end = dash == range.length() - 1 ? end : Integer.parseInt(range.substring(dash + 1)) + 1;
            exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + (end - 1) + "/" + bytes.length);
        }
        exchange.sendResponseHeaders(isRange ? 206 : 200, end - from);
        int count = mishap == Mishap.BROKEN || mishap == Mishap.STALLED ? (end - from) / 2 : end - from;
        OutputStream out = exchange.getResponseBody();
        out.write(bytes, from, count);
        out.flush();
        if (mishap == Mishap.STALLED) {
            stall();
        }
        exchange.close();
    }

    private void stall() {
        try {
            threads.awaitTermination(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
