package io.octavo.server.subscribe;

import static io.octavo.server.subscribe.TestHeads.CONSUMER;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Scope;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import io.octavo.server.topic.HoldVersion;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.QuarantineVersion;
import io.octavo.server.topic.WithdrawVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConsistencyTest {
    private static final List<Scope> ALL = List.of(Scopes.GLOBAL);

    private final CheckedTopic topic = new CheckedTopic(Runnable::run);

    @Test
    void aVersionWhosePayloadIsMissingIsHeldBackAndTheNewestOlderOneStandsInForIt() {
        publish(2);
        topic.payloads.lose(3);
        publish(1);
        assertThat(topic.cached().resolve(CONSUMER).version()).isEqualTo(3);
        assertThat(topic.cached().offered(CONSUMER, 0)).isEqualTo(new Resolution(2, false, Scopes.GLOBAL));
        assertThat(topic.cached().offered(CONSUMER, 1)).isNull();
        assertThat(topic.cached().offered(CONSUMER, 2)).isNull();
        assertThat(offered(3)).isEqualTo(3);
        assertThat(since(3)).isEqualTo(topic.clock.instant());
        assertThat(gauge()).isEqualTo(1);
    }

    @Test
    void itIsGivenToAllOnceItsPayloadIsBack() {
        publish(2);
        topic.payloads.lose(2);
        report(2);
        assertThat(offered(0)).isEqualTo(1);
        topic.payloads.bringBack(2);
        topic.consistency.round();
        assertThat(offered(0)).as("not looked at again yet").isEqualTo(1);
        topic.again();
        assertThat(offered(0)).isEqualTo(2);
        assertThat(offered(1)).isEqualTo(2);
        assertThat(gauge()).isZero();
        int asked = topic.payloads.asked();
        topic.again();
        assertThat(topic.payloads.asked()).as("nothing is left to look at").isEqualTo(asked);
    }

    @Test
    void theCheckTellsThatSomethingCameBack() {
        publish(2);
        topic.payloads.lose(2);
        report(2);
        List<CachedTopic> heard = new ArrayList<>();
        topic.cache.listen((before, now) -> {
            heard.add(now);
            var unused = topic.consistency.changed(before, now);
        });
        topic.payloads.bringBack(2);
        topic.again();
        assertThat(heard).hasSize(1);
        assertThat(requireNonNull(heard.get(0).offered(CONSUMER, 1)).version()).isEqualTo(2);
    }

    @Test
    void aStoreThatCanNotBeAskedHoldsNothingBack() {
        publish(1);
        topic.payloads.lose(2);
        topic.payloads.away(true);
        publish(1);
        report(2);
        assertThat(offered(0)).isEqualTo(2);
        assertThat(offered(1)).isEqualTo(2);
        assertThat(gauge()).isZero();
    }

    @Test
    void whatIsKnownToBeMissingStaysSoWhileTheStoreCanNotBeAsked() {
        publish(2);
        topic.payloads.lose(2);
        report(2);
        topic.payloads.away(true);
        topic.again();
        assertThat(offered(0)).isEqualTo(1);
        topic.payloads.away(false);
        topic.payloads.bringBack(2);
        topic.again();
        assertThat(offered(0)).isEqualTo(2);
    }

    @Test
    void nothingStandsInForTheOnlyVersion() {
        topic.payloads.lose(1);
        publish(1);
        assertThat(topic.cached().offered(CONSUMER, 0)).isEqualTo(Resolution.NOTHING);
    }

    @Test
    void aStandInIsForTheScopeOfWhoGetsIt() {
        publish(1, "region=eu");
        publish(1, "region=us");
        publish(1, "*");
        topic.payloads.lose(3);
        report(3);
        assertThat(offered(0)).isEqualTo(1);
        assertThat(offered(Consumer.newBuilder().setRegion("us").build())).isEqualTo(2);
        assertThat(offered(Consumer.newBuilder().setRegion("ap").build())).isZero();
    }

    @Test
    void aStandInIsNotQuarantinedNorWithdrawnNorMissing() {
        publish(5);
        topic.commit(new QuarantineVersion(4, "poison"));
        topic.commit(new WithdrawVersion(3, Scopes.GLOBAL, "too early"));
        topic.payloads.lose(2);
        topic.payloads.lose(5);
        topic.refresh();
        report(5);
        assertThat(offered(0)).isEqualTo(1);
    }

    @Test
    void aStandInUnderAPinIsNeverAboveIt() {
        publish(4);
        topic.commit(new PinScope(Scopes.GLOBAL, 3, "incident", 0));
        topic.payloads.lose(3);
        topic.refresh();
        assertThat(topic.cached().resolve(CONSUMER)).isEqualTo(new Resolution(3, true, Scopes.GLOBAL));
        assertThat(topic.cached().offered(CONSUMER, 0)).isEqualTo(new Resolution(2, false, Scopes.GLOBAL));
        assertThat(topic.cached().offered(CONSUMER, 4)).isNull();
    }

    @Test
    void aStandInThatIsQuarantinedIsLeftAtOnce() {
        Deque<Runnable> waiting = new ArrayDeque<>();
        CheckedTopic slow = new CheckedTopic(waiting::add);
        for (int i = 0; i < 3; i++) {
            slow.publish(ALL);
        }
        slow.payloads.lose(3);
        slow.refresh();
        waiting.remove().run();
        assertThat(offered(slow)).isEqualTo(2);
        slow.commit(new QuarantineVersion(2, "poison"));
        slow.refresh();
        assertThat(offered(slow)).as("until it is known what stands in now").isZero();
        waiting.remove().run();
        assertThat(offered(slow)).isEqualTo(1);
    }

    @Test
    void whatIsFoundForAHeadThatWasReplacedMeanwhileIsFoundAnew() {
        Deque<Runnable> waiting = new ArrayDeque<>();
        CheckedTopic slow = new CheckedTopic(waiting::add);
        slow.publish(ALL);
        slow.publish(ALL);
        slow.payloads.lose(2);
        slow.refresh();
        slow.payloads.whenAsked(() -> {
            slow.commit(new HoldVersion(1, null, "audit", 0));
            slow.refresh();
        });
        waiting.remove().run();
        assertThat(slow.cached().revision()).isEqualTo(3);
        assertThat(offered(slow)).isEqualTo(1);
    }

    @Test
    void aStandInWhosePayloadGoesMissingTooIsReplaced() {
        publish(3);
        topic.payloads.lose(3);
        report(3);
        topic.payloads.lose(2);
        topic.again();
        assertThat(offered(0)).isEqualTo(1);
        topic.payloads.lose(1);
        report(1);
        assertThat(offered(0)).isZero();
    }

    @Test
    void aBetterStandInIsTakenOnceItsPayloadIsBack() {
        publish(3);
        topic.payloads.lose(3);
        topic.payloads.lose(2);
        report(3);
        assertThat(offered(0)).isEqualTo(1);
        topic.payloads.bringBack(2);
        topic.again();
        assertThat(offered(0)).isEqualTo(2);
    }

    @Test
    void onlyWhatNewlyDecidesIsLookedAtWhenATopicChanges() {
        publish(3);
        int asked = topic.payloads.asked();
        topic.commit(new HoldVersion(1, null, "audit", 0));
        topic.refresh();
        assertThat(topic.payloads.asked()).isEqualTo(asked);
        publish(1);
        assertThat(topic.payloads.asked()).isEqualTo(asked + 1);
    }

    @Test
    void topicsAreNotLookedAtWhileTheyAreLoaded() {
        CheckedTopic busy = new CheckedTopic(task -> {
            throw new AssertionError("looked at");
        });
        HeadCache loading = new HeadCache(busy.clock);
        Consistency consistency =
                new Consistency(loading, busy.log, busy.payloads, Runnable::run, busy.clock, new SimpleMeterRegistry());
        listen(loading, consistency);
        loading.put(TestHeads.head("t", 1, 1));
        assertThat(busy.payloads.asked()).isZero();
    }

    @Test
    void whatManyFailAtIsLookedAtOnceInAWhile() {
        publish(2);
        int asked = topic.payloads.asked();
        for (int i = 0; i < 1000; i++) {
            topic.consistency.suspect(CheckedTopic.TOPIC, 2);
        }
        assertThat(topic.payloads.asked()).isEqualTo(asked + 1);
        topic.clock.advance(Consistency.SUSPECTED_ONCE_IN.plusMillis(1));
        topic.consistency.suspect(CheckedTopic.TOPIC, 2);
        assertThat(topic.payloads.asked()).isEqualTo(asked + 2);
    }

    @Test
    void whatTheHeadDoesNotGiveToAnybodyIsNotLookedAt() {
        publish(2);
        int asked = topic.payloads.asked();
        topic.payloads.lose(1);
        topic.consistency.suspect(CheckedTopic.TOPIC, 1);
        topic.consistency.suspect("unknown", 1);
        assertThat(topic.payloads.asked()).isEqualTo(asked);
        assertThat(offered(0)).isEqualTo(2);
    }

    @Test
    void tooMuchAtOnceIsNotLookedAtAndHoldsNothingBack() {
        CheckedTopic full = new CheckedTopic(task -> {
            throw new RejectedExecutionException();
        });
        full.publish(ALL);
        full.payloads.lose(1);
        full.cache.listen((before, now) -> {});
        full.refresh();
        assertThat(full.consistency.changed(null, full.cached())).isCompleted();
        assertThat(offered(full)).isEqualTo(1);
        assertThat(full.meters.counter("octavo.held.back.unchecked").count()).isEqualTo(1);
    }

    @Test
    void aRoundLooksAtSoManyAndTheNextOneAtOthers() {
        int topics = 150;
        for (int i = 0; i < topics; i++) {
            topic.payloads.lose(1000 + i);
            topic.cache.put(TestHeads.head("many-" + i, 1, 1000 + i));
        }
        assertThat(gauge()).isEqualTo(topics);
        topic.clock.advance(Duration.ofSeconds(7));
        int asked = topic.payloads.asked();
        topic.consistency.round();
        assertThat(topic.payloads.asked() - asked).isEqualTo(50);
        topic.consistency.round();
        topic.consistency.round();
        assertThat(topic.payloads.asked() - asked).isEqualTo(150);
        topic.clock.advance(Duration.ofHours(-1));
        topic.consistency.round();
        assertThat(topic.payloads.asked() - asked).as("the clock was set back").isEqualTo(200);
    }

    @Test
    void whileTheLogIsAwayWhatTheHeadNamesStandsInAndLaterWhatTheLogSays() {
        TestClock clock = new TestClock();
        FaultyLog log = new FaultyLog(clock);
        HeadCache cache = new HeadCache(clock);
        MapPayloads payloads = new MapPayloads();
        Consistency consistency =
                new Consistency(cache, log, payloads, Runnable::run, clock, new SimpleMeterRegistry());
        listen(cache, consistency);
        cache.loaded();
        payloads.lose(3);
        log.logAway(true);
        cache.put(TestHeads.empty("t", 1)
                .addPublications(TestHeads.publication(3, "region=eu"))
                .addPublications(TestHeads.publication(1, "*"))
                .addVersions(TestHeads.direct(1))
                .addVersions(TestHeads.direct(3))
                .build());
        CachedTopic cached = requireNonNull(cache.get("t"));
        assertThat(cached.offered(CONSUMER, 0)).isEqualTo(new Resolution(1, false, Scopes.GLOBAL));
        log.logAway(false);
        log.commit(
                TestHeads.empty("t", 1).build(),
                List.of(
                        TestHeads.direct(1).toBuilder()
                                .addPublications(TestHeads.publication(1, "*"))
                                .build(),
                        TestHeads.direct(2).toBuilder()
                                .addPublications(TestHeads.publication(2, "region=eu"))
                                .build()));
        clock.advance(Duration.ofSeconds(7));
        consistency.round();
        assertThat(requireNonNull(cache.get("t")).offered(CONSUMER, 0))
                .isEqualTo(new Resolution(2, false, Scopes.parse("region=eu")));
    }

    @Test
    void aNumberThatIsUsedAgainAfterARestoreIsLookedAtAnew() {
        topic.payloads.lose(1);
        publish(1);
        assertThat(offered(0)).isZero();
        topic.cache.put(topic.head().toBuilder()
                .setEpoch(topic.head().getEpoch() + 1)
                .setVersions(0, TestHeads.direct(77).toBuilder().setVersion(1))
                .build());
        assertThat(offered(0)).isEqualTo(1);
        assertThat(gauge()).isZero();
    }

    private static void listen(HeadCache cache, Consistency consistency) {
        cache.listen((before, now) -> {
            var unused = consistency.changed(before, now);
        });
    }

    private void publish(int versions, String... scopes) {
        for (int i = 0; i < versions; i++) {
            topic.publish(
                    scopes.length == 0
                            ? ALL
                            : List.of(scopes).stream().map(Scopes::parse).toList());
        }
        topic.refresh();
    }

    /** Somebody failed to get it, a while after the last one. */
    private void report(long version) {
        topic.clock.advance(Consistency.SUSPECTED_ONCE_IN.plusMillis(1));
        topic.consistency.suspect(CheckedTopic.TOPIC, version);
    }

    private long offered(long running) {
        return version(topic.cached().offered(CONSUMER, running));
    }

    private long offered(Consumer consumer) {
        return version(topic.cached().offered(consumer, 0));
    }

    private static long offered(CheckedTopic topic) {
        return version(topic.cached().offered(CONSUMER, 0));
    }

    private static long version(@Nullable Resolution resolution) {
        return requireNonNull(resolution).version();
    }

    private Instant since(long version) {
        return requireNonNull(topic.cached().heldBack().of(version)).since();
    }

    private double gauge() {
        return topic.meters.get("octavo.held.back").gauge().value();
    }
}
