package io.octavo.client;

import static io.octavo.client.Harness.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.octavo.client.SubscriptionState.Phase;
import io.octavo.protocol.Offer;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts by the fallback cache, the disk, and overrides; {@link FallbackBucketTest} is about a real store. */
class StartWithoutServiceTest {
    private final OctavoException away = OctavoException.passing("the service is away", null);

    @TempDir
    private Path directory;

    private final Topics exported = new Topics();
    private final MemoryRegion eu = new MemoryRegion("eu", exported);
    private final MemoryRegion us = new MemoryRegion("us", exported);

    @Test
    void theNewestHeadOfAllRegionsCountsAndARegionThatIsAwayIsDoneWithout() {
        exported.publish(TOPIC, "one");
        eu.put(exported.head(TOPIC));
        exported.publish(TOPIC, "two");
        us.put(exported.head(TOPIC));
        assertThat(started(withoutDisk()).get()).isEqualTo("two");
        us.away(true);
        assertThat(started(withoutDisk()).get()).isEqualTo("one");
    }

    @Test
    void whatThisMachineKnowsGoesBeforeAnOlderFallbackCache() {
        exported.publish(TOPIC, "one");
        eu.put(exported.head(TOPIC));
        Harness before = harness(Map.of());
        before.topics.publish(TOPIC, "one");
        before.topics.publish(TOPIC, "two");
        before.subscription().start();
        Subscription<String> subscription = started(harness(Map.of()));
        assertThat(subscription.get()).isEqualTo("two");
        assertThat(subscription.current().source()).isEqualTo(Source.DISK);
    }

    @Test
    void aRegionWhoseClientIsBrokenLeavesTheDisk() {
        Harness before = harness(Map.of());
        before.topics.publish(TOPIC, "one");
        before.subscription().start();
        eu.listing = new NoClassDefFoundError("a class of the S3 client, by the test");
        Subscription<String> subscription = started(harness(Map.of()));
        assertThat(subscription.get()).isEqualTo("one");
        assertThat(subscription.current().source()).isEqualTo(Source.DISK);
    }

    @Test
    void whatBreaksBesideTheLookUpIsSaidAndTriedAgain() {
        exported.publish(TOPIC, "one");
        eu.put(exported.head(TOPIC));
        eu.reading = new NoSuchMethodError("of the S3 client, by the test");
        Harness harness = withoutDisk();
        Subscription<String> subscription = started(harness);
        assertThat(subscription.state().phase()).isEqualTo(Phase.FAILED);
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(subscription::get)
                .withMessageContaining("of the S3 client");
        eu.reading = null;
        harness.timers.advance(Duration.ofMinutes(1));
        assertThat(subscription.get()).isEqualTo("one");
    }

    @Test
    void aNodeThatIsStaleAndOffersNothingIsNotBelievedThatThereIsNothing() {
        Harness before = harness(Map.of());
        before.topics.publish(TOPIC, "one");
        before.topics.publish(TOPIC, "two");
        before.subscription().start();
        List<PollRequest> asked = new ArrayList<>();
        Harness harness = new Harness(start(directory, Map.of()), List.of(eu, us), request -> {
            asked.add(request);
            return CompletableFuture.completedFuture(
                    PollResponse.newBuilder().setStale(true).build());
        });
        Subscription<String> subscription =
                harness.subscription().defaultIfUnpublished("none").start();
        assertThat(subscription.state().phase()).isEqualTo(Phase.STARTING);
        Subscription<String> fresh = harness.subscription("fresh", Deserializers.utf8())
                .defaultIfUnpublished("none")
                .start();
        harness.timers.advance(Duration.ofSeconds(5));
        assertThat(subscription.get()).isEqualTo("two");
        assertThat(subscription.current().source()).isEqualTo(Source.DISK);
        assertThat(fresh.state().phase())
                .as("it may be newer than what the node has")
                .isEqualTo(Phase.STARTING);
        harness.nextPoll();
        TopicState told = asked.get(asked.size() - 1).getTopics(0);
        assertThat(told.getVersion()).isEqualTo(2);
        assertThat(told.getRevision()).as("the mark stays").isEqualTo(2);
    }

    @Test
    void theSilenceOfANodeThatIsStaleOrBehindConfirmsNothing() {
        Harness before = harness(Map.of());
        before.topics.publish(TOPIC, "one");
        before.topics.publish(TOPIC, "two");
        before.subscription().start();
        AtomicReference<PollResponse> answer =
                new AtomicReference<>(PollResponse.newBuilder().setStale(true).build());
        Harness harness = new Harness(
                start(directory, Map.of()), List.of(), request -> CompletableFuture.completedFuture(answer.get()));
        Subscription<String> subscription = harness.subscription().start();
        harness.timers.advance(Duration.ofMinutes(2));
        assertThat(subscription.get()).isEqualTo("two");
        assertThat(subscription.current().source()).isEqualTo(Source.DISK);
        assertThat(harness.counts.age).as("since it was heard").isGreaterThan(Duration.ofSeconds(80));
        answer.set(PollResponse.newBuilder()
                .addOffers(Offer.newBuilder()
                        .setTopic(TOPIC)
                        .setEpoch(exported.head(TOPIC).getEpoch())
                        .setRevision(1)
                        .setVersion(2))
                .build());
        harness.timers.advance(Duration.ofMinutes(2));
        assertThat(subscription.current().source()).isEqualTo(Source.DISK);
        assertThat(subscription.current().asOf()).isEqualTo(before.timers.instant());
        assertThat(harness.counts.age).isGreaterThan(Duration.ofMinutes(3));
        answer.set(PollResponse.getDefaultInstance());
        harness.nextPoll();
        assertThat(subscription.current().source()).isEqualTo(Source.SERVICE);
        assertThat(subscription.current().asOf()).isAfter(before.timers.instant());
    }

    @Test
    void wrongBytesOfOneRegionAreLeftForThoseOfAnother() {
        Topics wrong = new Topics();
        wrong.publish(TOPIC, "one");
        wrong.corrupt(TOPIC, 1, "two".getBytes(StandardCharsets.UTF_8));
        exported.publish(TOPIC, "one");
        MemoryRegion corrupt = new MemoryRegion("eu", wrong);
        corrupt.put(wrong.head(TOPIC));
        us.put(exported.head(TOPIC));
        Harness harness = new Harness(start(null, Map.of()), List.of(corrupt, us));
        assertThat(started(harness).get()).isEqualTo("one");
    }

    @Test
    void corruptBytesAreRefusedAndTheErrorNamesEachStep() {
        exported.publish(TOPIC, "one");
        exported.corrupt(TOPIC, 1, "two".getBytes(StandardCharsets.UTF_8));
        eu.put(exported.head(TOPIC));
        Subscription<String> subscription = started(harness(Map.of()));
        assertThat(subscription.state().phase()).isEqualTo(Phase.FAILED);
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(subscription::get)
                .withMessageContainingAll("SHA-256", "service: the service is away");
    }

    @Test
    void whatTheFallbackCacheSaysIsUnpublishedIsTheDefaults() throws Exception {
        exported.publish(TOPIC, "one");
        exported.forgetPublication(TOPIC, 1);
        eu.put(exported.head(TOPIC));
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
        eu.put(exported.head(TOPIC));
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
        us.put(exported.head(TOPIC));
        Harness harness = harness(Map.of(TOPIC, 1L));
        harness.down(away);
        Subscription<String> subscription = harness.subscription().start();
        assertThat(subscription.get()).isEqualTo("one");
        Harness nowhere = harness(Map.of(TOPIC, 7L));
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(nowhere.subscription().start()::get)
                .withMessageContaining("version 7 of greeting is nowhere");
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
        return new Harness(start(cache, overrides), List.of(eu, us));
    }

    private static StartConfig start(@Nullable Path cache, Map<String, Long> overrides) {
        return new StartConfig(cache, 10 << 20, 2, List.of(), overrides, Duration.ofSeconds(5));
    }
}
