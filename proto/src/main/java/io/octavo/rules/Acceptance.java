package io.octavo.rules;

import io.octavo.protocol.TopicHead;

/**
 * Whether a process takes an offer. Nodes have caches of different age; this keeps them from moving a process back and
 * forth: it remembers the highest (epoch, revision) that it has received, ignores what is older, and goes to a lower
 * version only for a reason that the offered head names.
 */
public final class Acceptance {
    private Acceptance() {}

    /**
     * What a process has of a topic.
     *
     * @param epoch    of the highest (epoch, revision) it has received; 0, 0 = none
     * @param revision of the same
     * @param version  the version whose value it holds; 0 = it holds no value
     * @param pinned   whether a pin gave it that version
     * @param settled  whether the service's word at that very revision is what it runs; false while an offer of it is
     *     still being fetched, after a fetch that failed, and when the version was resolved from the fallback cache or
     *     the disk
     */
    public record Mark(long epoch, long revision, long version, boolean pinned, boolean settled) {
        /** A process that has never received anything. */
        public static final Mark NONE = new Mark(0, 0, 0, false, false);
    }

    /**
     * What is offered to a process.
     *
     * @param head        whole, or narrowed to the process; its epoch and revision are the offer's
     * @param version     the offered version; 0 = nothing
     * @param pinned      whether a pin gave it
     * @param fromService whether it is the service's word; false = resolved from the fallback cache or the disk
     */
    public record Offered(TopicHead head, long version, boolean pinned, boolean fromService) {}

    /** What to do with an offer. */
    public enum Verdict {
        /** Fetch, verify and run the offered version. */
        RUN,
        /** It is what the process runs already. */
        KEEP,
        /** The head resolves to nothing for this process: it keeps its value, if it has one, and says so. */
        KEEP_UNRESOLVED,
        /** Older than what was received before: ignore it, also its revision. */
        IGNORE_OLD,
        /** A lower version without a reason: refuse it, count it and report it. */
        REFUSE_LOWER
    }

    /** Judges an offer. */
    public static Verdict judge(Mark mark, Offered offered) {
        int order = compare(offered, mark);
        if (mark.version() == 0 && offered.version() != 0) {
            // Any verified value is better than none, whatever its revision.
            return Verdict.RUN;
        }
        if (order < 0) {
            return Verdict.IGNORE_OLD;
        }
        if (offered.version() == 0) {
            return Verdict.KEEP_UNRESOLVED;
        }
        if (offered.version() == mark.version()) {
            return Verdict.KEEP;
        }
        if (order == 0 && !standsAtTheSameRevision(mark, offered)) {
            return Verdict.IGNORE_OLD;
        }
        if (offered.version() < mark.version() && !mayGoLower(mark, offered)) {
            return Verdict.REFUSE_LOWER;
        }
        return Verdict.RUN;
    }

    /** What the process has once it has heard an offer, before it runs anything else for it. The mark never falls. */
    public static Mark heard(Mark mark, Offered offered) {
        int order = compare(offered, mark);
        if (order < 0) {
            return mark;
        }
        boolean runsIt = offered.version() == mark.version();
        if (order == 0) {
            return runsIt && offered.fromService() ? settled(mark, offered, offered.pinned()) : mark;
        }
        boolean pinned = runsIt ? offered.pinned() : mark.pinned();
        return new Mark(
                offered.head().getEpoch(),
                offered.head().getRevision(),
                mark.version(),
                pinned,
                runsIt && offered.fromService());
    }

    /** What the process has once it runs the offered version; by an older offer, the mark stays. */
    public static Mark applied(Mark mark, Offered offered) {
        Mark heard = heard(mark, offered);
        boolean settled = compare(offered, heard) == 0 && offered.fromService();
        return new Mark(heard.epoch(), heard.revision(), offered.version(), offered.pinned(), settled);
    }

    private static Mark settled(Mark mark, Offered offered, boolean pinned) {
        return new Mark(mark.epoch(), mark.revision(), offered.version(), pinned, true);
    }

    private static int compare(Offered offered, Mark mark) {
        TopicHead head = offered.head();
        return Heads.compare(head.getEpoch(), head.getRevision(), mark.epoch(), mark.revision());
    }

    /** The service's word over any other; after that, a higher version over a lower one. */
    private static boolean standsAtTheSameRevision(Mark mark, Offered offered) {
        if (offered.fromService() && !mark.settled()) {
            return true;
        }
        return offered.fromService() == mark.settled() && offered.version() > mark.version();
    }

    private static boolean mayGoLower(Mark mark, Offered offered) {
        return offered.pinned()
                || mark.pinned()
                || offered.head().getWithdrawnList().contains(mark.version());
    }
}
