package io.octavo.server.lease;

import io.octavo.server.lease.LeaseTable.Row;
import io.octavo.server.topic.OutcomeUnknown;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node's part in a lease: holds it, or waits for it. It is taken when its row was seen unchanged for a whole lease
 * on this node's own monotonic clock; the holder leads only while its last renewal that worked <em>began</em> less than
 * a lease ago, less a margin for clocks that run at different speeds. So two nodes never lead at a time, whatever
 * happens to their processes and their messages; what a node that was stopped has under way ends at its next look at
 * {@link #leads}.
 *
 * <p>{@link #step} and {@link #release} block and exclude each other; the rest is answered from memory, to any thread.
 */
public final class Lease {
    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);
    private static final int RELEASE_ATTEMPTS = 3;
    /** Steps in the time of a lease: two may fail before it is lost. */
    private static final int STEPS = 3;

    private final String name;
    private final String node;
    private final UUID process;
    private final Terms terms;
    private final LeaseTable table;
    private final InstantSource clock;
    private final LongSupplier nanoTime;

    private @Nullable Write pending;
    private long seenAt;
    private volatile @Nullable Row seen;
    private volatile @Nullable Held held;

    /**
     * How long things take.
     *
     * @param length how long a holder may be silent before another takes over
     * @param margin how much earlier the holder itself gives up
     */
    public record Terms(Duration length, Duration margin) {
        public Terms {
            if (margin.isNegative() || margin.multipliedBy(STEPS).compareTo(length) >= 0) {
                throw new IllegalArgumentException(
                        "margin: " + margin + " (expected: less than a third of the lease, " + length + ")");
            }
        }
    }

    /** A write on its way. */
    private record Write(@Nullable Row expected, Row next, long begun, boolean mayBeApplied) {}

    /** Leadership, by a renewal that began at that nano time. */
    private record Held(long generation, long begun) {}

    /**
     * Does nothing yet; see {@link #step}.
     *
     * @param process  drawn at random once per process
     * @param clock    tells the others since when this node holds it
     * @param nanoTime as {@link System#nanoTime}
     */
    public Lease(
            String name,
            String node,
            UUID process,
            Terms terms,
            LeaseTable table,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.name = name;
        this.node = node;
        this.process = process;
        this.terms = terms;
        this.table = table;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    public String name() {
        return name;
    }

    /** How long to wait from one step to the next. */
    public Duration pause() {
        return terms.length().dividedBy(STEPS);
    }

    /** Renews the lease, takes it, or looks whether it can be taken. */
    public synchronized void step() {
        if (pending == null) {
            pending = nextWrite();
        }
        send();
    }

    /** The generation in which this node leads now; 0 = it doesn't lead. */
    public long term() {
        Held now = held;
        return now != null && isInTime(now) ? now.generation() : 0;
    }

    /** Whether this node leads now, and has since that term began. */
    public boolean leads(long term) {
        return term != 0 && term() == term;
    }

    /** The node that holds the lease, as last seen; empty if none is known. */
    public String holder() {
        Row row = seen;
        return row == null ? "" : row.holder();
    }

    /** Another node that holds the lease, as last seen; empty if this one does, or nobody. */
    public String otherHolder() {
        return isMine(seen) ? "" : holder();
    }

    /** Gives the lease back, if this node has it, so that the next one need not wait. The caller's work has ended. */
    public synchronized void release() {
        held = null;
        if (pending != null) {
            send();
            held = null;
        }
        for (int attempt = 0; attempt < RELEASE_ATTEMPTS && isMine(seen); attempt++) {
            Row free = Objects.requireNonNull(seen).released();
            try {
                notice(table.replace(name, seen, free));
            } catch (OutcomeUnknown e) {
                // Sent again: if it was done, its own row is found.
                LOG.debug("lease {}: was it released?", name, e);
            }
        }
        if (isMine(seen)) {
            LOG.info("lease {} could not be released; others take it over when it lapses", name);
        }
    }

    private @Nullable Write nextWrite() {
        if (isMine(seen)) {
            return new Write(seen, Objects.requireNonNull(seen).renewed(), nanoTime.getAsLong(), false);
        }
        notice(table.read(name));
        Row row = seen;
        if (row != null
                && !row.isFree()
                && nanoTime.getAsLong() - seenAt < terms.length().toNanos()) {
            return null;
        }
        long generation = row == null ? 1 : row.generation() + 1;
        Row mine = new Row(node, process, generation, 0, clock.millis());
        return new Write(row, mine, nanoTime.getAsLong(), false);
    }

    /** Sends what is pending; if its outcome stays unknown, the same is sent again with the next step. */
    private void send() {
        Write write = pending;
        if (write == null) {
            return;
        }
        try {
            Row stands = table.replace(name, write.expected(), write.next());
            pending = null;
            boolean led = held != null;
            notice(stands);
            if (write.next().equals(stands)) {
                // Counted from the first try: others may have seen the row since then.
                held = new Held(write.next().generation(), write.begun());
                if (!led) {
                    LOG.info(
                            "{}: this node leads, generation {}",
                            name,
                            write.next().generation());
                }
            } else {
                held = null;
                if (led) {
                    LOG.warn("{}: {} leads instead of this node", name, holder());
                }
            }
        } catch (OutcomeUnknown e) {
            boolean mayBeApplied = write.mayBeApplied() || e.mayBeApplied();
            pending = mayBeApplied ? new Write(write.expected(), write.next(), write.begun(), true) : null;
            LOG.warn("lease {}: {}", name, String.valueOf(e.getCause()));
        }
    }

    private void notice(@Nullable Row row) {
        if (!Objects.equals(row, seen)) {
            seen = row;
            seenAt = nanoTime.getAsLong();
        }
    }

    private boolean isMine(@Nullable Row row) {
        return row != null && !row.isFree() && row.process().equals(process);
    }

    private boolean isInTime(Held now) {
        return nanoTime.getAsLong() - now.begun()
                < terms.length().minus(terms.margin()).toNanos();
    }
}
