package io.octavo.server.housekeeping;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Heads;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackRegion;
import io.octavo.server.fallback.FallbackRegion.Exported;
import io.octavo.server.payload.DirectPayloads;
import io.octavo.server.topic.Committed.Effect;
import io.octavo.server.topic.InstallationEpoch;
import io.octavo.server.topic.RestampTopic;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts the log right after it was restored from a backup: every topic goes on in a new epoch, above all numbers that
 * were ever given, with what the fallback caches know newer. A page of topics at a time; each can be done again. Calls
 * block; one at a time.
 */
public final class LogRestore {
    private final TopicLog log;
    private final InstallationEpoch epoch;
    private final TopicCommits commits;
    private final FallbackCache fallback;
    private final DirectPayloads direct;
    private final InstantSource clock;
    private final TopicPages pages;

    public LogRestore(
            TopicLog log,
            InstallationEpoch epoch,
            TopicCommits commits,
            FallbackCache fallback,
            DirectPayloads direct,
            InstantSource clock) {
        this.log = log;
        this.epoch = epoch;
        this.commits = commits;
        this.fallback = fallback;
        this.direct = direct;
        this.clock = clock;
        this.pages = new TopicPages(log, fallback, clock);
    }

    /**
     * What a page is about, or what was done with it.
     *
     * @param epoch        the installation's
     * @param topics       how many there are, also those that only a fallback cache knows
     * @param changed      how many are to be taken into the epoch, or were
     * @param newer        of those: a fallback cache has newer state, which comes back
     * @param unknown      of those: the log doesn't know them
     * @param lower        topics of the log in an earlier epoch: a restore did not come to its end
     * @param ahead        topics of which a fallback cache has newer state in this epoch or a later one
     * @param highestEpoch of what was exported
     * @param next         where the next page begins; null if this was the last
     */
    public record Page(
            long epoch,
            int topics,
            int changed,
            int newer,
            int unknown,
            int lower,
            int ahead,
            long highestEpoch,
            @Nullable String next) {}

    /** The epoch that stands. */
    public long epoch() {
        return epoch.read();
    }

    /**
     * Begins a new epoch.
     *
     * @param expected the one that stands
     * @param above    what it must be above, beside the one that stands
     * @throws ServiceException STALE_REVISION if another one stands
     */
    public long begin(long expected, long above) {
        long next = Math.max(clock.millis(), Math.max(expected, above) + 1);
        if (!epoch.replace(expected, next)) {
            throw stale(epoch.read(), expected);
        }
        return next;
    }

    /**
     * Goes on in the epoch that stands, which a restore has begun that broke off.
     *
     * @throws ServiceException STALE_REVISION if another one stands
     */
    public long goOn(long expected) {
        long standing = epoch.read();
        if (standing != expected) {
            throw stale(standing, expected);
        }
        return standing;
    }

    /** Tells what would be done with the topics that follow one, in an epoch above all; see {@link #page}. */
    public synchronized Page plan(String after, int limit) {
        return page(after, limit, epoch.read(), null);
    }

    /**
     * Takes the topics that follow one into the epoch that stands.
     *
     * @param after    empty = from the first
     * @param limit    topics of the log in this page
     * @param expected the epoch that stands
     * @param who      for the audit trail
     * @throws ServiceException STALE_REVISION if another epoch stands; UNAVAILABLE if a region can't be asked
     */
    public synchronized Page carryOut(String after, int limit, long expected, String who) {
        long standing = epoch.read();
        if (standing != expected) {
            throw stale(standing, expected);
        }
        return page(after, limit, standing, who);
    }

    private Page page(String after, int limit, long standing, @Nullable String who) {
        TopicPages.Page page = pages.page(after, limit);
        for (ServiceException e : page.unreachable().values()) {
            throw e;
        }
        Counts counts = new Counts();
        page.topics().forEach((topic, exported) -> restore(topic, newest(exported), standing, who, counts));
        return new Page(
                standing,
                page.topics().size(),
                counts.changed,
                counts.newer,
                counts.unknown,
                counts.lower,
                counts.ahead,
                counts.highestEpoch,
                page.last());
    }

    private static final class Counts {
        private int changed;
        private int newer;
        private int unknown;
        private int lower;
        private int ahead;
        private long highestEpoch;
    }

    private void restore(
            String topic, @Nullable TopicHead exported, long standing, @Nullable String who, Counts counts) {
        TopicHead head = log.head(topic, Read.LOCAL);
        boolean isNewer = exported != null && (head == null || Heads.isNewer(exported, head));
        boolean isLower = head != null && head.getEpoch() < standing;
        counts.highestEpoch = Math.max(counts.highestEpoch, exported == null ? 0 : exported.getEpoch());
        counts.newer += isNewer ? 1 : 0;
        counts.unknown += head == null && exported != null ? 1 : 0;
        counts.lower += isLower ? 1 : 0;
        counts.ahead += exported != null && isNewer && exported.getEpoch() >= standing ? 1 : 0;
        if (who == null) {
            counts.changed += head != null || exported != null ? 1 : 0;
        } else if (isNewer || isLower) {
            if (exported != null && isNewer) {
                bringPayloads(exported);
            }
            Effect effect = commits.commit(topic, new RestampTopic(standing, exported), who, null)
                    .effect();
            counts.changed += effect == Effect.DONE ? 1 : 0;
        }
    }

    /** Bytes beside the metadata, which were lost with it; before the commit that names them. */
    private void bringPayloads(TopicHead exported) {
        for (VersionRecord version : HeadContent.served(exported)) {
            for (Part part : version.getPartsList()) {
                long id = part.getDirect().getPayloadId();
                if (part.hasDirect() && !direct.has(id)) {
                    ByteString bytes = part.getSize() == 0 ? ByteString.EMPTY : fallback.payload(id);
                    if (bytes != null) {
                        direct.store(id, bytes);
                    }
                }
            }
        }
    }

    private static @Nullable TopicHead newest(Map<FallbackRegion, Exported> exported) {
        Exported newest = null;
        FallbackRegion from = null;
        for (Map.Entry<FallbackRegion, Exported> entry : exported.entrySet()) {
            Exported other = entry.getValue();
            if (newest == null
                    || newest.position()
                            .isBefore(other.position().epoch(), other.position().revision())) {
                newest = other;
                from = entry.getKey();
            }
        }
        if (newest == null || from == null) {
            return null;
        }
        TopicHead head = from.read(newest);
        return head != null ? head : from.newest(newest.position().topic());
    }

    private static ServiceException stale(long standing, long expected) {
        return ServiceException.of(
                ErrorCode.STALE_REVISION,
                "epoch: " + standing + " (expected: " + expected + "); somebody else restores too, look again");
    }
}
