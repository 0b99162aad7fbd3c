package io.octavo.server.subscribe;

import static io.octavo.server.subscribe.Fleets.applied;
import static io.octavo.server.subscribe.Fleets.consumer;
import static io.octavo.server.subscribe.Fleets.poll;
import static io.octavo.server.subscribe.Fleets.state;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.AdoptionCount;
import io.octavo.protocol.CountAdoptionsRequest;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicHead;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdoptionTimesTest {
    private final TestClock clock = new TestClock();
    private final HeadCache cache = new HeadCache(clock);
    private final AdoptionTimes times = new AdoptionTimes(cache, clock);
    private final ConsumerRegistry registry =
            new ConsumerRegistry(cache, Duration.ZERO, 100_000, () -> clock.millis() * 1_000_000, times);
    private final ConsumerQueries queries = new ConsumerQueries(registry, cache);
    private long revision = 1;

    AdoptionTimesTest() {
        give("t", 1);
        cache.loaded();
    }

    @Test
    void aProcessIsCountedOnceItComesToRunWhatWasGiven() {
        run("a", 1);
        run("b", 1);
        give("t", 2);
        clock.advance(Duration.ofSeconds(2));
        registry.heard(poll(consumer("recs", "a"), state("t", 1, RunState.FETCHING, "")));
        clock.advance(Duration.ofSeconds(1));
        run("a", 2);
        run("a", 2);
        clock.advance(Duration.ofSeconds(4));
        run("b", 2);
        AdoptionCount count = newest();
        assertThat(count.getVersion()).isEqualTo(2);
        assertThat(count.getGivenAtMs())
                .isEqualTo(clock.instant().minusSeconds(7).toEpochMilli());
        assertThat(adopted(count)).isEqualTo(2);
        assertThat(count.getLongestMs()).isEqualTo(7_000);
        assertThat(count.getSlowest()).isEqualTo(consumer("recs", "b"));
        assertThat(count.getRunning().getCount()).isEqualTo(2);
        assertThat(count.getLagging().getCount()).isZero();
    }

    @Test
    void whoStartsOrIsOverriddenOrRunsAnotherOneHasNotCome() {
        run("starts", 0);
        run("overridden", 1);
        run("another", 1);
        give("t", 3);
        run("starts", 3);
        registry.heard(poll(consumer("recs", "overridden"), state("t", 3, RunState.OVERRIDDEN, "")));
        run("another", 2);
        AdoptionCount count = newest();
        assertThat(adopted(count)).isZero();
        assertThat(count.hasSlowest()).isFalse();
        assertThat(count.getRunning().getCount()).isEqualTo(1);
        assertThat(count.getLagging().getCount()).isEqualTo(1);
    }

    @Test
    void aPinGivesAnewAndItsTimesAreItsOwn() {
        run("a", 1);
        give("t", 2);
        clock.advance(Duration.ofMinutes(3));
        run("a", 2);
        cache.put(head("t", 2)
                .addPins(TestHeads.pin(1, "app=recs").toBuilder().setAtMs(clock.millis()))
                .build());
        clock.advance(Duration.ofSeconds(1));
        run("a", 1);
        assertThat(newest().getPinned()).isTrue();
        assertThat(newest().getVersion()).isEqualTo(1);
        assertThat(newest().getLongestMs()).isEqualTo(1_000);
        assertThat(counts()).hasSize(2);
        assertThat(counts().get(1).getLongestMs()).isEqualTo(180_000);
        assertThat(counts().get(1).getRunning().getCount()).isZero();
    }

    @Test
    void whereAProcessReportsOtherTopicsThanBeforeEachIsComparedWithItself() {
        give("u", 1);
        registry.heard(poll(consumer("recs", "a"), applied("gone", 1), applied("t", 1)));
        give("t", 2);
        give("u", 2);
        registry.heard(poll(consumer("recs", "a"), applied("t", 2), applied("u", 2)));
        assertThat(adopted(newest())).isEqualTo(1);
        assertThat(times.of("u")).isEmpty();
    }

    @Test
    void onlyWhatWasGivenLastIsKept() {
        run("a", 1);
        for (int version = 2; version < 40; version++) {
            clock.advance(Duration.ofMillis(1));
            give("t", version);
            run("a", version);
        }
        assertThat(counts())
                .extracting(AdoptionCount::getVersion)
                .hasSize(AdoptionTimes.MOST_OF_A_TOPIC)
                .startsWith(39L, 38L);
    }

    @Test
    void soManyTopicsAreKeptAndNoMore() {
        int kept = 0;
        for (int i = 0; i < 2 * AdoptionTimes.MOST_TOPICS; i++) {
            give("topic-" + i, 2);
            registry.heard(poll(consumer("recs", "a"), applied("topic-" + i, 1)));
            registry.heard(poll(consumer("recs", "a"), applied("topic-" + i, 2)));
        }
        for (int i = 0; i < 2 * AdoptionTimes.MOST_TOPICS; i++) {
            kept += times.of("topic-" + i).isEmpty() ? 0 : 1;
        }
        assertThat(kept).isBetween(AdoptionTimes.MOST_TOPICS / 2, AdoptionTimes.MOST_TOPICS);
    }

    private void run(String instance, long version) {
        registry.heard(poll(consumer("recs", instance), applied("t", version)));
    }

    private void give(String topic, long version) {
        cache.put(head(topic, version).build());
    }

    private TopicHead.Builder head(String topic, long version) {
        return TestHeads.empty(topic, ++revision)
                .addPublications(TestHeads.publication(version, "*").toBuilder().setAtMs(clock.millis()));
    }

    private AdoptionCount newest() {
        return requireNonNull(counts().get(0));
    }

    private List<AdoptionCount> counts() {
        return queries
                .countAdoptions(CountAdoptionsRequest.newBuilder().setTopic("t").build())
                .getAdoptionsList()
                .stream()
                .sorted(Comparator.comparingLong(AdoptionCount::getGivenAtMs)
                        .thenComparing(AdoptionCount::getPinned)
                        .reversed())
                .toList();
    }

    private static long adopted(AdoptionCount count) {
        return count.getDelaysList().stream().mapToLong(Long::longValue).sum();
    }
}
