package io.octavo.server.subscribe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who reads a payload from this node, so many at a time: each has its bytes in memory, and a chunk of them that the network
 * has not taken yet. The others line up, first come first served, for a while. Who takes nothing for a while loses its turn. Safe
 * for use by many threads; nothing here blocks.
 */
final class PayloadTurns {
    static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    /** How often it is looked who takes something. */
    private static final Duration LOOK = Duration.ofSeconds(15);
    /** Who has taken nothing at so many looks in a row loses its turn: half a minute; a slow network is quicker. */
    static final int LOOKS = 2;

    /** A kilobyte each. */
    static final int LONGEST_LINE = 20_000;

    /** Those who waited in vain come again within this time, by chance. */
    private static final Duration SPREAD = Duration.ofSeconds(5);

    private final int most;
    private final Executor executor;
    private final Set<Turn> reading = new HashSet<>();
    private final Queue<Turn> line = new ArrayDeque<>();
    private final Counter refusals;
    private final Counter stalls;
    private boolean isWatched;
    private int waiting;

    /** Who reads a payload. */
    interface Reader {
        /** So many chunks it has taken. */
        long chunks();

        /** Ends its call, with all that it has not taken; to be told that its turn is over. */
        void cutOff();
    }

    /**
     * @param most     at a time
     * @param executor does what may block, for those who had to wait
     */
    PayloadTurns(int most, Executor executor, MeterRegistry meters) {
        this.most = most;
        this.executor = executor;
        this.refusals = lost(meters, "waited");
        this.stalls = lost(meters, "stalled");
        Gauge.builder("octavo.payload.readers", this, PayloadTurns::taken)
                .description("Calls that read a payload from this node now")
                .register(meters);
        Gauge.builder("octavo.payload.readers.waiting", this, PayloadTurns::waiting)
                .description("Calls that wait for their turn to read a payload from this node")
                .register(meters);
    }

    private static Counter lost(MeterRegistry meters, String why) {
        return Counter.builder("octavo.payload.turns.lost")
                .description("Calls that were to read a payload and could not: they waited too long, or took nothing")
                .tag("why", why)
                .register(meters);
    }

    /**
     * A turn, to be begun by its owner, and ended when the call is over, however that comes.
     *
     * @param work    what is done when it has come: by the thread that begins it, or by the executor later
     * @param refused told if it doesn't come in time
     */
    Turn turn(Runnable work, Consumer<ServiceException> refused, Reader reader) {
        return new Turn(work, refused, reader);
    }

    synchronized int taken() {
        return reading.size();
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
        private final Reader reader;
        private State state = State.NEW;
        private long seen = -1;
        private int idleLooks;

        private Turn(Runnable work, Consumer<ServiceException> refused, Reader reader) {
            this.work = work;
            this.refused = refused;
            this.reader = reader;
        }

        /** Does the work, now or when the turn has come. */
        void begin() {
            State now = enter();
            if (now == State.TAKEN) {
                work.run();
            } else if (now == State.WAITING) {
                after(LONGEST_WAIT, this::giveUp);
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
                return reading.remove(this) ? passOn() : null;
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

        /** With the lock. */
        private void take() {
            state = State.TAKEN;
            reading.add(this);
            if (!isWatched) {
                isWatched = true;
                after(LOOK, PayloadTurns.this::look);
            }
        }

        /** Told at every look, with the lock: whether it has taken nothing for so many that its turn is over. */
        private boolean isStalled() {
            long now = reader.chunks();
            idleLooks = now == seen ? idleLooks + 1 : 0;
            seen = now;
            return idleLooks == LOOKS;
        }

        private void cutOff() {
            stalls.increment();
            reader.cutOff();
            end();
        }

        private State enter() {
            synchronized (PayloadTurns.this) {
                if (state == State.NEW && reading.size() < most) {
                    take();
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
            refusals.increment();
            Duration after = Duration.ofMillis(1 + ThreadLocalRandom.current().nextLong(SPREAD.toMillis()));
            refused.accept(ServiceException.rateLimited(
                    "payloads being read from this node: " + most + ", and too many wait (expected: fewer); try again",
                    after));
        }
    }

    /** Cuts off who takes nothing. Comes again for as long as somebody reads. */
    void look() {
        List<Turn> stalled;
        synchronized (this) {
            stalled = reading.stream().filter(Turn::isStalled).toList();
            isWatched = !reading.isEmpty();
            if (isWatched) {
                after(LOOK, this::look);
            }
        }
        stalled.forEach(Turn::cutOff);
    }

    private static void after(Duration delay, Runnable then) {
        CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS, Runnable::run)
                .execute(then);
    }

    /** Called with the lock, by who had a turn: who has it now; null = nobody waits. */
    private @Nullable Turn passOn() {
        while (true) {
            Turn next = line.poll();
            if (next == null) {
                return null;
            }
            if (next.state == State.WAITING) {
                waiting--;
                next.take();
                return next;
            }
        }
    }
}
