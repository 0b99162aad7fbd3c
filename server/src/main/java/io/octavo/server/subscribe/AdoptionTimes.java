package io.octavo.server.subscribe;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.octavo.protocol.AdoptionCount;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.RunState;
import io.octavo.server.consumers.Delays;
import io.octavo.server.consumers.Given;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How long processes took to come from another version to the one that was given to them, by what they told this node: of
 * each topic, for the few times that a version was given last; of so many topics at most, those where something moved last.
 * Costs nothing while nobody moves. Safe for use by many threads.
 */
final class AdoptionTimes {
    static final int MOST_OF_A_TOPIC = 5;
    /** With a kilobyte for each time that a version was given, 20 MB. */
    static final int MOST_TOPICS = 4_000;

    private final HeadCache cache;
    private final InstantSource clock;
    private final Cache<String, Topic> topics = Caffeine.newBuilder()
            .maximumSize(MOST_TOPICS)
            .executor(Runnable::run)
            .build();

    AdoptionTimes(HeadCache cache, InstantSource clock) {
        this.cache = cache;
        this.clock = clock;
    }

    /** A process has said something else than before. */
    void heard(Consumer consumer, Report before, Report now) {
        now.moved(before)
                .filter(place -> now.state(place) != RunState.OVERRIDDEN)
                .forEach(place -> {
                    CachedTopic topic = cache.get(now.topic(place));
                    Given given = topic == null ? null : topic.given(consumer);
                    if (topic != null && given != null && given.version() == now.version(place)) {
                        topics.get(topic.topic(), name -> new Topic())
                                .add(given, Math.max(0, clock.millis() - given.atMillis()), consumer);
                    }
                });
    }

    /** What is known of a topic, to be added to by the caller. */
    Map<Given, AdoptionCount.Builder> of(String name) {
        Topic topic = topics.getIfPresent(name);
        return topic == null ? new HashMap<>() : topic.counts();
    }

    static AdoptionCount.Builder count(Given given) {
        return AdoptionCount.newBuilder()
                .setVersion(given.version())
                .setGivenAtMs(given.atMillis())
                .setPinned(given.pinned());
    }

    private static final class Topic {
        private final TreeMap<Given, Times> times = new TreeMap<>(Given.ORDER);

        synchronized void add(Given given, long millis, Consumer consumer) {
            times.computeIfAbsent(given, g -> new Times()).add(millis, consumer);
            if (times.size() > MOST_OF_A_TOPIC) {
                times.pollLastEntry();
            }
        }

        synchronized Map<Given, AdoptionCount.Builder> counts() {
            Map<Given, AdoptionCount.Builder> counts = new HashMap<>();
            times.forEach((given, those) -> counts.put(given, those.addTo(count(given))));
            return counts;
        }
    }

    private static final class Times {
        private final Delays delays = new Delays();
        private long longest;
        private @Nullable Consumer slowest;

        void add(long millis, Consumer consumer) {
            delays.add(millis);
            if (slowest == null || millis > longest) {
                longest = millis;
                slowest = consumer;
            }
        }

        AdoptionCount.Builder addTo(AdoptionCount.Builder count) {
            if (slowest != null) {
                count.addAllDelays(delays.toList()).setLongestMs(longest).setSlowest(slowest);
            }
            return count;
        }
    }
}
