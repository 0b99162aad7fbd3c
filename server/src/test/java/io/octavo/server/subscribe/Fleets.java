package io.octavo.server.subscribe;

import com.google.protobuf.InvalidProtocolBufferException;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicState;
import java.util.List;

/** Polls of many processes. */
final class Fleets {
    private Fleets() {}

    static Consumer consumer(String app, String instance) {
        return Consumer.newBuilder()
                .setRegion("eu")
                .setApp(app)
                .setCluster("blue")
                .setInstance(instance)
                .build();
    }

    static TopicState state(String topic, long version, RunState state, String error) {
        return TopicState.newBuilder()
                .setTopic(topic)
                .setVersion(version)
                .setEpoch(TestHeads.EPOCH)
                .setRevision(7)
                .setState(state)
                .setError(error)
                .build();
    }

    static TopicState applied(String topic, long version) {
        return state(topic, version, RunState.APPLIED, "");
    }

    /** As it comes from the network: with strings of its own. */
    static PollRequest poll(Consumer consumer, TopicState... topics) {
        try {
            return PollRequest.parseFrom(PollRequest.newBuilder()
                    .setConsumer(consumer)
                    .addAllTopics(List.of(topics))
                    .build()
                    .toByteString());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
