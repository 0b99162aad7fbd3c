package io.octavo.test;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.octavo.client.OctavoException;
import io.octavo.rules.ErrorCode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The REST API of a server. Calls block for half a minute at most, and throw {@link OctavoException} if the server says no
 * or can't be reached, {@link IllegalArgumentException} if it says that a value is wrong. Thread-safe.
 */
final class RestCalls {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final int NOT_FOUND = 404;
    private static final int STALE = 412;

    private final String base;
    private final @Nullable String token;
    private final String who;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(BOUND).build();

    RestCalls(URI server, @Nullable String token, String who) {
        this.base = server.toString().replaceAll("/+$", "") + "/api/v1";
        this.token = token;
        this.who = who;
    }

    /** What is there. */
    record Answer(String etag, JsonObject body) {}

    JsonObject get(String path) {
        HttpResponse<String> answer = send(request(path).GET());
        return done(answer).body();
    }

    /** Null if there is nothing. */
    @Nullable
    Answer find(String path) {
        HttpResponse<String> answer = send(request(path).GET());
        return answer.statusCode() == NOT_FOUND ? null : done(answer);
    }

    void write(String method, String path, @Nullable JsonObject body) {
        var unused = done(send(request(path, method, body)));
    }

    /** False if what is there isn't as it was seen. */
    boolean writeIf(String etag, String method, String path, @Nullable JsonObject body) {
        HttpResponse<String> answer = send(request(path, method, body).header("If-Match", etag));
        return answer.statusCode() != STALE && done(answer).body().isJsonObject();
    }

    private HttpRequest.Builder request(String path, String method, @Nullable JsonObject body) {
        HttpRequest.Builder request = request(path);
        return body == null
                ? request.method(method, BodyPublishers.noBody())
                : request.header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body.toString()));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path)).timeout(BOUND).header("Octavo-Who", who);
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw OctavoException.of(ErrorCode.UNAVAILABLE, base + ": " + e + " (expected: a server that runs)");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw OctavoException.of(ErrorCode.UNAVAILABLE, "interrupted");
        }
    }

    private static Answer done(HttpResponse<String> answer) {
        JsonObject body;
        try {
            body = JsonParser.parseString(answer.body()).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            throw OctavoException.of(
                    ErrorCode.UNAVAILABLE,
                    answer.uri() + ": status " + answer.statusCode() + ", and not a server of Octavo");
        }
        if (answer.statusCode() / 100 != 2) {
            ErrorCode code = code(body.get("code"));
            String detail = body.has("detail") ? body.get("detail").getAsString() : "status " + answer.statusCode();
            throw code == ErrorCode.INVALID_ARGUMENT
                    ? new IllegalArgumentException(detail)
                    : OctavoException.of(code, detail);
        }
        return new Answer(answer.headers().firstValue("ETag").orElse(""), body);
    }

    /** Servers may know codes that are not known here. */
    private static ErrorCode code(@Nullable JsonElement name) {
        for (ErrorCode code : ErrorCode.values()) {
            if (name != null && name.isJsonPrimitive() && code.name().equals(name.getAsString())) {
                return code;
            }
        }
        return ErrorCode.UNAVAILABLE;
    }
}
