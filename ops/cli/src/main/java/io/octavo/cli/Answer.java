package io.octavo.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What the server answered, its body still to be read. */
final class Answer implements AutoCloseable {
    private static final int LARGEST_DOCUMENT = 32 << 20;

    private final HttpResponse<InputStream> response;
    private final Stall stall;

    Answer(HttpResponse<InputStream> response, Stall stall) {
        this.response = response;
        this.stall = stall;
        stall.onStall(this::closeBody);
    }

    int status() {
        return response.statusCode();
    }

    boolean isSuccess() {
        return status() / 100 == 2;
    }

    @Nullable
    String header(String name) {
        return response.headers().firstValue(name).orElse(null);
    }

    /**
     * Reads some of the body.
     *
     * @return how many bytes; -1 at the end
     * @throws IOException if the connection broke or stalled
     */
    int read(byte[] buffer) throws IOException {
        int count = response.body().read(buffer);
        stall.progress();
        if (count < 0 && stall.isNoticed()) {
            throw new IOException("the transfer stopped");
        }
        return count;
    }

    /**
     * Reads the body as a JSON document.
     *
     * @throws Failure if it is none
     */
    JsonNode document() throws IOException {
        JsonNode document = Json.read(bytes());
        if (document == null) {
            throw Failure.here(response.uri() + " answered " + status() + " without the JSON that Octavo answers"
                    + " (expected: the address of an Octavo server)");
        }
        return document;
    }

    /** Reads the body as the problem document by which the server says no. */
    Failure refusal() throws IOException {
        byte[] bytes = bytes();
        JsonNode document = Json.read(bytes);
        ObjectNode problem = document instanceof ObjectNode object ? object : Json.object();
        if (!problem.has("status")) {
            problem.put("status", status());
        }
        if (Json.text(problem, "detail").isEmpty()) {
            String body = document == null ? new String(bytes, StandardCharsets.UTF_8).strip() : "";
            String title = Json.text(problem, "title");
            problem.put("detail", "the server answered " + status() + " " + (title.isEmpty() ? cut(body) : title));
        }
        return Failure.refused(problem, retryAfter());
    }

    private Duration retryAfter() {
        String seconds = header("Retry-After");
        return seconds != null && seconds.matches("[0-9]{1,6}")
                ? Duration.ofSeconds(Long.parseLong(seconds))
                : Duration.ZERO;
    }

    private byte[] bytes() throws IOException {
        byte[] bytes = response.body().readNBytes(LARGEST_DOCUMENT + 1);
        if (stall.isNoticed()) {
            throw new IOException("the answer stopped");
        }
        if (bytes.length > LARGEST_DOCUMENT) {
            throw Failure.here(response.uri() + " answered more than " + Text.size(LARGEST_DOCUMENT));
        }
        return bytes;
    }

    private static String cut(String body) {
        return body.length() <= 200 ? body : body.substring(0, 200) + "…";
    }

    private void closeBody() {
        try {
            response.body().close();
        } catch (IOException e) {
            // It is not wanted any more, whole or not.
        }
    }

    @Override
    public void close() {
        stall.close();
        closeBody();
    }
}
