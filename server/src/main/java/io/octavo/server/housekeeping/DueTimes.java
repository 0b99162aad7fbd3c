package io.octavo.server.housekeeping;

import io.octavo.protocol.Hold;
import io.octavo.protocol.Pin;
import io.octavo.protocol.TopicHead;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** When something is due of each topic, such as the next expiry, the first first. One entry per topic; for one thread. */
final class DueTimes {
    private record Due(long atMillis, String topic) {}

    private final TreeSet<Due> inOrder =
            new TreeSet<>(Comparator.comparingLong(Due::atMillis).thenComparing(Due::topic));
    private final Map<String, Due> byTopic = new HashMap<>();

    /** Notes what a head says, in place of what was known of its topic. */
    void note(TopicHead head) {
        forget(head.getTopic());
        if (!head.hasDeletion()) {
            LongStream.concat(
                            head.getPinsList().stream().mapToLong(Pin::getExpiresAtMs),
                            head.getHoldsList().stream().mapToLong(Hold::getExpiresAtMs))
                    .filter(expiry -> expiry > 0)
                    .min()
                    .ifPresent(first -> note(head.getTopic(), first));
        }
    }

    /** Has a topic looked at again at that time. */
    void note(String topic, long atMillis) {
        forget(topic);
        Due due = new Due(atMillis, topic);
        byTopic.put(topic, due);
        inOrder.add(due);
    }

    /** A topic whose time has come, taken out; null if there is none. */
    @Nullable
    String poll(long nowMillis) {
        if (inOrder.isEmpty() || inOrder.first().atMillis() > nowMillis) {
            return null;
        }
        String topic = inOrder.first().topic();
        forget(topic);
        return topic;
    }

    boolean has(String topic) {
        return byTopic.containsKey(topic);
    }

    void clear() {
        inOrder.clear();
        byTopic.clear();
    }

    private void forget(String topic) {
        Due known = byTopic.remove(topic);
        if (known != null) {
            inOrder.remove(known);
        }
    }
}
