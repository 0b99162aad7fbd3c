package io.octavo.cli;

import io.octavo.tls.Authorities;
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
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The REST interface of one server. Calls block, each with a time-out. Reading is repeated a few times when the
 * connection fails or the server is busy; writing is not, for that takes an idempotency key: see {@link Upload}.
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
     * @param headers sent with every request
     * @param trusted believed about the server, beside those that Java knows; null = no others
     */
    Api(ServerAddress server, Map<String, String> headers, @Nullable Authorities trusted, Timing timing) {
        this.server = server;
        this.headers = Map.copyOf(headers);
        this.timing = timing;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timing.connect());
        if (trusted != null) {
            builder.sslContext(Authorities.context(null, trusted.besidesKnown()));
        }
        http = builder.build();
        scheduler = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "stall");
            thread.setDaemon(true);
            return thread;
        });
    }

    ServerAddress server() {
        return server;
    }

    /** The token that every request shows; null if there is none. */
    @Nullable
    String token() {
        String authorization = headers.get("Authorization");
        return authorization == null ? null : authorization.substring("Bearer ".length());
    }

    Timing timing() {
        return timing;
    }

    /** Reads a document. */
    JsonNode get(Target target) throws InterruptedException {
        HttpRequest request = request(target)
                .timeout(timing.answer())
                .header("Accept", "application/json")
                .build();
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
            if (attempt == READS) {
                throw failure;
            }
            timing.pauseAfter(attempt, failure.retryAfter());
        }
    }

    /**
     * Writes, once.
     *
     * @param body   null = none
     * @param advice what to do if the outcome is unknown
     */
    JsonNode write(String method, Target target, @Nullable JsonNode body, String advice) throws InterruptedException {
        BodyPublisher content = body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(Json.write(body));
        HttpRequest.Builder request =
                request(target).timeout(timing.answer()).method(method, content).header("Accept", "application/json");
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        try (Answer answer = send(request.build(), stall())) {
            if (answer.isSuccess()) {
                return answer.document();
            }
            Failure refusal = answer.refusal();
            throw refusal.isFault() ? Failure.outcomeUnknown(String.valueOf(refusal.getMessage()), advice) : refusal;
        } catch (IOException e) {
            throw Unreachable.wasNeverSent(e)
                    ? Failure.unreachable(server, Unreachable.reason(e))
                    : Failure.outcomeUnknown(Unreachable.reason(e), advice);
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
