package io.octavo.server.subscribe;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.TopicState;
import io.octavo.rules.Resolution;
import java.util.ArrayList;
import java.util.List;

/** What differs from what a process says of its topics. For one thread. */
final class News {
    /** A topic, as the process has it and as it is. */
    record Item(TopicState state, CachedTopic cached, Resolution resolution) {}

    private final Consumer consumer;
    private final List<Item> pressing = new ArrayList<>(1);
    private final List<Item> heard = new ArrayList<>(0);
    private boolean urgent;

    News(Consumer consumer) {
        this.consumer = consumer;
    }

    void add(TopicState state, CachedTopic cached, Resolution resolution) {
        boolean wasHeard = cached.compareTo(state.getEpoch(), state.getRevision()) == 0;
        boolean isUrgent = PollAnswers.isUrgent(state, cached, resolution);
        (wasHeard && !isUrgent ? heard : pressing).add(new Item(state, cached, resolution));
        urgent |= isUrgent;
    }

    Consumer consumer() {
        return consumer;
    }

    /** At revisions that the process has not received, or that it would act on now, as after a start. */
    List<Item> pressing() {
        return pressing;
    }

    /** At revisions that it has received, though it doesn't run what they say: it is at it, or has failed. */
    List<Item> heard() {
        return heard;
    }

    /** Whether the process would act on any of it. */
    boolean isUrgent() {
        return urgent;
    }
}
