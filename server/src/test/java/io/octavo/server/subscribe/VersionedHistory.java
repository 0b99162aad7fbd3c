package io.octavo.server.subscribe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was done to one topic, and whether it can have happened one after another, each deed at an instant between its
 * beginning and its end (linearizability). Every write makes the next revision, so that revisions order all of it:
 *
 * <ul>
 *   <li>what begins after something has ended is at no lower a revision, and if it is a write, at a higher one;
 *   <li>nothing sees a revision that no write can have made by then. A write whose outcome is unknown may have made one
 *       at any time since it began, or none.
 * </ul>
 */
final class VersionedHistory {
    private static final long NEVER = Long.MAX_VALUE;

    private final List<Deed> deeds = new ArrayList<>();

    /**
     * A write or a read.
     *
     * @param began    on one monotonic clock
     * @param ended    {@link #NEVER} = its outcome is unknown
     * @param revision that was made or read; 0 = of a read, nothing was there; of a write, unknown
     */
    private record Deed(boolean isWrite, long began, long ended, long revision) {
        @Override
        public String toString() {
            return (isWrite ? "write" : "read") + " of revision " + revision + " from " + began + " to "
                    + (ended == NEVER ? "?" : ended);
        }
    }

    synchronized VersionedHistory wrote(long began, long ended, long revision) {
        deeds.add(new Deed(true, began, ended, revision));
        return this;
    }

    synchronized VersionedHistory wroteMaybe(long began) {
        deeds.add(new Deed(true, began, NEVER, 0));
        return this;
    }

    synchronized VersionedHistory read(long began, long ended, long revision) {
        deeds.add(new Deed(false, began, ended, revision));
        return this;
    }

    synchronized long writes() {
        return deeds.stream()
                .filter(deed -> deed.isWrite() && deed.ended() != NEVER)
                .count();
    }

    synchronized long unknownWrites() {
        return deeds.stream().filter(deed -> deed.ended() == NEVER).count();
    }

    synchronized long reads() {
        return deeds.stream().filter(deed -> !deed.isWrite()).count();
    }

    /** What can't have happened so; null if all of it can. */
    synchronized @Nullable String violation() {
        String twice = madeTwice();
        String early = twice != null ? twice : seenTooEarly();
        return early != null ? early : outOfOrder();
    }

    private @Nullable String madeTwice() {
        Map<Long, Deed> made = new HashMap<>();
        for (Deed deed : deeds) {
            Deed other = deed.isWrite() && deed.ended() != NEVER ? made.put(deed.revision(), deed) : null;
            if (other != null) {
                return "made twice: " + other + ", " + deed;
            }
        }
        return null;
    }

    /** Each revision that was there at some time must have a write of its own that began before. */
    private @Nullable String seenTooEarly() {
        TreeMap<Long, Deed> firstSeen = new TreeMap<>();
        for (Deed deed : deeds) {
            if (deed.ended() != NEVER) {
                firstSeen.merge(deed.revision(), deed, (one, other) -> one.ended() <= other.ended() ? one : other);
            }
        }
        Map<Long, Deed> made = new HashMap<>();
        deeds.stream().filter(Deed::isWrite).forEach(deed -> made.put(deed.revision(), deed));
        List<Deed> unexplained = new ArrayList<>();
        Deed first = null;
        // A revision was there by when any higher one was seen.
        for (long revision = firstSeen.isEmpty() ? 0 : firstSeen.lastKey(); revision > 0; revision--) {
            Deed seen = firstSeen.get(revision);
            first = first == null || (seen != null && seen.ended() < first.ended()) ? seen : first;
            Deed write = made.get(revision);
            if (first == null) {
                continue;
            }
            if (write == null) {
                unexplained.add(first);
            } else if (write.began() > first.ended()) {
                return "seen before it was begun: " + first + ", " + write;
            }
        }
        return withoutWrite(unexplained);
    }

    /** Gives each the earliest write of unknown outcome that is left. */
    private @Nullable String withoutWrite(List<Deed> unexplained) {
        List<Deed> unknown = deeds.stream()
                .filter(deed -> deed.ended() == NEVER)
                .sorted(Comparator.comparingLong(Deed::began))
                .toList();
        unexplained.sort(Comparator.comparingLong(Deed::ended));
        for (int i = 0; i < unexplained.size(); i++) {
            if (i >= unknown.size()
                    || unknown.get(i).began() > unexplained.get(i).ended()) {
                return "nothing can have made what was seen: " + unexplained.get(i);
            }
        }
        return null;
    }

    private @Nullable String outOfOrder() {
        PriorityQueue<Deed> running = new PriorityQueue<>(Comparator.comparingLong(Deed::ended));
        Deed highest = null;
        List<Deed> inOrder = deeds.stream()
                .filter(deed -> deed.ended() != NEVER)
                .sorted(Comparator.comparingLong(Deed::began))
                .toList();
        for (Deed deed : inOrder) {
            for (Deed next = running.peek(); next != null && next.ended() < deed.began(); next = running.peek()) {
                highest = highest == null || next.revision() > highest.revision() ? next : highest;
                running.remove();
            }
            if (highest != null
                    && (deed.revision() < highest.revision()
                            || (deed.isWrite() && deed.revision() == highest.revision()))) {
                return "went back: " + deed + " after " + highest;
            }
            running.add(deed);
        }
        return null;
    }
}
