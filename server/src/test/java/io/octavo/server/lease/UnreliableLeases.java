package io.octavo.server.lease;

import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.OutcomeUnknown;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A way to a table on which messages and answers get lost, and writes land late. */
final class UnreliableLeases implements LeaseTable {
    /** What becomes of a call. */
    enum Fate {
        ARRIVES,
        ANSWER_IS_LOST,
        LANDS_LATER,
        IS_LOST,
        IS_NOT_SENT
    }

    private final LeaseTable table;
    private final Supplier<Fate> fates;
    private final Runnable passing;
    private final Deque<Runnable> late = new ArrayDeque<>();

    /**
     * @param fates   drawn for each call
     * @param passing time passes, before the call arrives and again before its answer does
     */
    UnreliableLeases(LeaseTable table, Supplier<Fate> fates, Runnable passing) {
        this.table = table;
        this.fates = fates;
        this.passing = passing;
    }

    /** Lets the oldest write land that is late. */
    void land() {
        Runnable write = late.poll();
        if (write != null) {
            write.run();
        }
    }

    @Override
    public @Nullable Row read(String lease) {
        passing.run();
        if (fates.get() != Fate.ARRIVES) {
            throw ServiceException.unavailable("no answer", Duration.ofSeconds(1), null);
        }
        Row row = table.read(lease);
        passing.run();
        return row;
    }

    @Override
    public Map<String, Row> all() {
        return table.all();
    }

    @Override
    public @Nullable Row replace(String lease, @Nullable Row expected, Row next) {
        passing.run();
        Fate fate = fates.get();
        if (fate == Fate.LANDS_LATER) {
            late.add(() -> table.replace(lease, expected, next));
        }
        Row row = fate == Fate.ARRIVES || fate == Fate.ANSWER_IS_LOST ? table.replace(lease, expected, next) : null;
        passing.run();
        if (fate == Fate.ARRIVES) {
            return row;
        }
        throw new OutcomeUnknown(fate != Fate.IS_NOT_SENT, new IllegalStateException(fate.name()));
    }
}
