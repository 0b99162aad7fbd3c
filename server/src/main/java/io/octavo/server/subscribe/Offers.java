package io.octavo.server.subscribe;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Offer;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicState;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Heads;
import io.octavo.rules.Resolution;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The offers of one answer, kept below what a caller takes as one message. What is new comes first; what the process
 * has heard and doesn't run yet comes after. If something new finds no room, the process is told to poll again soon.
 */
final class Offers {
    /** Of an answer's offers together; gRPC takes 4 MiB by default. */
    static final int MOST_BYTES = 3_500_000;

    /** Told to a process that got only a part of what is new. */
    static final int SOON_MILLIS = 100;

    private record Again(TopicState state, CachedTopic cached, Resolution resolution) {}

    private final PollResponse.Builder answer = PollResponse.newBuilder();
    private final List<Again> again = new ArrayList<>();
    private final Consumer consumer;
    private final SmallPayloads payloads;
    private final int nextPollMillis;
    private int inlineLeft;
    private int bytes;
    private boolean cut;

    Offers(Consumer consumer, SmallPayloads payloads, int inlineBytes, int nextPollMillis) {
        this.consumer = consumer;
        this.payloads = payloads;
        this.inlineLeft = inlineBytes;
        this.nextPollMillis = nextPollMillis;
    }

    void add(TopicState state, CachedTopic cached, Resolution resolution) {
        if (cached.compareTo(state.getEpoch(), state.getRevision()) == 0) {
            again.add(new Again(state, cached, resolution));
        } else if (!cut) {
            cut = !fits(state, cached, resolution, true);
        }
    }

    PollResponse answer() {
        for (Again one : again) {
            boolean busy = one.state.getState() == RunState.FETCHING || one.state.getState() == RunState.OVERRIDDEN;
            if (cut || !fits(one.state, one.cached, one.resolution, !busy)) {
                break;
            }
        }
        return answer.setNextPollMs(cut ? SOON_MILLIS : nextPollMillis).build();
    }

    private boolean fits(TopicState state, CachedTopic cached, Resolution resolution, boolean withPayload) {
        Offer.Builder offer = Offer.newBuilder()
                .setTopic(cached.head().getTopic())
                .setEpoch(cached.epoch())
                .setRevision(cached.revision())
                .setVersion(resolution.version());
        boolean heard = cached.compareTo(state.getEpoch(), state.getRevision()) == 0;
        if (!heard || resolution.version() != 0) {
            // Any newer revision may have made or removed a pin, or withdrawn the version that runs: without the head
            // the process could not judge the next offer. At the same revision, "nothing" changes nothing for it.
            offer.setHead(Heads.narrow(cached.head(), consumer));
        }
        ByteString payload = withPayload && resolution.version() != state.getVersion()
                ? payload(cached, resolution.version())
                : null;
        if (payload != null) {
            offer.setPayload(payload).setHasPayload(true);
        }
        Offer built = offer.build();
        if (bytes + built.getSerializedSize() > MOST_BYTES && bytes > 0) {
            return false;
        }
        bytes += built.getSerializedSize();
        inlineLeft -= payload == null ? 0 : payload.size();
        answer.addOffers(built);
        return true;
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
        return payload == null || payload.size() > inlineLeft ? null : payload;
    }
}
