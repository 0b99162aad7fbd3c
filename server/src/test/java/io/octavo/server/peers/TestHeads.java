package io.octavo.server.peers;

import io.octavo.protocol.Hint;
import io.octavo.protocol.Settings;
import io.octavo.protocol.TopicHead;

/** Short ways to make heads and hints of them. */
final class TestHeads {
    static final long EPOCH = 1_700_000_000_000L;

    private TestHeads() {}

    static TopicHead head(String topic, long revision) {
        return head(topic, revision, 0);
    }

    /** A head that is that much larger than an empty one. */
    static TopicHead head(String topic, long revision, int bytes) {
        return TopicHead.newBuilder()
                .setFormat(1)
                .setTopic(topic)
                .setEpoch(EPOCH)
                .setRevision(revision)
                .setSettings(Settings.newBuilder().setDescription("x".repeat(bytes)))
                .build();
    }

    static Hint hint(String topic, long revision) {
        return HintFormat.of(head(topic, revision), null);
    }

    static Hint hint(String topic, long revision, int bytes) {
        return HintFormat.of(head(topic, revision, bytes), null);
    }
}
