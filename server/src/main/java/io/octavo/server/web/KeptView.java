package io.octavo.server.web;

import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.server.retention.RetentionPolicy;
import io.octavo.server.retention.Verdict;
import io.octavo.server.retention.Why;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What retention makes of a topic.
 *
 * @param horizon from when on the history of the topic is known; absent = from its beginning
 */
record KeptView(
        String topic,
        long revision,
        KeptPolicy keeps,
        @Nullable Instant horizon,
        List<KeptVersion> versions,
        @Nullable String nextPageToken) {
    /**
     * What is kept in any case.
     *
     * @param maxAge absent = age keeps nothing
     * @param grace  how long what somebody ran stays after that
     */
    record KeptPolicy(int maxVersions, @Nullable String maxAge, String grace) {}

    /**
     * A version.
     *
     * @param stays   every reason why it stays
     * @param goes    true = nothing keeps it, and it goes with the next run; else absent
     * @param goesAt  when it may go at the earliest; absent = that is not a matter of time
     * @param deletedAt   when it was given up
     * @param bytesGoneAt when its bytes were gone everywhere
     */
    record KeptVersion(
            long version,
            VersionView.State state,
            Instant publishedAt,
            long size,
            List<Stays> stays,
            @Nullable Boolean goes,
            @Nullable Instant goesAt,
            @Nullable Instant deletedAt,
            @Nullable Instant bytesGoneAt) {
        static KeptVersion of(Verdict verdict) {
            return new KeptVersion(
                    verdict.version(),
                    VersionView.state(verdict.row()),
                    Instant.ofEpochMilli(verdict.row().getAtMs()),
                    KeptView.size(verdict),
                    verdict.whys().stream().map(Stays::of).toList(),
                    verdict.goes() ? true : null,
                    verdict.goesAt(),
                    instant(verdict.row().getDeletion().getAtMs()),
                    instant(verdict.row().getBytesGoneMs()));
        }
    }

    /** A reason, and when it ends; absent = that can't be said. */
    record Stays(Why.Reason reason, String detail, @Nullable Instant until) {
        static Stays of(Why why) {
            return new Stays(why.reason(), why.detail(), why.until());
        }
    }

    /**
     * A topic in numbers.
     *
     * @param versions  that there are
     * @param goes      of these, would go at most
     * @param deleted   true = it is deleted; else absent
     */
    record TopicTotal(String topic, @Nullable Boolean deleted, long versions, long bytes, long goes, long goesBytes) {}

    /** Some topics. */
    record TopicTotals(List<TopicTotal> topics, @Nullable String nextPageToken) {}

    /** Adds up the versions of one topic. */
    static final class Sum implements Consumer<Verdict> {
        private long versions;
        private long bytes;
        private long goes;
        private long goesBytes;

        @Override
        public void accept(Verdict verdict) {
            if (verdict.isDeleted()) {
                return;
            }
            versions++;
            bytes += size(verdict);
            if (verdict.goes()) {
                goes++;
                goesBytes += size(verdict);
            }
        }

        TopicTotal of(TopicHead head) {
            return new TopicTotal(head.getTopic(), head.hasDeletion() ? true : null, versions, bytes, goes, goesBytes);
        }
    }

    static KeptView of(
            TopicHead head, RetentionPolicy policy, List<KeptVersion> versions, @Nullable String nextPageToken) {
        return new KeptView(
                head.getTopic(),
                head.getRevision(),
                new KeptPolicy(
                        policy.maxVersions(),
                        policy.maxAge().isZero()
                                ? null
                                : Ages.format(policy.maxAge().toSeconds()),
                        Ages.format(policy.grace().toSeconds())),
                instant(head.getHorizon().getAtMs()),
                versions,
                nextPageToken);
    }

    private static long size(Verdict verdict) {
        return verdict.row().getPartsList().stream().mapToLong(Part::getSize).sum();
    }

    private static @Nullable Instant instant(long millis) {
        return millis == 0 ? null : Instant.ofEpochMilli(millis);
    }
}
