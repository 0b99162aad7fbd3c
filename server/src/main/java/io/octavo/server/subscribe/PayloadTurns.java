package io.octavo.server.subscribe;

import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who reads a payload from this node, so many at a time: each has its bytes in memory, and a chunk of them that the network
 * has not taken yet. The others line up, first come first served, for a while. Safe for use by many threads; nothing here
 * blocks.
 */
final class PayloadTurns {
    static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    /** A kilobyte each. */
    static final int LONGEST_LINE = 20_000;

    /** Those who waited in vain come again within this time, by chance. */
    private static final Duration SPREAD = Duration.ofSeconds(5);

    private final int most;
    private final Executor executor;
    private final Queue<Turn> line = new ArrayDeque<>();
    private int taken;
    private int waiting;

    /**
     * @param most     at a time
     * @param executor does what may block, for those who had to wait
     */
    PayloadTurns(int most, Executor executor) {
        this.most = most;
        this.executor = executor;
    }

    /**
     * A turn, to be begun by its owner, and ended when the call is over, however that comes.
     *
     * @param work    what is done when it has come: by the thread that begins it, or by the executor later
     * @param refused told if it doesn't come in time
     */
    Turn turn(Runnable work, Consumer<ServiceException> refused) {
        return new Turn(work, refused);
    }

    synchronized int taken() {
        return taken;
    }

    synchronized int waiting() {
        return waiting;
    }

    private enum State {
        NEW,
        WAITING,
        TAKEN,
        OVER
    }

    /** One reader's. */
    final class Turn {
        private final Runnable work;
        private final Consumer<ServiceException> refused;
        private State state = State.NEW;

        private Turn(Runnable work, Consumer<ServiceException> refused) {
            this.work = work;
            this.refused = refused;
        }

        /** Does the work, now or when the turn has come. */
        void begin() {
            State now = enter();
            if (now == State.TAKEN) {
                work.run();
            } else if (now == State.WAITING) {
                CompletableFuture.delayedExecutor(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS, Runnable::run)
                        .execute(this::giveUp);
            } else if (now == State.NEW) {
                refuse();
            }
        }

        /** The call is over: whoever waits longest is next. Can be called at any time, also more than once. */
        void end() {
            Turn next = leave();
            while (next != null && !next.goOn()) {
                next = next.leave();
            }
        }

        /** Whose turn it is now; null = nobody's. */
        private @Nullable Turn leave() {
            synchronized (PayloadTurns.this) {
                State before = state;
                state = State.OVER;
                waiting -= before == State.WAITING ? 1 : 0;
                return before == State.TAKEN ? passOn() : null;
            }
        }

        /** Waits in vain no longer. */
        void giveUp() {
            synchronized (PayloadTurns.this) {
                if (state != State.WAITING) {
                    return;
                }
                waiting--;
                state = State.OVER;
            }
            refuse();
        }

        private State enter() {
            synchronized (PayloadTurns.this) {
                if (state == State.NEW && taken < most) {
                    taken++;
                    state = State.TAKEN;
                } else if (state == State.NEW && waiting < LONGEST_LINE) {
                    // Those who have gone are taken out when their turn would be, or here: not at each arrival.
                    if (waiting * 2 < line.size()) {
                        line.removeIf(turn -> turn.state == State.OVER);
                    }
                    waiting++;
                    line.add(this);
                    state = State.WAITING;
                }
                return state;
            }
        }

        private boolean goOn() {
            try {
                executor.execute(work);
                return true;
            } catch (RejectedExecutionException e) {
                refused.accept(ServiceException.unavailable("this node is stopping", Duration.ofSeconds(1), e));
                return false;
            }
        }

        private void refuse() {
            Duration after = Duration.ofMillis(1 + ThreadLocalRandom.current().nextLong(SPREAD.toMillis()));
            refused.accept(ServiceException.rateLimited(
                    "payloads being read from this node: " + most + ", and too many wait (expected: fewer); try again",
                    after));
        }
    }

    /** Called with the lock, by who had a turn: who has it now; null = nobody waits. */
    private @Nullable Turn passOn() {
        while (true) {
            Turn next = line.poll();
            if (next == null) {
                taken--;
                return null;
            }
            if (next.state == State.WAITING) {
                waiting--;
                next.state = State.TAKEN;
                return next;
            }
        }
    }
}
