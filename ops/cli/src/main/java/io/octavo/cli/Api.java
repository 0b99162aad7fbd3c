package io.octavo.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The REST interface of one server. Calls block, each with a time-out. Reading is repeated a few times when the
 * connection fails or the server is busy; changing is, too, under an idempotency key: see {@link Attempts}.
 */
final class Api implements AutoCloseable {
    /** How often reading is tried. */
    static final int READS = 3;

    private final ServerAddress server;
    private final Map<String, String> headers;
    private final Timing timing;
    private final HttpClient http;
    private final ScheduledExecutorService scheduler;

    /**
     * Opens it; nothing is sent yet.
     *
     * @param headers sent with every request
     * @param trust   null = as Java does
     */
    Api(ServerAddress server, Map<String, String> headers, Timing timing, @Nullable SSLContext trust) {
        this.server = server;
        this.headers = Map.copyOf(headers);
        this.timing = timing;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timing.connect());
        http = (trust == null ? builder : builder.sslContext(trust)).build();
        scheduler = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "stall");
            thread.setDaemon(true);
            return thread;
        });
    }

    ServerAddress server() {
        return server;
    }

    Timing timing() {
        return timing;
    }

    /** Reads a document. */
    JsonNode get(Target target) throws InterruptedException {
        return read(reading(target), READS);
    }

    /** Reads a document without which one can do: once. */
    JsonNode peek(Target target) throws InterruptedException {
        return read(reading(target), 1);
    }

    private HttpRequest reading(Target target) {
        return request(target)
                .timeout(timing.answer())
                .header("Accept", "application/json")
                .build();
    }

    /**
     * Asks what a change would do. Nothing changes, so it is repeated as reading is.
     *
     * @throws Failure if the server says no, or knows no dry runs
     */
    JsonNode tryOut(Write write) throws InterruptedException {
        return tried(read(request(write, write.target().with("dryRun", true)).build(), READS));
    }

    /**
     * Checks that what was to be a dry run was one.
     *
     * @throws Failure if the server made the change
     */
    static JsonNode tried(JsonNode answer) {
        if (!answer.path("dryRun").asBoolean(false)) {
            throw Failure.here("dryRun: the server didn't heed it and made the change, with revision "
                    + Json.number(answer, "revision") + " (expected: a server that knows dry runs)"
                    + (answer.has("undo") ? "; take it back with: " + Json.text(answer, "undo") : ""));
        }
        return answer;
    }

    /**
     * Makes a change, repeated under its key while the connection fails or the server is busy.
     *
     * @param advice what to do if the outcome is unknown
     */
    JsonNode write(Write write, String key, String advice) throws InterruptedException {
        HttpRequest request =
                request(write, write.target()).header("Idempotency-Key", key).build();
        return new Attempts(this, advice)
                .run(
                        () -> {
                            try (Answer answer = send(request, stall())) {
                                if (answer.isSuccess()) {
                                    return answer.document();
                                }
                                throw answer.refusal();
                            }
                        },
                        () -> true);
    }

    private HttpRequest.Builder request(Write write, Target target) {
        JsonNode body = write.body();
        BodyPublisher content = body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(Json.write(body));
        HttpRequest.Builder request = request(target)
                .timeout(timing.answer())
                .method(write.method(), content)
                .header("Accept", "application/json");
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        write.headers().forEach(request::header);
        return request;
    }

    private JsonNode read(HttpRequest request, int attempts) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            Failure failure;
            try (Answer answer = send(request, stall())) {
                if (answer.isSuccess()) {
                    return answer.document();
                }
                failure = answer.refusal();
                if (!failure.isPassing()) {
                    throw failure;
                }
            } catch (IOException e) {
                failure = Failure.unreachable(server, Unreachable.reason(e));
            }
            if (attempt == attempts) {
                throw failure;
            }
            timing.pauseAfter(attempt, failure.retryAfter());
        }
    }

    /** A request to this server, with what every request has; it has no time-out yet. */
    HttpRequest.Builder request(Target target) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.of(target));
        headers.forEach(request::header);
        return request;
    }

    /** A guard for one exchange, closed with its answer. */
    Stall stall() {
        return new Stall(scheduler, timing.stall());
    }

    /**
     * Sends a request, once.
     *
     * @throws IOException if no answer came
     */
    Answer send(HttpRequest request, Stall stall) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<InputStream>> future = http.sendAsync(request, BodyHandlers.ofInputStream());
        stall.onStall(() -> future.cancel(true));
        boolean answered = false;
        try {
            Answer answer = new Answer(future.get(), stall);
            answered = true;
            return answer;
        } catch (ExecutionException e) {
            if (stall.isNoticed()) {
                throw stalled(e);
            }
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } catch (CancellationException e) {
            throw stalled(e);
        } finally {
            if (!answered) {
                future.cancel(true);
                stall.close();
            }
        }
    }

    private IOException stalled(Exception e) {
        return new IOException("no progress for " + timing.stall().toMillis() + " ms", e);
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
    }
}
