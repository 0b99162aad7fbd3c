package io.octavo.server.subscribe;

import static io.octavo.server.subscribe.TestHeads.CONSUMER;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.TopicState;
import io.octavo.rules.Resolution;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class PollGarbageTest {
    private static final int TOPICS = 1000;
    private static final int ROUNDS = 200;

    private final HeadCache cache = new HeadCache(new TestClock());
    private long versions;

    @Test
    void lookUpAndResolutionOfATopicMakeNoGarbage() {
        PollRequest request = unchangedTopics();
        assertThat(bytesPerTopic(() -> {
                    for (int i = 0; i < TOPICS; i++) {
                        CachedTopic cached = cache.get(request.getTopics(i).getTopic());
                        Resolution resolution = cached == null ? Resolution.NOTHING : cached.resolve(CONSUMER);
                        versions += resolution.version();
                    }
                }))
                .isLessThan(1);
        assertThat(versions).isPositive();
    }

    @Test
    void answerToAPollMakesNoGarbageWorthNamingForAnUnchangedTopic() {
        PollRequest request = unchangedTopics();
        PollAnswers polls = new PollAnswers(
                cache, new SmallPayloads(new MapPayloads(), 0, Runnable::run, new SimpleMeterRegistry()), 0, 0);
        // Four to eight bytes a topic find names that come twice.
        assertThat(bytesPerTopic(() -> versions += polls.news(request) == null ? 0 : 1))
                .isLessThan(20);
        assertThat(versions).isZero();
    }

    private PollRequest unchangedTopics() {
        PollRequest.Builder request = PollRequest.newBuilder().setConsumer(CONSUMER);
        for (int i = 0; i < TOPICS; i++) {
            String topic = "topic-" + i;
            cache.put(TestHeads.empty(topic, 7)
                    .addPublications(TestHeads.publication(5, "region=us"))
                    .addPublications(TestHeads.publication(4, "region=eu,app=recs"))
                    .addPublications(TestHeads.publication(3, "*"))
                    .addPins(TestHeads.pin(2, "app=other"))
                    .build());
            request.addTopics(TopicState.newBuilder()
                    .setTopic(topic)
                    .setVersion(4)
                    .setEpoch(TestHeads.EPOCH)
                    .setRevision(7));
        }
        cache.loaded();
        return request.build();
    }

    private static double bytesPerTopic(Runnable round) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < ROUNDS; i++) {
            round.run();
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < ROUNDS; i++) {
            round.run();
        }
        double bytes = (double) (threads.getCurrentThreadAllocatedBytes() - before) / ROUNDS / TOPICS;
        System.out.printf("bytes per unchanged topic: %.2f%n", bytes);
        return bytes;
    }
}
