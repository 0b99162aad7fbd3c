package io.octavo.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** REST as any HTTP client speaks it. Safe for use by several threads. */
final class Rest {
    private static final Duration BOUND = Duration.ofSeconds(60);

    private final Stack stack;
    private final HttpClient http;

    Rest(Stack stack) {
        this.stack = stack;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(BOUND)
                .build();
    }

    /** A request to a path below {@code /api/v1}. */
    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(stack.url() + "/api/v1" + path))
                .timeout(BOUND);
    }

    /** The answer to whatever status. */
    HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, BodyHandlers.ofByteArray());
    }

    /** The document of an answer. */
    static JsonObject json(HttpResponse<byte[]> answer) {
        return JsonParser.parseString(new String(answer.body(), UTF_8)).getAsJsonObject();
    }

    JsonObject get(String path) throws IOException, InterruptedException {
        return done(request(path).build());
    }

    byte[] bytes(String path) throws IOException, InterruptedException {
        return expect(request(path).build()).body();
    }

    JsonObject put(String path, String body) throws IOException, InterruptedException {
        return done(request(path)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body))
                .build());
    }

    JsonObject delete(String path) throws IOException, InterruptedException {
        return done(request(path).DELETE().build());
    }

    private JsonObject done(HttpRequest request) throws IOException, InterruptedException {
        return json(expect(request));
    }

    private HttpResponse<byte[]> expect(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = send(request);
        if (answer.statusCode() / 100 != 2) {
            throw new AssertionError(request.method() + " " + request.uri() + " answered " + answer.statusCode() + ": "
                    + new String(answer.body(), UTF_8) + "\n" + stack.logs());
        }
        return answer;
    }

    /** All of a topic's versions, newest first, over all pages. */
    List<JsonObject> versions(String topic) throws IOException, InterruptedException {
        List<JsonObject> versions = new ArrayList<>();
        String page = "/topics/" + topic + "/versions?limit=100";
        String next = "";
        do {
            JsonObject answer = get(page + next);
            answer.getAsJsonArray("versions").forEach(version -> versions.add(version.getAsJsonObject()));
            JsonElement token = answer.get("nextPageToken");
            next = token == null ? "" : "&pageToken=" + URLEncoder.encode(token.getAsString(), UTF_8);
        } while (!next.isEmpty());
        return versions;
    }

    /** What a consumer of this app is to run, and why: {@code 2 by PUBLICATION of *}. */
    String latest(String topic, String app) throws IOException, InterruptedException {
        JsonObject version = get("/topics/" + topic + "/latest?app=" + app);
        JsonObject reason = version.getAsJsonObject("reason");
        return version.get("version").getAsLong() + " by " + reason.get("kind").getAsString() + " of "
                + reason.get("scope").getAsString();
    }

    /** A topic's pins: {@code app=demo at 1}. */
    List<String> pins(String topic) throws IOException, InterruptedException {
        List<String> pins = new ArrayList<>();
        get("/topics/" + topic + "/pins").getAsJsonArray("pins").forEach(element -> {
            JsonObject pin = element.getAsJsonObject();
            pins.add(
                    pin.get("scope").getAsString() + " at " + pin.get("version").getAsLong());
        });
        return pins;
    }

    /** Whether a server answers, and says that it is ready. */
    boolean isReady() throws InterruptedException {
        try {
            HttpResponse<byte[]> answer = send(request("/status").build());
            assertThat(answer.statusCode()).isIn(200, 503);
            return answer.statusCode() == 200 && json(answer).get("ready").getAsBoolean();
        } catch (IOException e) {
            return false;
        }
    }
}
