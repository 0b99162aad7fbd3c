package io.octavo.server.peers;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.Status;
import io.octavo.protocol.Hint;
import io.octavo.protocol.HintRequest;
import io.octavo.protocol.HintResponse;
import io.octavo.server.peers.HintMailbox.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells one node: one call at a time, with all that has come meanwhile in the next one. After a call that failed it
 * waits for a growing and random while. {@link #offer} never blocks; calls are made on the thread of {@link Later}.
 */
final class HintLine {
    private static final Logger LOG = LoggerFactory.getLogger(HintLine.class);
    private static final long FIRST_WAIT_MILLIS = 100;
    private static final long LONGEST_WAIT_MILLIS = 5_000;

    /** After these the same call may go well a moment later. */
    private static final Set<Status.Code> PASSING =
            Set.of(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED, Status.Code.RESOURCE_EXHAUSTED);

    /** How calls are made; must have a time-out. */
    @FunctionalInterface
    interface Post {
        ListenableFuture<HintResponse> send(HintRequest batch);
    }

    /** Runs things after a while, one at a time. */
    @FunctionalInterface
    interface Later {
        void run(Runnable work, Duration after);
    }

    private final String node;
    private final Post post;
    private final HintMailbox mailbox;
    private final Later later;
    private final LongSupplier nanos;
    private final RandomGenerator random;
    private final HintMetrics metrics;

    /** A call is under way, or will be made. */
    private final AtomicBoolean busy = new AtomicBoolean();

    private volatile boolean closed;
    /** In a row; on the thread of {@link #later} alone. */
    private int failures;

    HintLine(String node, Post post, Later later, LongSupplier nanos, RandomGenerator random, HintMetrics metrics) {
        this.node = node;
        this.post = post;
        this.mailbox = new HintMailbox(nanos, metrics);
        this.later = later;
        this.nanos = nanos;
        this.random = random;
        this.metrics = metrics;
    }

    void offer(Hint hint) {
        if (!closed) {
            mailbox.put(hint);
            startUnlessBusy();
        }
    }

    /** Gives up what waits. */
    void close() {
        closed = true;
        mailbox.clear();
    }

    private void startUnlessBusy() {
        if (busy.compareAndSet(false, true)) {
            later.run(this::send, Duration.ZERO);
        }
    }

    private void send() {
        List<Waiting> batch = mailbox.take();
        if (batch.isEmpty()) {
            busy.set(false);
            // Something may have come after the look and before the flag was down.
            if (!mailbox.isEmpty()) {
                startUnlessBusy();
            }
            return;
        }
        ListenableFuture<HintResponse> answer = call(batch);
        answer.addListener(
                () -> later.run(() -> answered(batch, answer), Duration.ZERO), MoreExecutors.directExecutor());
    }

    private ListenableFuture<HintResponse> call(List<Waiting> batch) {
        HintRequest.Builder request = HintRequest.newBuilder();
        batch.forEach(waiting -> request.addHints(waiting.hint()));
        try {
            return post.send(request.build());
        } catch (RuntimeException e) {
            return Futures.immediateFailedFuture(e);
        }
    }

    private void answered(List<Waiting> batch, ListenableFuture<HintResponse> answer) {
        try {
            var unused = Futures.getDone(answer);
            told(batch);
            send();
        } catch (ExecutionException | CancellationException e) {
            failed(batch, Status.fromThrowable(e));
            later.run(this::send, pause());
        }
    }

    private void told(List<Waiting> batch) {
        long now = nanos.getAsLong();
        metrics.sent(batch.size());
        batch.forEach(waiting -> metrics.lag(now - waiting.since()));
        if (failures > 0) {
            LOG.info("node {} takes hints again", node);
            failures = 0;
        }
    }

    private void failed(List<Waiting> batch, Status why) {
        metrics.failed(batch.size());
        if (PASSING.contains(why.getCode()) && !closed) {
            mailbox.putBack(batch);
        } else {
            metrics.dropped(batch.size());
        }
        failures++;
        if (failures == 1 && !closed) {
            LOG.info(
                    "node {} does not take hints, it learns of changes from the feed: {} {}",
                    node,
                    why.getCode(),
                    why.getDescription());
        }
    }

    /** Doubling to 5 s, of which a random half is left out. */
    private Duration pause() {
        long wait = Math.min(FIRST_WAIT_MILLIS << Math.min(failures - 1, 10), LONGEST_WAIT_MILLIS);
        return Duration.ofMillis(wait / 2 + random.nextLong(wait / 2 + 1));
    }
}
