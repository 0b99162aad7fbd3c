package io.octavo.rules;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Offer;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import java.util.List;

/**
 * Whether a process takes an offer. Nodes have caches of different age; this keeps them from moving a process back and
 * forth: it remembers the highest (epoch, revision) that it has received, ignores what is older, and goes to a lower
 * version only for a reason that the offered head names.
 *
 * <p>For each offer: {@link #judge} it, remember what {@link #heard} answers, and if the verdict is {@link Verdict#RUN},
 * fetch. When the bytes are there and verified, judge the same offer again, for it may have been overtaken meanwhile; if
 * it is still to be run, run it and remember what {@link #applied} answers. An offer whose fetch failed can be judged
 * again at any time.
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
     *     still being fetched, after a fetch that failed, when only the bare revision came, and when the version was
     *     resolved from the fallback cache or the disk
     * @param digests of the parts of that version: after a restore from a backup, another one may be given its number;
     *     empty = not known
     */
    public record Mark(
            long epoch, long revision, long version, boolean pinned, boolean settled, List<ByteString> digests) {
        /** A process that has never received anything. */
        public static final Mark NONE = new Mark(0, 0, 0, false, false);

        public Mark {
            digests = List.copyOf(digests);
        }

        /** Of which it isn't known what the version consists of. */
        public Mark(long epoch, long revision, long version, boolean pinned, boolean settled) {
            this(epoch, revision, version, pinned, settled, List.of());
        }
    }

    /**
     * What is offered to a process.
     *
     * @param head        whole, or narrowed to the process; its epoch and revision are the offer's. Without a record of
     *     the offered version it is a bare revision: it tells that the version stands, but gives nothing to run
     * @param version     the offered version; 0 = nothing
     * @param pinned      whether a pin gave it; a bare revision can't tell
     * @param fromService whether it is the service's word; false = resolved from the fallback cache or the disk
     * @param standIn     whether it stands in for the version that the head resolves to, whose payload is missing; meant
     *     for a process without a value, so it is no reason to go lower if it comes to one that has got a value meanwhile
     */
    public record Offered(TopicHead head, long version, boolean pinned, boolean fromService, boolean standIn) {
        /** What the head resolves to. */
        public Offered(TopicHead head, long version, boolean pinned, boolean fromService) {
            this(head, version, pinned, fromService, false);
        }

        /** The service's word, as a poll of this consumer brought it. */
        public static Offered byService(Offer offer, Consumer consumer) {
            if (!offer.hasHead()) {
                TopicHead.Builder bare = TopicHead.newBuilder()
                        .setTopic(offer.getTopic())
                        .setEpoch(offer.getEpoch())
                        .setRevision(offer.getRevision());
                return new Offered(bare.build(), offer.getVersion(), false, true);
            }
            Resolution resolution = Resolution.of(offer.getHead(), consumer);
            boolean standIn = resolution.version() != offer.getVersion();
            return new Offered(offer.getHead(), offer.getVersion(), resolution.pinned() && !standIn, true, standIn);
        }

        /** What a head from the fallback cache or the disk means for a consumer. */
        public static Offered resolved(TopicHead head, Consumer consumer) {
            Resolution resolution = Resolution.of(head, consumer);
            return new Offered(head, resolution.version(), resolution.pinned(), false);
        }

        /** The SHA-256 of each part of the offered version; empty if the head doesn't have it. */
        public List<ByteString> digests() {
            VersionRecord record = Heads.record(head, version);
            return record == null
                    ? List.of()
                    : record.getPartsList().stream().map(Part::getSha256).toList();
        }

        private boolean isBare() {
            return version != 0 && Heads.record(head, version) == null;
        }
    }

    /** What to do with an offer. */
    public enum Verdict {
        /** Fetch, verify and run the offered version; the head has its record. */
        RUN,
        /** It is what the process runs already. */
        KEEP,
        /** The head resolves to nothing for this process: it keeps its value, if it has one, and says so. */
        KEEP_UNRESOLVED,
        /** Older or weaker than what was received before: ignore it, also its revision. */
        IGNORE_OLD,
        /** A lower version without a reason: refuse it, count it and report it. */
        REFUSE_LOWER
    }

    /** Judges an offer. */
    public static Verdict judge(Mark mark, Offered offered) {
        if (mark.version() == 0 && offered.version() != 0 && !offered.isBare()) {
            // Any verified value is better than none, whatever its revision.
            return Verdict.RUN;
        }
        if (!counts(mark, offered)) {
            return Verdict.IGNORE_OLD;
        }
        if (offered.version() == 0) {
            return Verdict.KEEP_UNRESOLVED;
        }
        if (isHeld(mark, offered)) {
            return Verdict.KEEP;
        }
        return offered.version() < mark.version() && !mayGoLower(mark, offered) ? Verdict.REFUSE_LOWER : Verdict.RUN;
    }

    /** What the process has once it has heard an offer, before it runs anything else for it. The mark never falls. */
    public static Mark heard(Mark mark, Offered offered) {
        if (!counts(mark, offered)) {
            return mark;
        }
        boolean toldToRunIt = isHeld(mark, offered) && !offered.isBare();
        return new Mark(
                offered.head().getEpoch(),
                offered.head().getRevision(),
                mark.version(),
                toldToRunIt ? offered.pinned() : mark.pinned(),
                toldToRunIt && offered.fromService(),
                mark.digests());
    }

    /** What the process has once it runs the offered version; by an older offer, the mark stays. */
    public static Mark applied(Mark mark, Offered offered) {
        Mark heard = heard(mark, offered);
        boolean settled = offered.fromService() && compare(offered, heard) == 0;
        return new Mark(
                heard.epoch(), heard.revision(), offered.version(), offered.pinned(), settled, offered.digests());
    }

    /** Whether it is the version whose value the process holds, and not another one that was given the same number. */
    private static boolean isHeld(Mark mark, Offered offered) {
        if (offered.version() != mark.version()) {
            return false;
        }
        List<ByteString> digests = offered.digests();
        return mark.digests().isEmpty() || digests.isEmpty() || digests.equals(mark.digests());
    }

    /** Whether the process listens to the offer at all. */
    private static boolean counts(Mark mark, Offered offered) {
        if (offered.isBare() && offered.version() != mark.version()) {
            // Answers a poll sent before the process moved on to what it runs now; the next poll brings the head.
            return false;
        }
        int order = compare(offered, mark);
        if (order != 0 || !mark.settled()) {
            return order >= 0;
        }
        // Once the service's word of a revision is run, only a higher one of the service stands at that revision.
        return offered.fromService() && offered.version() >= mark.version();
    }

    private static boolean mayGoLower(Mark mark, Offered offered) {
        return !offered.standIn()
                && (offered.pinned()
                        || mark.pinned()
                        || offered.head().getWithdrawnList().contains(mark.version()));
    }

    private static int compare(Offered offered, Mark mark) {
        TopicHead head = offered.head();
        return Heads.compare(head.getEpoch(), head.getRevision(), mark.epoch(), mark.revision());
    }
}
