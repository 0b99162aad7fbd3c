package io.octavo.server.housekeeping;

import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.server.retention.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one reading of a topic's versions comes to. Of all that is to be done it keeps the oldest so many, so that its
 * memory is bounded. For one thread.
 */
final class RetentionPass implements Consumer<Verdict> {
    /** So many versions are given up in one visit of a topic at most. */
    static final int MOST = 1_000;

    private final Deque<VersionRecord> going = new ArrayDeque<>();
    private final Deque<VersionRecord> bytesLeft = new ArrayDeque<>();
    private final Deque<Long> records = new ArrayDeque<>();
    private final TopicHead head;
    private final Duration underWay;
    private final Instant now;
    private long live;
    private long goes;
    private @Nullable Instant nextAt;

    /**
     * @param head     of the topic
     * @param underWay so long a head that names a version no more may be on its way to a region as it was before
     */
    RetentionPass(TopicHead head, Duration underWay, Instant now) {
        this.head = head;
        this.underWay = underWay;
        this.now = now;
    }

    @Override
    public void accept(Verdict verdict) {
        if (verdict.isDeleted()) {
            deleted(verdict.row());
            return;
        }
        live++;
        Instant at = verdict.goesAt();
        if (verdict.goes()) {
            goes++;
            keepOldest(going, verdict.row());
        } else if (at != null) {
            comeBack(at);
        }
    }

    private void comeBack(Instant at) {
        if (nextAt == null || at.isBefore(nextAt)) {
            nextAt = at;
        }
    }

    private void deleted(VersionRecord row) {
        long gone = row.getBytesGoneMs();
        if (gone == 0) {
            Instant bytesGo = bytesGo(row);
            if (bytesGo.isAfter(now)) {
                comeBack(bytesGo);
            } else {
                keepOldest(bytesLeft, row);
            }
        } else if (gone <= head.getHorizon().getAtMs()
                && !head.getWithdrawnList().contains(row.getVersion())) {
            keepOldest(records, row.getVersion());
        }
    }

    /** What retention gave up, nobody has been told to run for longer than that. */
    private Instant bytesGo(VersionRecord row) {
        return row.getDeletion().getCollected()
                ? Instant.MIN
                : Instant.ofEpochMilli(row.getDeletion().getAtMs()).plus(underWay);
    }

    private static <T> void keepOldest(Deque<T> oldest, T next) {
        oldest.addLast(next);
        if (oldest.size() > MOST) {
            oldest.removeFirst();
        }
    }

    /** Versions that are not deleted. */
    long live() {
        return live;
    }

    /** Of these, those that nothing keeps. */
    long goes() {
        return goes;
    }

    /** The oldest that go, the oldest first; at most so many. */
    List<VersionRecord> going(long most) {
        List<VersionRecord> oldest = new ArrayList<>();
        going.descendingIterator().forEachRemaining(row -> {
            if (oldest.size() < most) {
                oldest.add(row);
            }
        });
        return oldest;
    }

    /** Versions that were given up, and whose bytes are there and may go; the oldest of them. */
    List<VersionRecord> bytesLeft() {
        return List.copyOf(bytesLeft);
    }

    /** Versions whose records nobody needs any more; the oldest of them. */
    List<Long> records() {
        return List.copyOf(records);
    }

    /** When something more goes by time alone; null = nothing does. */
    @Nullable
    Instant nextAt() {
        return nextAt;
    }

    boolean hasWork() {
        return goes > 0 || !bytesLeft.isEmpty() || !records.isEmpty();
    }
}
