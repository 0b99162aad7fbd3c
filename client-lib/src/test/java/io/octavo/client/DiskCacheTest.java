package io.octavo.client;

import static io.octavo.client.Harness.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.octavo.client.SubscriptionState.Phase;
import io.octavo.protocol.CachedTopic;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept on disk: the way back without a download, the start without anybody, and what goes wrong with files. */
class DiskCacheTest {
    private static final String DOWN = "the service is away";

    @TempDir
    private Path directory;

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
    void onlyTheLastOnesAndThePinnedOneAreKept() throws Exception {
        Harness harness = harness();
        harness.topics.publish(TOPIC, "one");
        harness.topics.publish(TOPIC, "two");
        harness.topics.publish(TOPIC, "three");
        Subscription<String> subscription = harness.subscription().start();
        for (long version : new long[] {2, 3, 1}) {
            harness.topics.pin(TOPIC, version);
            harness.nextPoll();
            assertThat(subscription.current().version()).isEqualTo(version);
        }
        assertThat(kept()).containsExactly(1L, 3L, 2L);
        harness.topics.unpin(TOPIC);
        harness.nextPoll();
        assertThat(kept()).containsExactly(3L, 1L);
    }

    @Test
    void whatIsKnownToBeBadIsNotKept() throws Exception {
        Harness harness = harness();
        harness.topics.publish(TOPIC, "one");
        Subscription<String> subscription = harness.subscription().start();
        harness.topics.publish(TOPIC, "two");
        harness.nextPoll();
        harness.topics.quarantine(TOPIC, 2);
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("one");
        assertThat(kept()).containsExactly(1L);
    }

    @Test
    void whatIsInUseIsKeptThoughItIsBadForThatMayBeTakenBack() throws Exception {
        Harness harness = harness();
        harness.topics.publish(TOPIC, "one");
        TopicHead good = harness.topics.head(TOPIC);
        Subscription<String> subscription = harness.subscription().start();
        harness.topics.quarantine(TOPIC, 1);
        harness.nextPoll();
        assertThat(subscription.get()).as("there is no other").isEqualTo("one");
        harness.topics.restore(good);
        harness.nextPoll();
        Harness later = harness();
        later.down(OctavoException.passing(DOWN, null));
        Subscription<String> next = later.subscription().start();
        later.nextPoll();
        assertThat(next.get()).isEqualTo("one");
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
    void whatAFullDiskCouldNotTakeIsKeptWhenItCan() throws Exception {
        Path payloads = Files.createFile(directory.resolve("payloads"));
        Path topics = Files.createFile(directory.resolve("topics"));
        Harness before = harness();
        before.topics.publish(TOPIC, "one");
        assertThat(before.subscription().start().get()).isEqualTo("one");
        before.nextPoll();
        assertThat(payloads).isRegularFile();
        Files.delete(payloads);
        Files.delete(topics);
        before.nextPoll();
        assertThat(kept()).containsExactly(1L);

        Harness later = harness();
        later.down(OctavoException.passing(DOWN, null));
        Subscription<String> next = later.subscription().start();
        later.nextPoll();
        assertThat(next.get()).isEqualTo("one");
    }

    @Test
    void whatIsKnownAndCouldNotBeWrittenIsWrittenWhenItCan() throws Exception {
        Path topics = Files.createFile(directory.resolve("topics"));
        Harness harness = harness();
        harness.topics.publish(TOPIC, "one");
        harness.subscription().start();
        harness.nextPoll();
        Files.delete(topics);
        harness.nextPoll();
        assertThat(kept()).containsExactly(1L);
    }

    @Test
    void whatWaitsForPlaceOnAFullDiskIsBoundedAndGoesWithItsSubscription() throws Exception {
        Files.createFile(directory.resolve("payloads"));
        Harness harness = harness();
        DiskCache disk = harness.machinery.disk();
        assertThat(disk.mayWait((64 << 20) - 2)).isTrue();
        harness.topics.publish("large", "one");
        harness.subscription("large", Deserializers.utf8()).start();
        assertThat(disk.mayWait(2)).as("it found no room").isTrue();
        disk.goes(2);
        harness.topics.publish("small", "x");
        Subscription<String> small =
                harness.subscription("small", Deserializers.utf8()).start();
        assertThat(disk.mayWait(2)).isFalse();
        small.close();
        assertThat(disk.mayWait(2)).isTrue();
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
    void whatWasRunLongestAgoGoesWhenThereIsTooMuch() throws Exception {
        Harness harness = new Harness(start(3 << 20));
        harness.topics.ridesAlong(4 << 20);
        for (int i = 0; i < 6; i++) {
            byte[] bytes = new byte[1 << 20];
            bytes[0] = (byte) i;
            harness.topics.publish("t" + i, bytes, Map.of());
            harness.subscription("t" + i, Deserializers.bytes()).start();
        }
        assertThat(sizeOf("payloads")).isBetween(2L << 20, 3L << 20);
        Harness later = new Harness(start(3 << 20));
        later.down(OctavoException.passing(DOWN, null));
        Subscription<byte[]> last =
                later.subscription("t5", Deserializers.bytes()).start();
        later.nextPoll();
        assertThat(last.get()[0]).isEqualTo((byte) 5);
    }

    @Test
    void aFileThatIsInUseCountsOnce() throws Exception {
        Harness harness = new Harness(start(3 << 20));
        harness.topics.ridesAlong(4 << 20);
        harness.topics.publish(TOPIC, new byte[2 << 20], Map.of());
        Subscription<Path> subscription =
                harness.subscription(TOPIC, Deserializers.file()).start();
        CachedTopic known =
                Objects.requireNonNull(TopicFiles.read(files("topics").get(0)), "known");
        harness.timers.advance(Duration.ofMinutes(11));
        harness.machinery.disk().write(known);
        assertThat(subscription.get()).hasSize(2 << 20);
        assertThat(sizeOf("payloads")).isEqualTo(2 << 20);
        assertThat(files("topics")).hasSize(1);
    }

    @Test
    void whatATopicThatStaysNamesStaysToo() throws Exception {
        Harness harness = new Harness(start(3 << 20));
        harness.topics.ridesAlong(4 << 20);
        byte[] shared = {1};
        byte[][] payloads = {Arrays.copyOf(shared, 1 << 20), new byte[1 << 20], Arrays.copyOf(shared, 1 << 20)};
        for (int i = 0; i < payloads.length; i++) {
            harness.topics.publish("t" + i, payloads[i], Map.of());
            harness.subscription("t" + i, Deserializers.bytes()).start();
        }
        for (Path file : files("topics")) {
            String name = String.valueOf(file.getFileName());
            Files.setLastModifiedTime(
                    file, FileTime.from(harness.timers.instant().plusSeconds(name.charAt(1))));
        }
        harness.topics.publish("t3", new byte[3 << 19], Map.of());
        harness.subscription("t3", Deserializers.bytes()).start();

        Harness later = new Harness(start(3 << 20));
        later.down(OctavoException.passing(DOWN, null));
        Subscription<byte[]> newest =
                later.subscription("t2", Deserializers.bytes()).start();
        later.nextPoll();
        assertThat(newest.get()).isEqualTo(payloads[2]);
        assertThat(files("topics"))
                .extracting(file -> String.valueOf(file.getFileName()))
                .containsExactlyInAnyOrder("t2", "t3");
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

    @Test
    void thousandsOfSmallPayloadsAreNotKeptForTenMinutes() throws Exception {
        Harness harness = harness();
        DiskCache disk = harness.machinery.disk();
        harness.topics.publish(TOPIC, "one");
        harness.subscription().start();
        Path unneeded =
                Files.createDirectories(directory.resolve("payloads/aa")).resolve("aa");
        Files.createFile(unneeded);
        Files.setLastModifiedTime(unneeded, FileTime.from(harness.timers.instant()));
        CachedTopic known =
                Objects.requireNonNull(TopicFiles.read(files("topics").get(0)), "known");
        LoadedPayload payload = Objects.requireNonNull(disk.find(TOPIC, known.getGood(0)), "payload");
        for (int i = 0; i < 500; i++) {
            disk.put(payload);
        }
        disk.write(known);
        assertThat(unneeded).as("tidied a moment ago").exists();
        harness.timers.advance(Duration.ofMinutes(2));
        disk.write(known);
        assertThat(unneeded).as("after many payloads").doesNotExist();

        Files.createFile(unneeded);
        Files.setLastModifiedTime(unneeded, FileTime.from(harness.timers.instant()));
        harness.timers.advance(Duration.ofMinutes(2));
        disk.write(known);
        assertThat(unneeded).as("after none").exists();
    }

    private List<Long> kept() throws IOException {
        CachedTopic known =
                Objects.requireNonNull(TopicFiles.read(files("topics").get(0)), "known");
        return known.getGoodList().stream().map(VersionRecord::getVersion).toList();
    }

    private long sizeOf(String folder) throws IOException {
        long size = 0;
        for (Path file : files(folder)) {
            size += Files.size(file);
        }
        return size;
    }

    private List<Path> files(String folder) throws IOException {
        try (Stream<Path> all = Files.walk(directory.resolve(folder))) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private Harness harness() {
        return new Harness(start(10 << 20));
    }

    private StartConfig start(long limit) {
        return new StartConfig(directory, limit, 2, List.of(), Map.of(), Duration.ofSeconds(5));
    }
}
