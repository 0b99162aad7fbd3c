package io.octavo.test;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.ChangeSettings;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.DeleteTopic;
import io.octavo.server.topic.LiftQuarantine;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.QuarantineVersion;
import io.octavo.server.topic.RollbackTopic;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.topic.UnpinScope;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that runs, as far as tests call it: the REST API's little part in front of a node in memory. */
final class RestFront implements AutoCloseable {
    final MemoryNode node = new MemoryNode();
    /** Each call: method, path, and who. */
    final List<String> calls = new CopyOnWriteArrayList<>();

    private final HttpServer http;

    RestFront() throws IOException {
        node.start();
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/api/v1", this::handle);
        http.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + http.getAddress().getPort());
    }

    void commit(String topic, Command command) {
        var unused = node.commits().commit(topic, command, "somebody", null);
    }

    long revision(String topic) {
        TopicHead head = node.log().head(topic, Read.SERIAL);
        return head == null ? 0 : head.getRevision();
    }

    boolean isThere(String topic) {
        TopicHead head = node.log().head(topic, Read.SERIAL);
        return head != null && !head.hasDeletion();
    }

    @Override
    public void close() {
        http.stop(0);
        node.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath().replace("/api/v1", "");
        calls.add(exchange.getRequestMethod() + " " + path + " by "
                + exchange.getRequestHeaders().getFirst("Octavo-Who"));
        try (exchange) {
            JsonObject body = read(exchange);
            try {
                answer(exchange, path, body);
            } catch (ServiceException e) {
                JsonObject problem = new JsonObject();
                problem.addProperty("code", e.code().name());
                problem.addProperty("detail", e.getMessage());
                int status =
                        e.code() == ErrorCode.STALE_REVISION ? 412 : e.code() == ErrorCode.TOPIC_NOT_FOUND ? 404 : 409;
                send(exchange, status, problem);
            } catch (InvalidField e) {
                JsonObject problem = new JsonObject();
                problem.addProperty("code", ErrorCode.INVALID_ARGUMENT.name());
                problem.addProperty("detail", e.getMessage());
                send(exchange, 400, problem);
            }
        }
    }

    private void answer(HttpExchange exchange, String path, JsonObject body) throws IOException {
        if (path.equals("/status")) {
            String status =
                    "{'nodes':[{'roles':['publish','subscribe'],'grpcTls':false,'grpc':'" + node.endpoint() + "'}]}";
            send(exchange, 200, JsonParser.parseString(status).getAsJsonObject());
            return;
        }
        List<String> steps = List.of(path.substring(1).split("/", -1));
        String topic = steps.get(1);
        String method = exchange.getRequestMethod();
        if (steps.size() > 2 || !method.equals("GET")) {
            commit(topic, command(method, steps, query(exchange), seen(exchange), body));
        }
        TopicHead head = node.log().head(topic, Read.SERIAL);
        if (head == null) {
            throw ServiceException.of(ErrorCode.TOPIC_NOT_FOUND, "no topic " + topic);
        }
        JsonObject view = new JsonObject();
        view.addProperty("topic", topic);
        if (head.hasDeletion()) {
            view.addProperty("deleted", true);
        }
        exchange.getResponseHeaders().set("ETag", "\"" + head.getRevision() + "\"");
        send(exchange, 200, view);
    }

    private static Command command(
            String method, List<String> steps, Map<String, String> query, long seen, JsonObject body) {
        String call = method + " " + (steps.size() == 2 ? "" : steps.get(steps.size() - 1));
        String reason = body.has("reason") ? body.get("reason").getAsString() : query.getOrDefault("reason", "");
        return switch (call) {
            case "PUT " ->
                new ChangeSettings(
                        settings -> settings.toBuilder()
                                .setDescription(body.get("description").getAsString())
                                .build(),
                        body.toString(),
                        seen);
            case "DELETE " -> new DeleteTopic(seen, reason);
            case "PUT pins" ->
                new PinScope(
                        Scopes.parse(query.getOrDefault("scope", "")),
                        body.get("version").getAsLong(),
                        reason,
                        0);
            case "DELETE pins" -> new UnpinScope(Scopes.parse(query.getOrDefault("scope", "")), reason);
            case "POST rollback" ->
                new RollbackTopic(
                        body.has("scope") ? Scopes.parse(body.get("scope").getAsString()) : null,
                        body.has("to") ? (Long) body.get("to").getAsLong() : null,
                        reason,
                        body.has("keep") && body.get("keep").getAsBoolean());
            case "PUT quarantine" -> new QuarantineVersion(Long.parseLong(steps.get(3)), reason);
            case "DELETE quarantine" -> new LiftQuarantine(Long.parseLong(steps.get(3)), reason);
            default -> throw new AssertionError(call);
        };
    }

    private static long seen(HttpExchange exchange) {
        String etag = exchange.getRequestHeaders().getFirst("If-Match");
        return etag == null ? -1 : Long.parseLong(etag.replace("\"", ""));
    }

    private static Map<String, String> query(HttpExchange exchange) {
        Map<String, String> query = new TreeMap<>();
        String text = exchange.getRequestURI().getRawQuery();
        for (String pair : text == null ? new String[0] : text.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            query.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return query;
    }

    private static JsonObject read(HttpExchange exchange) throws IOException {
        String text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        return text.isEmpty() ? new JsonObject() : JsonParser.parseString(text).getAsJsonObject();
    }

    private static void send(HttpExchange exchange, int status, JsonObject body) throws IOException {
        byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
