package io.octavo.server.reads;

import io.octavo.protocol.TopicHead;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Heads that must not be old. Nothing weaker than what is asked for is ever answered: if it can't be had in time, that
 * is said. Safe for use by many threads.
 */
public final class FreshHeads {
    /** The longest wait for a strict read. */
    static final Duration STRICT_WAIT = Duration.ofSeconds(5);

    /** The longest wait for a revision. */
    static final Duration REVISION_WAIT = Duration.ofSeconds(2);

    /** Threads that may wait in {@link #await} at once. */
    static final int MOST_BLOCKED = 100;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Function<String, @Nullable TopicHead> known;
    private final SharedReads<String, TopicHead> strict;
    private final SharedReads<String, TopicHead> behind;
    private final Timing timing;
    private final Semaphore blocked = new Semaphore(MOST_BLOCKED);

    /**
     * @param known  what the node has of a topic without asking the log; null = nothing
     * @param strict begin soon after one another
     * @param behind of topics of which the node has too little; farther apart
     */
    FreshHeads(
            Function<String, @Nullable TopicHead> known,
            SharedReads<String, TopicHead> strict,
            SharedReads<String, TopicHead> behind,
            Timing timing) {
        this.timing = timing;
        this.known = known;
        this.strict = strict;
        this.behind = behind;
    }

    /**
     * The head of a topic; null if there is none. A deleted topic has a head that says so. Doesn't block: it comes on
     * another thread, or fails with a {@link ServiceException}: UNAVAILABLE if it can't be had in time, or if no such
     * revision was committed; RATE_LIMITED if too many wait.
     *
     * @param atMost how long the caller waits; it is kept from waiting for long anyway
     */
    public CompletableFuture<@Nullable TopicHead> of(String topic, Freshness wanted, Duration atMost) {
        if (wanted.strict()) {
            CompletableFuture<@Nullable TopicHead> read = strict.next(topic, Read.SERIAL, shorter(atMost, STRICT_WAIT));
            return wanted.minRevision() == 0 ? read : reaching(topic, wanted.minRevision(), read);
        }
        TopicHead there = known.apply(topic);
        if (reaches(there, wanted.minRevision())) {
            return CompletableFuture.completedFuture(there);
        }
        Behind waits = new Behind(topic, wanted.minRevision(), shorter(atMost, REVISION_WAIT));
        waits.read(Read.LOCAL);
        return waits.answer;
    }

    /**
     * As {@link #of}, and blocks. Only so many threads may do so at once.
     *
     * @throws ServiceException what {@link #of} fails with
     */
    public @Nullable TopicHead await(String topic, Freshness wanted) {
        if (!blocked.tryAcquire()) {
            throw ServiceException.rateLimited(
                    "requests that wait for a read: " + MOST_BLOCKED + " (expected: fewer; try again)", RETRY_AFTER);
        }
        try {
            return Waits.await(of(topic, wanted, STRICT_WAIT), STRICT_WAIT.plus(RETRY_AFTER));
        } finally {
            blocked.release();
        }
    }

    /** One who waits for a revision that this node has not seen. */
    private final class Behind {
        private final CompletableFuture<@Nullable TopicHead> answer = new CompletableFuture<>();
        private final String topic;
        private final long minRevision;
        private final long end;

        Behind(String topic, long minRevision, Duration atMost) {
            this.topic = topic;
            this.minRevision = minRevision;
            this.end = timing.nanoTime() + atMost.toNanos();
        }

        void read(Read order) {
            Duration left = Duration.ofNanos(Math.max(0, end - timing.nanoTime()));
            var unused = behind.next(topic, order, left)
                    .whenComplete((head, failure) -> decide(order, newer(head, known.apply(topic)), failure));
        }

        private void decide(Read order, @Nullable TopicHead head, @Nullable Throwable failure) {
            if (reaches(head, minRevision)) {
                answer.complete(head);
            } else if (failure != null) {
                answer.completeExceptionally(refusal(head, failure));
            } else if (order == Read.LOCAL) {
                // A local read can miss what was acknowledged elsewhere; a serial one can't.
                read(Read.SERIAL);
            } else if (head == null) {
                answer.complete(null);
            } else {
                answer.completeExceptionally(notCommitted(topic, head, minRevision));
            }
        }

        private Throwable refusal(@Nullable TopicHead head, Throwable failure) {
            if (failure instanceof ServiceException refused && refused.code() == ErrorCode.RATE_LIMITED) {
                return refused;
            }
            return ServiceException.unavailable(
                    "this node is behind: revision of " + topic + ": " + revision(head) + " (expected: " + minRevision
                            + " or later), and " + failure.getMessage(),
                    RETRY_AFTER,
                    failure);
        }
    }

    private static CompletableFuture<@Nullable TopicHead> reaching(
            String topic, long minRevision, CompletableFuture<@Nullable TopicHead> read) {
        CompletableFuture<@Nullable TopicHead> answer = new CompletableFuture<>();
        var unused = read.whenComplete((head, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else if (head == null || reaches(head, minRevision)) {
                answer.complete(head);
            } else {
                answer.completeExceptionally(notCommitted(topic, head, minRevision));
            }
        });
        return answer;
    }

    private static ServiceException notCommitted(String topic, TopicHead head, long minRevision) {
        return ServiceException.unavailable(
                "revision of " + topic + ": " + head.getRevision() + " (expected: " + minRevision
                        + " or later; none such is committed)",
                RETRY_AFTER,
                null);
    }

    private static boolean reaches(@Nullable TopicHead head, long minRevision) {
        return revision(head) >= minRevision;
    }

    private static long revision(@Nullable TopicHead head) {
        return head == null ? 0 : head.getRevision();
    }

    private static @Nullable TopicHead newer(@Nullable TopicHead one, @Nullable TopicHead other) {
        return revision(one) < revision(other) ? other : one;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
