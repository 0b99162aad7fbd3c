package io.octavo.server.peers;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Hint;
import io.octavo.protocol.HintRequest;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import org.jspecify.annotations.Nullable;

/** What hints look like, and how many go into one call. */
final class HintFormat {
    /** A larger head is read by the node itself; so is a payload that doesn't fit in beside it. */
    static final int LARGEST_HEAD = 32 << 10;

    /** In one call. */
    static final int MOST_HINTS = 1000;

    /** Of one call. */
    static final int MOST_BYTES = 2 << 20;

    private HintFormat() {}

    /** Where a topic stands, with its head if it is small, and with its newest version's bytes if these are small too. */
    static Hint of(TopicHead head, @Nullable ByteString payload) {
        int size = head.getSerializedSize();
        if (size > LARGEST_HEAD) {
            return position(head);
        }
        Hint.Builder hint = position(head).toBuilder().setHead(head);
        if (payload != null && size + payload.size() <= LARGEST_HEAD) {
            hint.setPayload(payload);
        }
        return hint.build();
    }

    /** Where a topic stands, and no more. */
    static Hint position(TopicHead head) {
        return Hint.newBuilder()
                .setTopic(head.getTopic())
                .setEpoch(head.getEpoch())
                .setRevision(head.getRevision())
                .build();
    }

    /** @throws InvalidField if anything in it can't be taken */
    static void check(HintRequest request) {
        if (request.getHintsCount() > MOST_HINTS) {
            throw new InvalidField("hints", request.getHintsCount(), "at most " + MOST_HINTS);
        }
        if (request.getSerializedSize() > MOST_BYTES) {
            throw new InvalidField("hints", request.getSerializedSize() + " bytes", "at most " + MOST_BYTES);
        }
        for (int i = 0; i < request.getHintsCount(); i++) {
            check("hints[" + i + "].", request.getHints(i));
        }
    }

    private static void check(String at, Hint hint) {
        if (!TopicNames.isValid(hint.getTopic())) {
            throw new InvalidField(at + "topic", hint.getTopic(), "a name that a topic can have");
        }
        if (hint.getEpoch() < 1) {
            throw new InvalidField(at + "epoch", hint.getEpoch(), "1 or more");
        }
        if (hint.getRevision() < 1) {
            throw new InvalidField(at + "revision", hint.getRevision(), "1 or more");
        }
        if (hint.hasHead()) {
            check(at + "head", hint, hint.getHead());
        } else if (!hint.getPayload().isEmpty()) {
            throw new InvalidField(at + "payload", hint.getPayload().size() + " bytes", "none without a head");
        }
    }

    private static void check(String at, Hint hint, TopicHead head) {
        int size = head.getSerializedSize() + hint.getPayload().size();
        if (size > LARGEST_HEAD) {
            throw new InvalidField(at, size + " bytes with its payload", "at most " + LARGEST_HEAD);
        }
        if (!head.getTopic().equals(hint.getTopic())
                || head.getEpoch() != hint.getEpoch()
                || head.getRevision() != hint.getRevision()) {
            throw new InvalidField(
                    at,
                    head.getTopic() + " at " + head.getEpoch() + ", " + head.getRevision(),
                    "the topic's own, " + hint.getTopic() + " at " + hint.getEpoch() + ", " + hint.getRevision());
        }
    }
}
