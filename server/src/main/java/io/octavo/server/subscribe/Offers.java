package io.octavo.server.subscribe;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Offer;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.TopicState;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Heads;
import io.octavo.rules.Resolution;
import org.jspecify.annotations.Nullable;

/**
 * The offers of one answer, kept below what a caller takes as one message. What is pressing comes first; what the
 * process is busy with comes after. If something pressing finds no room, the process is told that there is more, and to
 * poll again soon.
 */
final class Offers {
    /** Of an answer's offers together; gRPC takes 4 MiB by default. */
    static final int MOST_BYTES = 3_500_000;

    /** Told to a process that got only a part of what is new. */
    static final int SOON_MILLIS = 100;

    private final PollResponse.Builder answer = PollResponse.newBuilder();
    private final News news;
    private final SmallPayloads payloads;
    private final InlineLoan loan;
    private int inlineLeft;
    private int bytes;

    /**
     * @param inlineBytes payload bytes in the answer
     * @param loan        what it takes of the bytes that may be on their way
     */
    Offers(News news, SmallPayloads payloads, int inlineBytes, InlineLoan loan) {
        this.news = news;
        this.payloads = payloads;
        this.inlineLeft = inlineBytes;
        this.loan = loan;
    }

    /** @param empty the answer that it would be without offers */
    PollResponse answer(PollResponse empty) {
        boolean cut = false;
        for (News.Item item : news.pressing()) {
            cut = cut || !fits(item, true);
        }
        for (News.Item item : news.heard()) {
            RunState state = item.state().getState();
            boolean busy = state == RunState.FETCHING || state == RunState.OVERRIDDEN;
            if (cut || !fits(item, !busy)) {
                break;
            }
        }
        return answer.setNextPollMs(cut ? SOON_MILLIS : empty.getNextPollMs())
                .setHolds(empty.getHolds())
                .setStale(empty.getStale())
                .setMore(cut)
                .build();
    }

    private boolean fits(News.Item item, boolean withPayload) {
        TopicState state = item.state();
        CachedTopic cached = item.cached();
        Resolution resolution = item.resolution();
        Offer.Builder offer = Offer.newBuilder()
                .setTopic(cached.topic())
                .setEpoch(cached.epoch())
                .setRevision(cached.revision())
                .setVersion(resolution.version());
        int order = cached.compareTo(state.getEpoch(), state.getRevision());
        boolean isBehind = order < 0 && state.getVersion() != 0;
        if (!isBehind && (order != 0 || resolution.version() != 0)) {
            // Any newer revision may have made or removed a pin, or withdrawn the version that runs: without the head
            // the process could not judge the next offer. At the same revision, "nothing" changes nothing for it.
            // Nor does an older revision, but that this node knows no newer one.
            offer.setHead(withRecord(Heads.narrow(cached.head(), news.consumer()), cached, resolution.version()));
        }
        ByteString payload = withPayload && !isBehind && resolution.version() != state.getVersion()
                ? payload(cached, resolution.version())
                : null;
        if (payload != null) {
            offer.setPayload(payload).setHasPayload(true);
        }
        Offer built = offer.build();
        if (bytes + built.getSerializedSize() > MOST_BYTES && bytes > 0) {
            loan.giveBack(payload == null ? 0 : payload.size());
            return false;
        }
        bytes += built.getSerializedSize();
        inlineLeft -= payload == null ? 0 : payload.size();
        answer.addOffers(built);
        return true;
    }

    /** What stands in for another version is not named by the head. */
    private static TopicHead withRecord(TopicHead narrow, CachedTopic cached, long version) {
        if (version == 0 || Heads.record(narrow, version) != null) {
            return narrow;
        }
        VersionRecord record = cached.version(version);
        if (record == null) {
            return narrow;
        }
        int index = 0;
        while (index < narrow.getVersionsCount() && narrow.getVersions(index).getVersion() < version) {
            index++;
        }
        return narrow.toBuilder()
                .addVersions(index, record.toBuilder().clearPublications())
                .build();
    }

    private @Nullable ByteString payload(CachedTopic cached, long version) {
        VersionRecord record = cached.version(version);
        if (record == null
                || record.getPartsCount() != 1
                || !record.getParts(0).hasDirect()
                || record.getParts(0).getSize() > inlineLeft) {
            return null;
        }
        ByteString payload = payloads.ifThere(record.getParts(0));
        boolean fits = payload != null && payload.size() <= inlineLeft && loan.tryTake(payload.size());
        return fits ? payload : null;
    }
}
