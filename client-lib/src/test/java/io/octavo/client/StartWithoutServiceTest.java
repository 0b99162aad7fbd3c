package io.octavo.client;

import static io.octavo.client.Harness.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.octavo.client.SubscriptionState.Phase;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.TopicState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts by the fallback cache, over HTTP with a store on loopback; and by overrides. */
class StartWithoutServiceTest {
    private final OctavoException away = OctavoException.passing("the service is away", null);

    @TempDir
    private Path directory;

    private final FakeBuckets buckets = new FakeBuckets();
    private final Topics exported = new Topics();

    StartWithoutServiceTest() throws IOException {}

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
        Harness harness = harness(Map.of());
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
    void theNewestHeadOfAllRegionsCountsAndARegionThatIsAwayIsDoneWithout() {
        exported.publish(TOPIC, "one");
        buckets.export("eu", exported, TOPIC);
        exported.publish(TOPIC, "two");
        buckets.export("us", exported, TOPIC);
        assertThat(started(withoutDisk()).get()).isEqualTo("two");
        buckets.away.add("octavo-us");
        assertThat(started(withoutDisk()).get()).isEqualTo("one");
    }

    @Test
    void whatThisMachineKnowsGoesBeforeAnOlderFallbackCache() {
        exported.publish(TOPIC, "one");
        buckets.export("eu", exported, TOPIC);
        Harness before = harness(Map.of());
        before.topics.publish(TOPIC, "one");
        before.topics.publish(TOPIC, "two");
        before.subscription().start();
        Subscription<String> subscription = started(harness(Map.of()));
        assertThat(subscription.get()).isEqualTo("two");
        assertThat(subscription.current().source()).isEqualTo(Source.DISK);
    }

    @Test
    void aHeadThatIsGoneWhenItIsReadHasBeenFollowedByAnother() {
        exported.publish(TOPIC, "one");
        buckets.export("eu", exported, TOPIC);
        exported.publish(TOPIC, "two");
        TopicHead second = exported.head(TOPIC);
        buckets.export("eu", exported, second);
        buckets.vanishing.add("octavo-eu/" + FakeBuckets.KEYS.head(second));
        Subscription<String> subscription = started(harness(Map.of()));
        assertThat(subscription.get()).as("listed again").isEqualTo("one");
    }

    @Test
    void aBrokenDownloadGoesOnWhereItEnded() {
        byte[] bytes = FollowingIT.random(300_000);
        exported.publish(TOPIC, bytes, Map.of());
        buckets.export("eu", exported, TOPIC);
        Harness harness = harness(Map.of());
        harness.down(away);
        Subscription<byte[]> subscription =
                harness.subscription(TOPIC, Deserializers.bytes()).start();
        // The head comes whole, and then the payload in three pieces.
        buckets.breaks.addAll(List.of(1 << 20, 100_000, 50_000));
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo(bytes);
    }

    @Test
    void corruptBytesAreRefusedAndTheErrorNamesEachStep() {
        exported.publish(TOPIC, "one");
        exported.corrupt(TOPIC, 1, "two".getBytes(StandardCharsets.UTF_8));
        buckets.export("eu", exported, TOPIC);
        Subscription<String> subscription = started(harness(Map.of()));
        assertThat(subscription.state().phase()).isEqualTo(Phase.FAILED);
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(subscription::get)
                .withMessageContainingAll("SHA-256", "service: the service is away");
    }

    @Test
    void regionsThatAreAwayAreNamedAndAfterAWhileNotAsked() {
        buckets.away.addAll(List.of("octavo-eu", "octavo-us"));
        Harness harness = harness(Map.of());
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
        assertThat(error(subscription)).contains("region eu: can't list: it failed repeatedly; not asked for a moment");
        buckets.away.clear();
        exported.publish(TOPIC, "one");
        buckets.export("eu", exported, TOPIC);
        harness.timers.advance(Duration.ofMinutes(2));
        assertThat(subscription.get()).isEqualTo("one");
    }

    @Test
    void whatTheFallbackCacheSaysIsUnpublishedIsTheDefaults() throws Exception {
        exported.publish(TOPIC, "one");
        exported.forgetPublication(TOPIC, 1);
        buckets.export("eu", exported, TOPIC);
        Harness harness = harness(Map.of());
        harness.down(away);
        Subscription<String> subscription =
                harness.subscription().defaultIfUnpublished("none").start();
        harness.nextPoll();
        assertThat(subscription.awaitValue(Duration.ofSeconds(1))).isEqualTo("none");
        assertThat(subscription.state().phase()).isEqualTo(Phase.UNRESOLVED);
    }

    @Test
    void olderVersionsAreTriedAsManyAsItWasSaidButNeverAQuarantinedOne() {
        for (String text : List.of("one", "two", "bad 3", "bad 4")) {
            exported.publish(TOPIC, text);
        }
        exported.quarantine(TOPIC, 2);
        buckets.export("eu", exported, TOPIC);
        List<Long> tried = new ArrayList<>();
        Deserializer<String> deserializer = payload -> {
            tried.add(payload.version());
            String text = Deserializers.utf8().deserialize(payload);
            if (text.startsWith("bad")) {
                throw new IllegalArgumentException(text);
            }
            return text;
        };
        Harness harness = harness(Map.of());
        harness.down(away);
        Subscription<String> strict =
                harness.subscription(TOPIC, deserializer).startOnOlder(1).start();
        Subscription<String> subscription =
                harness.subscription(TOPIC, deserializer).startOnOlder(2).start();
        harness.timers.advance(Duration.ofSeconds(6));
        assertThat(strict.state().phase()).isEqualTo(Phase.FAILED);
        assertThatExceptionOfType(OctavoException.class).isThrownBy(strict::get);
        assertThat(subscription.get()).isEqualTo("one");
        assertThat(subscription.state().phase()).as("4 is still wanted").isEqualTo(Phase.FAILED);
        assertThat(subscription.state().offered()).isEqualTo(4);
        assertThat(tried).contains(4L, 3L, 1L).doesNotContain(2L);
    }

    @Test
    void anOverrideWinsAndIsReported() {
        Harness before = harness(Map.of());
        before.topics.publish(TOPIC, "one");
        before.subscription().start();
        before.topics.publish(TOPIC, "two");
        before.nextPoll();

        Harness harness = harness(Map.of(TOPIC, 1L));
        harness.topics.publish(TOPIC, "one");
        harness.topics.publish(TOPIC, "two");
        Subscription<String> subscription = harness.subscription().start();
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("one");
        assertThat(subscription.current().source()).isEqualTo(Source.OVERRIDE);
        assertThat(subscription.state().phase()).isEqualTo(Phase.OVERRIDDEN);
        TopicState reported = harness.lastPoll().getTopics(0);
        assertThat(reported.getState()).isEqualTo(RunState.OVERRIDDEN);
        assertThat(reported.getVersion()).isEqualTo(1);
        harness.topics.publish(TOPIC, "three");
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("one");
    }

    @Test
    void anOverrideWorksByTheFallbackCacheAlone() {
        exported.publish(TOPIC, "one");
        exported.publish(TOPIC, "two");
        buckets.export("us", exported, TOPIC);
        Harness harness = harness(Map.of(TOPIC, 1L));
        harness.down(away);
        Subscription<String> subscription = harness.subscription().start();
        assertThat(subscription.get()).isEqualTo("one");
        Harness nowhere = harness(Map.of(TOPIC, 7L));
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(nowhere.subscription().start()::get)
                .withMessageContaining("version 7 of greeting is nowhere");
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

    private Harness harness(Map<String, Long> overrides) {
        return harness(directory, overrides);
    }

    private Harness withoutDisk() {
        return harness(null, Map.of());
    }

    private Harness harness(@Nullable Path cache, Map<String, Long> overrides) {
        return new Harness(new StartConfig(
                cache,
                10 << 20,
                2,
                List.of(buckets.region("eu"), buckets.region("us")),
                overrides,
                Duration.ofSeconds(5)));
    }
}
