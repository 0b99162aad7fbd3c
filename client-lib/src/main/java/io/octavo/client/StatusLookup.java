package io.octavo.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.octavo.rules.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Asks a server, by {@code GET /api/v1/status}, which nodes there are. That is seldom: neither connection nor thread is kept
 * for the next time.
 */
final class StatusLookup {
    private static final int LARGEST_STATUS = 4 << 20;

    private final URI address;
    private final String region;
    private final Credentials credentials;
    private final Supplier<Http> open;
    private final Duration atMost;
    private final RandomGenerator random;

    /**
     * @param region whose nodes come first
     * @param open   HTTP for one lookup
     */
    StatusLookup(
            URI server,
            String region,
            Credentials credentials,
            Supplier<Http> open,
            Duration atMost,
            RandomGenerator random) {
        this.address = URI.create(server.toString().replaceAll("/+$", "") + "/api/v1/status");
        this.region = region;
        this.credentials = credentials;
        this.open = open;
        this.atMost = atMost;
        this.random = random;
    }

    /**
     * host:port, after https:// where it speaks TLS, of the nodes that serve a role: those of the own region first, otherwise
     * in any order. The lookup ends when the answer is cancelled.
     */
    CompletableFuture<List<String>> nodes(String role) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address).timeout(atMost).header("Accept", "application/json");
        try {
            String authorization = credentials.authorization();
            if (authorization != null) {
                request.header(Credentials.HEADER, authorization);
            }
        } catch (OctavoException e) {
            return CompletableFuture.failedFuture(e);
        }
        Http http = open.get();
        CompletableFuture<HttpResponse<Boolean>> answer =
                http.client().sendAsync(request.build(), info -> new HttpBody(bytes -> take(bytes, text)));
        CompletableFuture<List<String>> nodes = answer.copy()
                .orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS)
                .handle((response, error) -> {
                    if (error != null) {
                        throw unreachable(error);
                    }
                    return read(response, text.toString(StandardCharsets.UTF_8), role);
                });
        var unused = nodes.whenComplete((found, error) -> {
            answer.cancel(true);
            http.close();
        });
        return nodes;
    }

    private List<String> read(HttpResponse<Boolean> response, String text, String role) {
        if (response.statusCode() == 401 || response.statusCode() == 403) {
            throw OctavoException.lasting(
                    response.statusCode() == 401 ? ErrorCode.UNAUTHENTICATED : ErrorCode.PERMISSION_DENIED,
                    "the token of this client is not good for " + address + ": HTTP status " + response.statusCode(),
                    null);
        }
        if (response.statusCode() != 200) {
            throw OctavoException.passing(
                    "Octavo isn't ready at " + address + ": HTTP status " + response.statusCode(), null);
        }
        List<String> near = new ArrayList<>();
        List<String> far = new ArrayList<>();
        try {
            for (JsonElement element : array(JsonParser.parseString(text).getAsJsonObject(), "nodes")) {
                JsonObject node = element.getAsJsonObject();
                if (serves(node, role) && node.has("grpc")) {
                    boolean isNear = node.has("region")
                            && node.get("region").getAsString().equals(region);
                    boolean tls = node.has("grpcTls") && node.get("grpcTls").getAsBoolean();
                    (isNear ? near : far)
                            .add(Bounds.endpoint("nodes.grpc", node.get("grpc").getAsString(), tls));
                }
            }
        } catch (JsonParseException | IllegalStateException | ClassCastException | IllegalArgumentException e) {
            throw OctavoException.passing("no status of Octavo at " + address + ": " + e.getMessage(), e);
        }
        shuffle(near);
        shuffle(far);
        near.addAll(far);
        if (near.isEmpty()) {
            throw OctavoException.passing("no node serves " + role + ", says " + address, null);
        }
        return near;
    }

    private void shuffle(List<String> addresses) {
        Collections.shuffle(addresses, new Random(random.nextLong()));
    }

    private static boolean serves(JsonObject node, String role) {
        for (JsonElement served : array(node, "roles")) {
            if (served.getAsString().equals(role)) {
                return true;
            }
        }
        return false;
    }

    private static JsonArray array(JsonObject object, String name) {
        return object.has(name) ? object.getAsJsonArray(name) : new JsonArray();
    }

    private void take(ByteBuffer bytes, ByteArrayOutputStream text) {
        if (text.size() + bytes.remaining() > LARGEST_STATUS) {
            throw OctavoException.passing("no status of Octavo at " + address + ": it is too large", null);
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        text.writeBytes(copy);
    }

    private OctavoException unreachable(Throwable error) {
        Throwable cause = error.getCause() == null ? error : error.getCause();
        if (cause instanceof OctavoException known) {
            return known;
        }
        String reason = cause.getMessage() == null ? "no connection" : cause.getMessage();
        if (cause instanceof TimeoutException || cause instanceof HttpTimeoutException) {
            reason = "no answer within " + atMost;
        }
        return OctavoException.passing("Octavo isn't reachable at " + address + ": " + reason, cause);
    }
}
