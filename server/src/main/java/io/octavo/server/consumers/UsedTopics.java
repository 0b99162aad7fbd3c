package io.octavo.server.consumers;

import io.octavo.protocol.ListUsedTopicsResponse;
import io.octavo.protocol.UsedTopic;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Which topics were polled or read in the last day.
 *
 * @param ago        how long ago, to ten minutes
 * @param isComplete whether all subscribe nodes answered
 */
public record UsedTopics(Map<String, Duration> ago, boolean isComplete) {
    public UsedTopics {
        ago = Map.copyOf(ago);
    }

    static UsedTopics of(Gathered<ListUsedTopicsResponse> gathered) {
        Map<String, Duration> ago = new HashMap<>();
        for (ListUsedTopicsResponse answer : gathered.answers()) {
            for (UsedTopic used : answer.getTopicsList()) {
                Duration here = Duration.ofMillis(used.getAgoMs());
                ago.merge(used.getTopic(), here, (one, other) -> one.compareTo(other) < 0 ? one : other);
            }
        }
        return new UsedTopics(ago, gathered.coverage(answer -> 0).isComplete());
    }
}
