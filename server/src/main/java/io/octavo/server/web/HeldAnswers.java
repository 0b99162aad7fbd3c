package io.octavo.server.web;

import io.octavo.protocol.Consumer;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.context.request.async.DeferredResult;

/** Answers that wait until they would be other ones, where the caller prefers that (RFC 7240). */
final class HeldAnswers implements AutoCloseable {
    static final String PREFER = "Prefer";
    static final String APPLIED = "Preference-Applied";

    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final Duration MARGIN = Duration.ofSeconds(15);
    private static final int THREADS = 4;
    private static final int ANSWERS_WAITING = 10_000;
    private static final Pattern WAIT = Pattern.compile("(?:^|[,;])\\s*wait\\s*=\\s*\"?([^,;\"]*)\"?\\s*(?=$|[,;])");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    private final @Nullable LatestChanges changes;
    private final ThreadPoolExecutor threads;

    /** @param changes null = nothing waits here */
    HeldAnswers(@Nullable LatestChanges changes) {
        this.changes = changes;
        threads = new ThreadPoolExecutor(
                THREADS, THREADS, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(ANSWERS_WAITING), task -> {
                    Thread thread = new Thread(task, "octavo-held-answers");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * How long the caller prefers to wait, in seconds up to half a minute; 0 = not at all.
     *
     * @throws InvalidField if it says so in a way that can't be understood
     */
    static Duration wait(HttpServletRequest request) {
        String preferences = String.join(", ", Collections.list(request.getHeaders(PREFER)));
        Matcher wait = WAIT.matcher(preferences);
        if (!wait.find()) {
            return Duration.ZERO;
        }
        if (!SECONDS.matcher(wait.group(1)).matches()) {
            throw new InvalidField(PREFER, preferences, "wait=seconds, such as wait=25");
        }
        Duration asked = Duration.ofSeconds(Long.parseLong(wait.group(1)));
        return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }

    /**
     * The answer to give once a consumer is to run another version; null if there can be no waiting now.
     *
     * @param again makes the answer then; may block
     */
    @Nullable
    DeferredResult<ResponseEntity<?>> hold(
            String topic, Consumer consumer, long version, Duration atMost, Supplier<ResponseEntity<?>> again) {
        CompletableFuture<Void> next = changes == null ? null : changes.next(topic, consumer, version, atMost);
        if (next == null) {
            return null;
        }
        DeferredResult<ResponseEntity<?>> held =
                new DeferredResult<>(atMost.plus(MARGIN).toMillis());
        var unused = next.whenComplete((changed, failure) -> answer(held, failure, again));
        return held;
    }

    private void answer(
            DeferredResult<ResponseEntity<?>> held, @Nullable Throwable failure, Supplier<ResponseEntity<?>> again) {
        if (failure != null) {
            held.setErrorResult(failure);
            return;
        }
        try {
            threads.execute(() -> {
                try {
                    held.setResult(again.get());
                } catch (Throwable e) {
                    // Else the caller would wait until the answer is overdue.
                    held.setErrorResult(e);
                }
            });
        } catch (RejectedExecutionException e) {
            held.setErrorResult(ServiceException.unavailable(
                    "too many answers are waiting to be made; try again", Duration.ofSeconds(1), e));
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
