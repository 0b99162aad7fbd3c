package io.octavo.cli;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** An HTTP server on a free loopback port that answers as a test says and remembers what it was asked. */
final class TestServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final Map<String, Queue<Reply>> replies = new ConcurrentHashMap<>();
    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();

    /** What came, the address as it stood in the request line. */
    record Request(String method, String target, Map<String, List<String>> headers, ByteString content) {
        @Nullable
        String header(String name) {
            return headers.entrySet().stream()
                    .filter(entry -> entry.getKey().equalsIgnoreCase(name))
                    .map(entry -> entry.getValue().get(0))
                    .findFirst()
                    .orElse(null);
        }

        byte[] body() {
            return content.toByteArray();
        }

        String bodyText() {
            return content.toStringUtf8();
        }
    }

    /** How to answer; whoever doesn't answer breaks the connection. */
    interface Reply {
        void to(HttpExchange exchange, Request request) throws IOException;
    }

    TestServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Replies to a method and path, one after the other; the last one again and again. */
    TestServer on(String methodAndPath, Reply... inTurn) {
        replies.put(methodAndPath, new ConcurrentLinkedQueue<>(List.of(inTurn)));
        return this;
    }

    static Reply json(int status, String body, String... headers) {
        return bytes(status, "application/json", body.getBytes(StandardCharsets.UTF_8), headers);
    }

    /** Answers a dry run with the document and its {@code dryRun}, and the change itself with the document. */
    static Reply write(String document) {
        return (exchange, request) -> {
            boolean isTried = request.target().contains("dryRun=true");
            String answer = isTried ? "{\"dryRun\":true," + document.strip().substring(1) : document;
            json(200, answer).to(exchange, request);
        };
    }

    static Reply problem(int status, String code, String detail, String... headers) {
        String body = """
                {"type":"about:blank","title":"No","status":%d,"detail":"%s","code":"%s","requestId":"r-7"}""".formatted(status, detail, code);
        return bytes(status, "application/problem+json", body.getBytes(StandardCharsets.UTF_8), headers);
    }

    static Reply bytes(int status, String type, byte[] body, String... headers) {
        return (exchange, request) -> {
            exchange.getResponseHeaders().set("Content-Type", type);
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        };
    }

    /** Breaks the connection after the request was read. */
    static Reply silence() {
        return (exchange, request) -> {};
    }

    /** Announces a length, sends less and breaks the connection. */
    static Reply brokenAfter(int status, byte[] sent, int announced, String... headers) {
        return (exchange, request) -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, announced);
            exchange.getResponseBody().write(sent);
            exchange.getResponseBody().flush();
        };
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    /** The requests that change something, in order. */
    List<Request> changes() {
        return requests.stream()
                .filter(request -> !request.method().equals("GET"))
                .filter(request -> !request.target().contains("dryRun=true"))
                .toList();
    }

    /** The only request that changes something. */
    Request change() {
        if (changes().size() != 1) {
            throw new AssertionError(changes().size() + " changes came: " + requests);
        }
        return changes().get(0);
    }

    /** The only request of that method. */
    Request request(String method) {
        List<Request> found = requests.stream()
                .filter(request -> request.method().equals(method))
                .toList();
        if (found.size() != 1) {
            throw new AssertionError(method + " came " + found.size() + " times");
        }
        return found.get(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Request request = new Request(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    Map.copyOf(exchange.getRequestHeaders()),
                    ByteString.readFrom(exchange.getRequestBody()));
            requests.add(request);
            Queue<Reply> waiting = replies.getOrDefault(
                    request.method() + " " + exchange.getRequestURI().getPath(), new ConcurrentLinkedQueue<>());
            Reply reply = waiting.size() > 1 ? waiting.poll() : waiting.peek();
            (reply == null ? problem(404, "NOT_FOUND", "no such address") : reply).to(exchange, request);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
