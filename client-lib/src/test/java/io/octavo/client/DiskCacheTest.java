package io.octavo.client;

import static io.octavo.client.Harness.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.octavo.client.SubscriptionState.Phase;
import io.octavo.protocol.CachedTopic;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.TopicHead;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is kept on disk: the way back without a download, the start without anybody, and what goes wrong with files. */
class DiskCacheTest extends DiskCacheFixture {
    @Test
    void aWayBackToAVersionThatWasRunBeforeNeedsNoDownload() {
        Harness harness = harness();
        harness.topics.publish(TOPIC, "one");
        Subscription<String> subscription = harness.subscription().start();
        harness.topics.publish(TOPIC, "two");
        harness.nextPoll();
        assertThat(harness.counts.of("downloaded 3")).isEqualTo(2);
        harness.topics.ridesAlong(-1);
        harness.topics.pin(TOPIC, 1);
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("one");
        assertThat(harness.counts.of("downloaded 3")).isEqualTo(2);
        assertThat(harness.counts.of("reused 3")).isEqualTo(1);
    }

    @Test
    void aProcessThatFindsNobodyStartsWithWhatItRanLast() throws Exception {
        Harness before = harness();
        before.topics.publish(TOPIC, "one".getBytes(StandardCharsets.UTF_8), Map.of("k", "v"));
        before.subscription().start();

        Harness harness = harness();
        harness.down(OctavoException.passing(DOWN, null));
        List<String> heard = new ArrayList<>();
        Subscription<String> subscription = harness.subscription()
                .listener(snapshot -> heard.add(snapshot.value()))
                .start();
        harness.nextPoll();
        assertThat(subscription.awaitValue(Duration.ofSeconds(1))).isEqualTo("one");
        Snapshot<String> snapshot = subscription.current();
        assertThat(snapshot.source()).isEqualTo(Source.DISK);
        assertThat(snapshot.version()).isEqualTo(1);
        assertThat(snapshot.metadata()).containsEntry("k", "v");
        assertThat(snapshot.asOf()).isEqualTo(before.timers.instant());
        assertThat(subscription.state().phase()).isEqualTo(Phase.RUNNING);
        assertThat(heard).containsExactly("one");
        assertThat(harness.counts.of("reused 3")).isEqualTo(1);

        harness.down(null);
        harness.topics.publish(TOPIC, "one");
        harness.nextPoll();
        assertThat(subscription.current().source())
                .as("the service says the same")
                .isEqualTo(Source.SERVICE);
        harness.topics.publish(TOPIC, "two");
        harness.nextPoll();
        assertThat(heard).containsExactly("one", "two");
    }

    @Test
    void metricsTellWhereAValueIsFromAndForHowLongThatIsKnown() {
        Harness before = harness();
        before.topics.publish(TOPIC, "one");
        before.subscription().start();
        assertThat(before.counts.source).isEqualTo(Source.SERVICE);
        assertThat(before.counts.age).isZero();

        Harness harness = harness();
        harness.down(OctavoException.passing(DOWN, null));
        harness.subscription().start();
        assertThat(harness.counts.source).as("no value yet").isNull();
        harness.nextPoll();
        assertThat(harness.counts.source).isEqualTo(Source.DISK);
        Duration age = harness.counts.age;
        harness.nextPoll();
        assertThat(harness.counts.age).isGreaterThan(age);
        harness.topics.publish(TOPIC, "one");
        harness.down(null);
        harness.nextPoll();
        assertThat(harness.counts.source).isEqualTo(Source.SERVICE);
        assertThat(harness.counts.age).isLessThan(Harness.PERIOD.plusSeconds(4));
    }

    @Test
    void aServiceThatIsSilentIsWaitedForOnlySoLong() {
        Harness before = harness();
        before.topics.publish(TOPIC, "one");
        before.subscription().start();

        Harness harness = new Harness(start(10 << 20), request -> new CompletableFuture<>());
        Subscription<String> subscription = harness.subscription().start();
        harness.timers.advance(Duration.ofMillis(4900));
        assertThat(subscription.state().phase()).isEqualTo(Phase.STARTING);
        harness.timers.advance(Duration.ofMillis(200));
        assertThat(subscription.get()).isEqualTo("one");
    }

    @Test
    void theMarkSurvivesSoThatAnOlderNodeMovesNobodyBack() {
        Harness before = harness();
        before.topics.publish(TOPIC, "one");
        TopicHead old = before.topics.head(TOPIC);
        before.topics.publish(TOPIC, "two");
        before.subscription().start();

        Harness harness = harness();
        harness.down(OctavoException.passing(DOWN, null));
        Subscription<String> subscription = harness.subscription().start();
        harness.nextPoll();
        harness.topics.publish(TOPIC, "one");
        harness.down(null);
        harness.nextPoll();
        assertThat(harness.lastPoll().getTopics(0).getRevision()).isEqualTo(2);
        assertThat(old.getRevision()).isEqualTo(1);
        assertThat(subscription.get())
                .as("revision 1 is older than what it has heard")
                .isEqualTo("two");
    }

    @Test
    void whatStoodAtTheMarkIsRunAlsoWhenTheHeadOnDiskIsOlder() {
        Harness before = harness();
        before.topics.publish(TOPIC, "one");
        Subscription<String> subscription = before.<String>subscription(TOPIC, payload -> {
                    String text = Deserializers.utf8().deserialize(payload);
                    if (text.equals("bad")) {
                        throw new IllegalArgumentException("can't read this");
                    }
                    return text;
                })
                .start();
        before.topics.publish(TOPIC, "bad");
        before.nextPoll();
        before.topics.pin(TOPIC, 1);
        before.nextPoll();
        assertThat(subscription.state().phase())
                .as("the service said: 1 stands")
                .isEqualTo(Phase.RUNNING);

        Harness harness = harness();
        harness.down(OctavoException.passing(DOWN, null));
        Subscription<String> again = harness.subscription().start();
        harness.nextPoll();
        assertThat(again.get()).isEqualTo("one");
        assertThat(again.state()).isEqualTo(new SubscriptionState(Phase.RUNNING, 1, 0, null));
        assertThat(again.current().revision()).isEqualTo(3);
    }

    @Test
    void whenNobodyHasAnythingTheErrorNamesEachStep() {
        Harness harness = harness();
        harness.down(OctavoException.passing(DOWN, null));
        Subscription<String> subscription = harness.subscription().start();
        harness.nextPoll();
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(subscription::get)
                .withMessage("no value of topic greeting: service: " + DOWN
                        + "; fallback cache: none is configured; cache directory: nothing is known there of this topic"
                        + "; no default is given");
        assertThat(harness.subscription().defaultOnError("d").start().get()).isEqualTo("d");
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(() ->
                        harness.subscription().defaultIfUnpublished("d").start().get());
    }

    @Test
    void aVersionThatCannotBeReadAtTheStartIsStoodInForByTheOneThatWasRunBefore() {
        Harness before = harness();
        before.topics.publish(TOPIC, "one");
        before.subscription().start();

        Harness harness = harness();
        harness.down(OctavoException.passing(DOWN, null));
        Subscription<String> subscription = harness.<String>subscription(TOPIC, payload -> {
                    String text = Deserializers.utf8().deserialize(payload);
                    if (text.equals("bad")) {
                        throw new IllegalArgumentException("can't read this");
                    }
                    return text;
                })
                .start();
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("one");
        harness.topics.publish(TOPIC, "one");
        harness.topics.publish(TOPIC, "bad");
        harness.down(null);
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("one");
        assertThat(subscription.state().phase()).isEqualTo(Phase.FAILED);
        assertThat(subscription.state().offered()).isEqualTo(2);
    }

    @Test
    void flippedAndTruncatedFilesAreRemovedCountedAndDownloadedAgain() throws Exception {
        for (boolean truncated : new boolean[] {true, false}) {
            Harness before = harness();
            before.topics.publish(TOPIC, "some words");
            before.subscription().start();
            for (Path file : files("payloads")) {
                byte[] bytes = Files.readAllBytes(file);
                bytes[3] ^= 1;
                Files.write(file, truncated ? Arrays.copyOf(bytes, 4) : bytes);
            }
            Harness harness = harness();
            harness.topics.publish(TOPIC, "some words");
            assertThat(harness.subscription().start().get()).isEqualTo("some words");
            assertThat(harness.counts.of("CACHE")).isEqualTo(1);
            assertThat(harness.counts.of("downloaded 10")).isEqualTo(1);
            for (Path file : files("topics")) {
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length - 1] ^= 1;
                Files.write(file, truncated ? Arrays.copyOf(bytes, 20) : bytes);
            }
            Harness again = harness();
            again.down(OctavoException.passing(DOWN, null));
            Subscription<String> subscription =
                    again.subscription().defaultValue("default").start();
            again.nextPoll();
            assertThat(subscription.get()).isEqualTo("default");
            assertThat(again.counts.of("CACHE")).isEqualTo(1);
        }
    }

    @Test
    void anotherConsumerStartsFreshAndSharesThePayload() throws Exception {
        Harness before = harness();
        before.topics.publish(TOPIC, "one");
        before.subscription().start();
        Path theirs = files("topics").get(0);
        TopicFiles topics = new TopicFiles(directory);
        Consumer other = Consumer.newBuilder()
                .setRegion("eu")
                .setApp("other")
                .setInstance("one")
                .build();
        assertThat(topics.file(other, TOPIC)).isNotEqualTo(theirs);
        assertThat(topics.read(other, TOPIC)).isNull();
        Files.createDirectories(topics.file(other, TOPIC).getParent());
        Files.copy(theirs, topics.file(other, TOPIC));
        assertThat(topics.read(other, TOPIC)).as("somebody else's").isNull();
    }

    @Test
    void whatWasQuarantinedWhileItWasInUseStandsInForNothingLater() {
        Harness before = harness();
        before.topics.publish(TOPIC, "one");
        Subscription<String> subscription =
                before.subscription(TOPIC, DiskCacheTest::readable).start();
        before.topics.quarantine(TOPIC, 1);
        before.nextPoll();
        before.topics.publish(TOPIC, "bad");
        // A head that names only what is above it doesn't say that it is withdrawn.
        before.topics.forge(offer -> offer.toBuilder()
                .setHead(offer.getHead().toBuilder()
                        .clearWithdrawn()
                        .clearVersions()
                        .addAllVersions(offer.getHead().getVersionsList().stream()
                                .filter(record -> record.getVersion() == 2)
                                .toList()))
                .build());
        before.nextPoll();
        assertThat(subscription.get()).isEqualTo("one");

        Harness later = harness();
        later.down(OctavoException.passing(DOWN, null));
        Subscription<String> next =
                later.subscription(TOPIC, DiskCacheTest::readable).start();
        later.nextPoll();
        assertThat(next.state().phase()).isEqualTo(Phase.FAILED);
        assertThatExceptionOfType(OctavoException.class).isThrownBy(next::get).withMessageContaining("version 2");
    }

    private static String readable(Payload payload) throws Exception {
        String text = Deserializers.utf8().deserialize(payload);
        if (text.equals("bad")) {
            throw new IllegalArgumentException("can't read this");
        }
        return text;
    }

    @Test
    void whatWasOvertakenTakesNobodysPlace() throws Exception {
        Deque<Runnable> steps = new ArrayDeque<>();
        Harness harness = new Harness(steps::add, start(10 << 20));
        harness.topics.publish(TOPIC, "one");
        harness.subscription().start();
        runAll(steps);
        harness.topics.publish(TOPIC, "two");
        harness.nextPoll();
        runAll(steps);
        assertThat(kept()).containsExactly(2L, 1L);
        harness.topics.publish(TOPIC, "three");
        harness.nextPoll();
        harness.topics.publish(TOPIC, "four");
        harness.nextPoll();
        runAll(steps);
        assertThat(kept()).containsExactly(4L, 2L);

        CachedTopic known =
                Objects.requireNonNull(TopicFiles.read(files("topics").get(0)), "known");
        DiskCache disk = harness.machinery.disk();
        LoadedPayload gone = Objects.requireNonNull(disk.find(TOPIC, known.getGood(0)), "payload");
        gone.delete();
        for (Path file : files("payloads")) {
            Files.delete(file);
        }
        assertThat(disk.put(gone)).as("it was let go").isFalse();
    }

    private static void runAll(Deque<Runnable> steps) {
        for (Runnable step = steps.poll(); step != null; step = steps.poll()) {
            step.run();
        }
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsDoneWithout() throws Exception {
        Path file = Files.createFile(directory.resolve("no-directory"));
        Harness harness = new Harness(new StartConfig(file, 1 << 20, 2, List.of(), Map.of(), Duration.ofSeconds(5)));
        byte[] large = new byte[2 << 20];
        harness.topics.ridesAlong(4 << 20);
        harness.topics.publish(TOPIC, large, Map.of());
        Subscription<byte[]> subscription =
                harness.subscription(TOPIC, Deserializers.bytes()).start();
        assertThat(subscription.get()).isEqualTo(large);
    }

    @Test
    void aVersionThatCannotBeReadIsDownloadedOnce() {
        int size = 2 << 20;
        AtomicInteger attempts = new AtomicInteger();
        Harness harness = harness();
        harness.topics.ridesAlong(4 << 20);
        harness.topics.publish(TOPIC, new byte[size], Map.of());
        Subscription<byte[]> subscription = harness.<byte[]>subscription(TOPIC, payload -> {
                    if (attempts.incrementAndGet() <= 3) {
                        throw new IllegalArgumentException("can't read this yet");
                    }
                    return Deserializers.bytes().deserialize(payload);
                })
                .start();
        harness.timers.advance(Duration.ofMinutes(5));
        assertThat(subscription.get()).hasSize(size);
        assertThat(harness.counts.of("downloaded " + size)).isEqualTo(1);
        assertThat(harness.counts.of("reused " + size)).isEqualTo(3);
        assertThat(harness.counts.of("CACHE")).isZero();
    }
}
