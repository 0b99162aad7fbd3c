package io.octavo.server.subscribe;

import static io.octavo.server.subscribe.Fleets.applied;
import static io.octavo.server.subscribe.Fleets.consumer;
import static io.octavo.server.subscribe.Fleets.poll;
import static io.octavo.server.subscribe.Fleets.state;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.protocol.ConsumerQuery;
import io.octavo.protocol.ConsumerSighting;
import io.octavo.protocol.CountConsumersRequest;
import io.octavo.protocol.CountConsumersResponse;
import io.octavo.protocol.CountMovesRequest;
import io.octavo.protocol.ListConsumersRequest;
import io.octavo.protocol.ListConsumersResponse;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.RunState;
import io.octavo.rules.InvalidField;
import io.octavo.server.consumers.Identities;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ConsumerRegistryTest {
    private static final int ROOM = 100_000;

    private final HeadCache cache = new HeadCache(new TestClock());
    private long nanos = 5;
    private final ConsumerRegistry registry =
            new ConsumerRegistry(cache, Duration.ZERO, ROOM, () -> nanos, new AdoptionTimes(cache, new TestClock()));
    private final ConsumerQueries queries = new ConsumerQueries(registry, cache);

    ConsumerRegistryTest() {
        cache.put(TestHeads.head("t", 7, 4));
        cache.put(TestHeads.empty("pinned", 3)
                .addPublications(TestHeads.publication(2, "*"))
                .addPins(TestHeads.pin(1, "app=recs"))
                .build());
        cache.loaded();
    }

    @Test
    void aPollIsSeenAtOnceWithWhatItsProcessIsToRun() {
        registry.heard(poll(consumer("recs", "i1"), applied("t", 3), applied("pinned", 1)));
        advance(Duration.ofMillis(1500));
        assertThat(list(ConsumerQuery.getDefaultInstance()).getConsumersList())
                .containsExactly(
                        sighting("pinned", "i1", 1, 1, RunState.APPLIED, 1500, 1500),
                        sighting("t", "i1", 3, 4, RunState.APPLIED, 1500, 1500));
        assertThat(lagging("t")).containsExactly("i1");
        assertThat(lagging("pinned")).isEmpty();
    }

    @Test
    void sinceStandsUntilVersionOrStateChanges() {
        registry.heard(poll(consumer("recs", "i1"), applied("t", 4)));
        advance(Duration.ofSeconds(20));
        registry.heard(poll(consumer("recs", "i1"), applied("t", 4)));
        advance(Duration.ofSeconds(20));
        registry.heard(poll(consumer("recs", "i1"), applied("other", 1), applied("t", 4)));
        assertThat(one("t").getSinceAgoMs()).isEqualTo(40_000);
        assertThat(one("t").getSeenAgoMs()).isZero();
        assertThat(one("other").getSinceAgoMs()).isZero();
        advance(Duration.ofSeconds(1));
        registry.heard(poll(consumer("recs", "i1"), state("t", 4, RunState.FAILED, "broken")));
        assertThat(one("t").getSinceAgoMs()).isZero();
        assertThat(one("t").getError()).isEqualTo("broken");
        assertThat(list(query("other")).getConsumersList()).isEmpty();
    }

    @Test
    void statesAreThoseReportedUnlessNothingIsForThem() {
        registry.heard(poll(consumer("recs", "a"), state("t", 0, RunState.RUN_STATE_UNSPECIFIED, "")));
        registry.heard(poll(consumer("recs", "b"), state("t", 3, RunState.FETCHING, "")));
        registry.heard(poll(consumer("recs", "c"), state("t", 3, RunState.FAILED, "no")));
        registry.heard(poll(consumer("recs", "d"), state("t", 3, RunState.OVERRIDDEN, "")));
        registry.heard(poll(consumer("recs", "e"), applied("unknown", 3)));
        assertThat(list(ConsumerQuery.getDefaultInstance()).getConsumersList())
                .extracting(ConsumerSighting::getState)
                .containsExactly(
                        RunState.FETCHING,
                        RunState.FETCHING,
                        RunState.FAILED,
                        RunState.OVERRIDDEN,
                        RunState.UNRESOLVED);
        assertThat(lagging("t")).containsExactly("a", "b", "c");
        assertThat(list(query("t").toBuilder().setState(RunState.FAILED).build())
                        .getConsumersList())
                .extracting(ConsumerSighting::getError)
                .containsExactly("no");
    }

    @Test
    void pagesGoOnWhereTheyEnded() {
        for (int i = 0; i < 5; i++) {
            registry.heard(poll(consumer("recs", "i" + i), applied("t", 4), applied("u", 4)));
        }
        ListConsumersRequest.Builder request = ListConsumersRequest.newBuilder().setLimit(3);
        ListConsumersResponse first = queries.list(request.build());
        assertThat(instances(first)).containsExactly("t i0", "t i1", "t i2");
        assertThat(first.getMore()).isTrue();
        ListConsumersResponse second =
                queries.list(request.setAfter(first.getConsumers(2)).setLimit(4).build());
        assertThat(instances(second)).containsExactly("t i3", "t i4", "u i0", "u i1");
        ListConsumersResponse third = queries.list(
                request.setAfter(second.getConsumers(3)).setLimit(3).build());
        assertThat(instances(third)).containsExactly("u i2", "u i3", "u i4");
        assertThat(third.getMore()).isFalse();
        assertThatThrownBy(() -> queries.list(request.setLimit(1001).build())).isInstanceOf(InvalidField.class);
    }

    @Test
    void consumersAreFoundByWhoTheyAre() {
        registry.heard(poll(consumer("recs", "a"), applied("t", 4)));
        registry.heard(poll(consumer("shop", "b"), applied("t", 4)));
        ConsumerQuery all = query("t");
        assertThat(instances(list(all.toBuilder().setApp("shop").build()))).containsExactly("t b");
        assertThat(instances(list(all.toBuilder().setInstance("a").build()))).containsExactly("t a");
        assertThat(instances(list(all.toBuilder().setCluster("blue").build()))).hasSize(2);
        assertThat(instances(list(all.toBuilder().setRegion("us").build()))).isEmpty();
        assertThat(instances(queries.list(ListConsumersRequest.newBuilder()
                        .setLimit(10)
                        .addIdentities(Identities.of(consumer("shop", "b")))
                        .build())))
                .containsExactly("t b");
    }

    @Test
    void whoIsNotHeardOfForThreePollPeriodsIsGone() {
        registry.heard(poll(consumer("recs", "a"), applied("t", 4)));
        advance(Duration.ofSeconds(60));
        registry.heard(poll(consumer("recs", "b"), applied("t", 4)));
        advance(Duration.ofMillis(29_999));
        assertThat(instances(list(query("t")))).containsExactly("t a", "t b");
        advance(Duration.ofMillis(1));
        assertThat(instances(list(query("t")))).containsExactly("t b");
        registry.sweep();
        assertThat(registry.size()).isEqualTo(1);
        advance(Duration.ofSeconds(60));
        registry.sweep();
        assertThat(registry.size()).isZero();
        assertThat(registry.bytes()).isZero();
    }

    @Test
    void whoGivesUpItsPollAndDoesNotComeBackIsGoneSoon() {
        PollRequest poll = poll(consumer("recs", "a"), applied("t", 3));
        long came = registry.heard(poll);
        advance(Duration.ofSeconds(1));
        registry.gaveUp(poll, came);
        advance(Duration.ofMillis(4_999));
        assertThat(instances(list(query("t")))).containsExactly("t a");
        advance(Duration.ofMillis(1));
        assertThat(instances(list(query("t")))).isEmpty();
    }

    @Test
    void whoPollsAnewBeforeItsOldPollIsGivenUpStays() {
        PollRequest poll = poll(consumer("recs", "a"), applied("t", 3));
        long came = registry.heard(poll);
        advance(Duration.ofMillis(1));
        registry.heard(poll(consumer("recs", "a"), applied("t", 4)));
        registry.gaveUp(poll, came);
        advance(Duration.ofSeconds(80));
        assertThat(instances(list(query("t")))).containsExactly("t a");
    }

    @Test
    void whoComesBackAfterItWasForgottenIsSeenAgain() {
        registry.heard(poll(consumer("recs", "a"), applied("t", 3)));
        advance(Duration.ofSeconds(91));
        registry.sweep();
        registry.heard(poll(consumer("recs", "a"), applied("t", 3)));
        assertThat(one("t").getSinceAgoMs()).isZero();
        assertThat(registry.size()).isEqualTo(1);
    }

    @Test
    void aProcessWithoutTopicsIsNotKept() {
        registry.heard(poll(consumer("recs", "a"), applied("t", 3)));
        registry.heard(poll(consumer("recs", "a")));
        registry.heard(poll(consumer("recs", "b")));
        assertThat(registry.size()).isZero();
        assertThat(registry.bytes()).isZero();
    }

    @Test
    void whatDoesNotFitIsCountedAndThoseWhoWereThereStay() {
        int fit = 0;
        while (registry.unrecorded() == 0) {
            registry.heard(poll(consumer("recs", "i" + fit), applied("t", 4)));
            fit++;
        }
        int kept = registry.size();
        assertThat(kept).isEqualTo(fit - 1).isBetween(ROOM / 1000, ROOM / 300);
        for (int i = 0; i < 500; i++) {
            registry.heard(poll(consumer("recs", "late" + i), applied("t", 4)));
            registry.heard(poll(consumer("recs", "late" + i), applied("t", 4)));
        }
        assertThat(registry.unrecorded()).isBetween(495L, 507L);
        assertThat(list(query("t")).getNotRecorded()).isEqualTo(registry.unrecorded());
        assertThat(registry.size()).isEqualTo(kept);
        assertThat(registry.bytes()).isBetween(1L, (long) ROOM);
        registry.heard(poll(consumer("recs", "i0"), applied("t", 5)));
        assertThat(list(query("t").toBuilder().setInstance("i0").build())
                        .getConsumers(0)
                        .getVersion())
                .isEqualTo(5);
        advance(Duration.ofSeconds(91));
        registry.sweep();
        advance(Duration.ofSeconds(91));
        registry.sweep();
        assertThat(registry.unrecorded()).isZero();
        registry.heard(poll(consumer("recs", "late"), applied("t", 4)));
        assertThat(registry.size()).isEqualTo(1);
    }

    @Test
    void countsAreByVersionAndStateWithTheReasonsOfFailures() {
        for (int i = 0; i < 3; i++) {
            registry.heard(poll(consumer("recs", "a" + i), applied("t", 4)));
            registry.heard(poll(consumer("recs", "f" + i), state("t", 3, RunState.FAILED, i == 0 ? "x" : "y")));
        }
        CountConsumersResponse counts = queries.count(CountConsumersRequest.newBuilder()
                .setQuery(query("t"))
                .setIdentities(true)
                .build());
        assertThat(counts.getRevision()).isEqualTo(7);
        assertThat(counts.getEpoch()).isEqualTo(TestHeads.EPOCH);
        assertThat(counts.getCountsList())
                .extracting(count -> count.getVersion() + "/" + count.getResolvedVersion() + " " + count.getState()
                        + " " + count.getInstances().getCount() + " "
                        + count.getInstances().getIdentitiesCount())
                .containsExactlyInAnyOrder("4/4 APPLIED 3 3", "3/4 FAILED 3 3");
        assertThat(counts.getFailuresList())
                .extracting(failure -> failure.getError() + " " + failure.getInstances())
                .containsExactly("y 2", "x 1");
    }

    @Test
    void nothingIsToldBeforeAllTopicsAreThere() {
        ConsumerQueries early = new ConsumerQueries(registry, new HeadCache(new TestClock()));
        List<ThrowingCallable> questions = List.of(
                () -> early.list(ListConsumersRequest.newBuilder().setLimit(1).build()),
                () -> early.count(CountConsumersRequest.getDefaultInstance()),
                () -> early.countMoves(CountMovesRequest.getDefaultInstance()));
        for (ThrowingCallable question : questions) {
            assertThatThrownBy(question).isInstanceOf(ServiceException.class);
        }
    }

    @Test
    void errorsAreKeptOnceAndWithinBounds() {
        ErrorTexts texts = new ErrorTexts(10);
        String first = texts.keep("bro".concat("ken"));
        assertThat(texts.keep("bro".concat("ken"))).isSameAs(first);
        assertThat(texts.keep("another")).isEqualTo(ErrorTexts.OTHER);
        texts.retain(Set.of());
        assertThat(texts.keep("another")).isEqualTo("another");
    }

    private static List<String> instances(ListConsumersResponse page) {
        return page.getConsumersList().stream()
                .map(each -> each.getTopic() + " " + each.getConsumer().getInstance())
                .toList();
    }

    private List<String> lagging(String topic) {
        return list(query(topic).toBuilder().setLagging(true).build()).getConsumersList().stream()
                .map(each -> each.getConsumer().getInstance())
                .toList();
    }

    private ConsumerSighting one(String topic) {
        List<ConsumerSighting> found = list(query(topic)).getConsumersList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private ListConsumersResponse list(ConsumerQuery query) {
        return queries.list(
                ListConsumersRequest.newBuilder().setQuery(query).setLimit(1000).build());
    }

    private static ConsumerQuery query(String topic) {
        return ConsumerQuery.newBuilder().setTopic(topic).build();
    }

    private static ConsumerSighting sighting(
            String topic, String instance, long version, long resolved, RunState state, long since, long seen) {
        return ConsumerSighting.newBuilder()
                .setTopic(topic)
                .setConsumer(consumer("recs", instance))
                .setVersion(version)
                .setResolvedVersion(resolved)
                .setState(state)
                .setSinceAgoMs(since)
                .setSeenAgoMs(seen)
                .build();
    }

    private void advance(Duration by) {
        nanos += by.toNanos();
    }
}
