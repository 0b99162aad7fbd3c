package io.octavo.client;

import static io.octavo.client.Harness.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.CachedTopic;
import io.octavo.protocol.TopicHead;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What is kept in the cache directory, and what goes from it. */
class CacheContentsTest extends DiskCacheFixture {
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
}
