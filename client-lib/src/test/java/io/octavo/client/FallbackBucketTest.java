package io.octavo.client;

import static io.octavo.client.Harness.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.octavo.client.SubscriptionState.Phase;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Starts by the fallback cache, over HTTP with a store on loopback. */
class FallbackBucketTest {
    private final OctavoException away = OctavoException.passing("the service is away", null);
    private final FakeBuckets buckets = new FakeBuckets();
    private final Topics exported = new Topics();

    FallbackBucketTest() throws IOException {}

    @AfterEach
    void close() {
        buckets.close();
    }

    @Test
    void aNewProcessStartsFromTheFallbackCacheAndGoesOnWithTheService() {
        exported.publish(TOPIC, "one");
        buckets.export("eu", exported, TOPIC);
        Instant complete = Instant.parse("2026-01-01T00:00:00Z");
        buckets.objects.put("octavo-eu/" + FakeBuckets.KEYS.mark(complete.toEpochMilli()), new byte[] {1});
        Harness harness = harness();
        harness.down(away);
        Subscription<String> subscription = harness.subscription().start();
        assertThat(subscription.state().phase()).as("one poll may fail").isEqualTo(Phase.STARTING);
        harness.nextPoll();
        Snapshot<String> snapshot = subscription.current();
        assertThat(snapshot.value()).isEqualTo("one");
        assertThat(snapshot.source()).isEqualTo(Source.FALLBACK);
        assertThat(snapshot.asOf()).isEqualTo(complete);
        assertThat(snapshot.revision()).isEqualTo(1);
        harness.topics.publish(TOPIC, "one");
        harness.topics.publish(TOPIC, "two");
        harness.down(null);
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("two");
        assertThat(subscription.current().source()).isEqualTo(Source.SERVICE);
    }

    @Test
    void aHeadThatIsGoneWhenItIsReadHasBeenFollowedByAnother() {
        exported.publish(TOPIC, "one");
        buckets.export("eu", exported, TOPIC);
        exported.publish(TOPIC, "two");
        TopicHead second = exported.head(TOPIC);
        buckets.export("eu", exported, second);
        buckets.vanishing.add("octavo-eu/" + FakeBuckets.KEYS.head(second));
        Subscription<String> subscription = started(harness());
        assertThat(subscription.get()).as("listed again").isEqualTo("one");
    }

    @Test
    void anEmptyPageOfAListIsNotItsEnd() {
        exported.publish(TOPIC, "one");
        buckets.export("eu", exported, TOPIC);
        buckets.emptyPages = 2;
        assertThat(started(harness()).get()).isEqualTo("one");
    }

    @Test
    void aListThatHasNoEndIsAFailure() {
        exported.publish(TOPIC, "one");
        buckets.export("eu", exported, TOPIC);
        buckets.emptyPages = Integer.MAX_VALUE;
        Harness harness = harness();
        harness.down(away);
        Subscription<String> subscription = harness.subscription().start();
        harness.nextPoll();
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(subscription::get)
                .withMessageContaining("only empty pages, 10 of them");
    }

    @Test
    void aBrokenDownloadGoesOnWhereItEnded() {
        byte[] bytes = FollowingIT.random(300_000);
        exported.publish(TOPIC, bytes, Map.of());
        buckets.export("eu", exported, TOPIC);
        Harness harness = harness();
        harness.down(away);
        Subscription<byte[]> subscription =
                harness.subscription(TOPIC, Deserializers.bytes()).start();
        // The head comes whole, and then the payload in three pieces.
        buckets.breaks.addAll(List.of(1 << 20, 100_000, 50_000));
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo(bytes);
    }

    @Test
    void regionsThatAreAwayAreNamedAndAfterAWhileNotAsked() {
        buckets.away.addAll(List.of("octavo-eu", "octavo-us"));
        Harness harness = harness();
        Subscription<String> subscription = started(harness);
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(subscription::get)
                .withMessageContainingAll(
                        "service: the service is away",
                        "fallback cache: region eu: can't list: answered with 500",
                        "region us: can't list: answered with 500",
                        "cache directory: nothing is known");
        for (int second = 0; second < 120 && !error(subscription).contains("not asked for a moment"); second++) {
            harness.timers.advance(Duration.ofSeconds(1));
        }
        assertThat(error(subscription))
                .containsPattern("region eu: can't list: .+: it failed repeatedly; not asked for a moment");
        buckets.away.clear();
        exported.publish(TOPIC, "one");
        buckets.export("eu", exported, TOPIC);
        harness.timers.advance(Duration.ofMinutes(2));
        assertThat(subscription.get()).isEqualTo("one");
    }

    @Test
    void errorsOfThisProcessKeepNoRegionFromBeingAskedAgain() {
        exported.publish(TOPIC, "one");
        buckets.export("eu", exported, TOPIC);
        FakeTimers timers = new FakeTimers();
        CircuitBreaker breaker = Breakers.of("eu", timers);
        Limits limits = Limits.of(Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofSeconds(30), Duration.ZERO);
        breaker.transitionToOpenState();
        breaker.transitionToHalfOpenState();
        try (FallbackBucket bucket = new FallbackBucket(buckets.region("eu"), limits, null, breaker);
                PayloadSink sink = sink()) {
            for (int i = 0; i < 3; i++) {
                assertThatExceptionOfType(LinkageError.class)
                        .isThrownBy(() -> bucket.readDirect(1, sink(), () -> {
                            throw new LinkageError("by the test");
                        }));
            }
            bucket.readDirect(1, sink, () -> false);
            assertThat(sink.isComplete()).isTrue();
        }
    }

    private PayloadSink sink() {
        VersionRecord record = exported.head(TOPIC).getVersions(0);
        return new PayloadSink(TOPIC, record, record.getParts(0), new WorkDirectory(null));
    }

    private static String error(Subscription<String> subscription) {
        return String.valueOf(subscription.state().error());
    }

    private Subscription<String> started(Harness harness) {
        harness.down(away);
        Subscription<String> subscription = harness.subscription().start();
        harness.timers.advance(Duration.ofSeconds(3));
        return subscription;
    }

    private Harness harness() {
        return new Harness(new StartConfig(
                null,
                10 << 20,
                2,
                List.of(buckets.region("eu"), buckets.region("us")),
                Map.of(),
                Duration.ofSeconds(5)));
    }
}
