package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.octavo.client.SubscriptionState.Phase;
import io.octavo.protocol.PollRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FollowingIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final TestServer server = new TestServer().start();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void whatIsPublishedArrives() throws Exception {
        try (OctavoClient client = server.client().who("tester@home").build()) {
            Subscription<String> subscription =
                    client.subscription("greeting", Deserializers.utf8()).start();
            List<String> heard = new CopyOnWriteArrayList<>();
            subscription.listen(snapshot -> heard.add(snapshot.value()));
            Published first = client.publish("greeting").metadata("k", "v").string("hello");
            assertThat(subscription.awaitValue(SOON)).isEqualTo("hello");
            assertThat(first.version()).isEqualTo(1);
            assertThat(subscription.current().metadata()).isEqualTo(Map.of("k", "v"));
            client.publish("greeting").string("hello again");
            await().until(() -> subscription.get().equals("hello again"));
            await().until(() -> heard.equals(List.of("hello", "hello again")));
            assertThat(server.callers.poll(1, TimeUnit.SECONDS)).isEqualTo("tester@home");
        }
    }

    @Test
    void manySubscriptionsShareThePollsAndTheLoadingThread() throws Exception {
        for (int i = 0; i < 200; i++) {
            server.topics.publish("topic-" + i, "value " + i);
        }
        try (OctavoClient client = server.client().build()) {
            List<Subscription<String>> subscriptions = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                subscriptions.add(
                        client.subscription("topic-" + i, Deserializers.utf8()).start());
            }
            for (int i = 0; i < 200; i++) {
                assertThat(subscriptions.get(i).awaitValue(SOON)).isEqualTo("value " + i);
            }
            server.polls.clear();
            PollRequest next = server.polls.poll(10, TimeUnit.SECONDS);
            assertThat(next).isNotNull();
            assertThat(next.getTopicsCount()).isEqualTo(200);
        }
    }

    @Test
    void aBrokenStreamGoesOnWhereItEnded() throws Exception {
        byte[] bytes = random(900_000);
        server.topics.publish("data", bytes, Map.of());
        server.breaks.addAll(List.of(250_000, 0, 150_000));
        try (OctavoClient client = server.client().build()) {
            Subscription<byte[]> subscription =
                    client.subscription("data", Deserializers.bytes()).start();
            assertThat(subscription.awaitValue(SOON)).isEqualTo(bytes);
        }
        assertThat(server.reads).extracting(read -> read.getOffset()).containsExactly(0L, 250_000L, 250_000L, 400_000L);
    }

    @Test
    void largePayloadsLiveInAFileUntilTheyAreReplaced() throws Exception {
        byte[] bytes = random(3_000_000);
        server.topics.publish("data", bytes, Map.of());
        Path second;
        try (OctavoClient client = server.client().build()) {
            Subscription<Path> subscription =
                    client.subscription("data", Deserializers.file()).start();
            Path first = subscription.awaitValue(SOON);
            assertThat(Files.readAllBytes(first)).isEqualTo(bytes);
            server.topics.publish("data", "small now");
            await().until(() -> !subscription.get().equals(first));
            await().until(() -> Files.notExists(first));
            second = subscription.get();
            assertThat(second).hasContent("small now");
        }
        assertThat(second).doesNotExist();
        assertThat(second.getParent()).doesNotExist();
    }

    @Test
    void aFileThatNobodyAskedForIsGoneOnceItIsDeserializedAndItsPayloadIsKept(@TempDir Path directory)
            throws Exception {
        byte[] bytes = random(2_000_000);
        server.topics.publish("data", bytes, Map.of());
        try (OctavoClient client = server.client().cacheDirectory(directory).build()) {
            Subscription<byte[]> subscription =
                    client.subscription("data", Deserializers.bytes()).start();
            assertThat(Arrays.equals(subscription.awaitValue(SOON), bytes)).isTrue();
            await().until(() -> files(directory.resolve("work"), ".payload").isEmpty());
            await().until(() -> files(directory.resolve("topics"), "data").size() == 1);
            assertThat(files(directory.resolve("payloads"), "")).hasSize(1);
        }
        assertThat(files(directory.resolve("work"), "")).isEmpty();
    }

    @Test
    void aPayloadThatIsNotWhatWasPublishedIsRefusedAndItsFileDeleted(@TempDir Path directory) throws Exception {
        server.topics.publish("data", random(2_000_000), Map.of());
        byte[] wrong = random(2_000_000);
        wrong[1_999_999]++;
        server.topics.corrupt("data", 1, wrong);
        try (OctavoClient client = server.client().cacheDirectory(directory).build()) {
            Subscription<Path> subscription =
                    client.subscription("data", Deserializers.file()).start();
            await().until(() -> subscription.state().phase() == Phase.FAILED);
            assertThatExceptionOfType(OctavoException.class)
                    .isThrownBy(subscription::get)
                    .withMessageContaining("SHA-256");
            subscription.close();
            await().until(() -> files(directory, ".payload").isEmpty());
            assertThat(files(directory.resolve("payloads"), "")).isEmpty();
        }
    }

    @Test
    void wrongBytesOfOneRegionAreLeftForThoseOfAnother() throws Exception {
        byte[] bytes = random(300_000);
        byte[] wrong = bytes.clone();
        wrong[299_999]++;
        server.topics.ridesAlong(-1);
        server.topics.publish("data", bytes, Map.of());
        try (PayloadStore corrupt = new PayloadStore(wrong);
                PayloadStore good = new PayloadStore(bytes);
                OctavoClient client = server.client().build()) {
            server.links = List.of(corrupt.link("near"), good.link("far"));
            Subscription<byte[]> subscription =
                    client.subscription("data", Deserializers.bytes()).start();
            assertThat(subscription.awaitValue(SOON)).isEqualTo(bytes);
            assertThat(corrupt.requests).hasSize(1);
            subscription.close();

            server.links = List.of(corrupt.link("near"));
            Subscription<byte[]> nowhere =
                    client.subscription("data", Deserializers.bytes()).start();
            await().until(() -> nowhere.state().phase() == Phase.FAILED);
            assertThatExceptionOfType(OctavoException.class)
                    .isThrownBy(nowhere::get)
                    .withMessageContaining("SHA-256");
        }
    }

    /** The files below a folder whose names end so. */
    private static List<Path> files(Path folder, String end) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(end))
                    .toList();
        } catch (UncheckedIOException e) {
            // Something went while it was looked at.
            return files(folder, end);
        }
    }

    @Test
    void metadataThatHadNoRoomInTheHeadIsReadFromTheService() throws Exception {
        server.topics.publish("data", "x".getBytes(StandardCharsets.UTF_8), Map.of("k", "v"));
        server.topics.omitMetadata("data");
        try (OctavoClient client = server.client().build()) {
            Subscription<String> subscription =
                    client.subscription("data", Deserializers.utf8()).start();
            subscription.awaitValue(SOON);
            assertThat(subscription.current().metadata()).containsEntry("k", "v");
        }
    }

    @Test
    void listenersRunOnTheExecutorTheyBring() throws Exception {
        ExecutorService own = Executors.newSingleThreadExecutor(task -> new Thread(task, "my-own"));
        server.topics.publish("data", "x");
        List<String> threads = new CopyOnWriteArrayList<>();
        try (OctavoClient client = server.client().build()) {
            Subscription<String> subscription = client.subscription("data", Deserializers.utf8())
                    .listener(
                            own, snapshot -> threads.add(Thread.currentThread().getName()))
                    .start();
            subscription.awaitValue(SOON);
            assertThat(threads).containsExactly("my-own");
        } finally {
            own.shutdownNow();
        }
    }

    @Test
    void aListenerThatIsStuckHoldsUpNobodyElse() throws Exception {
        server.topics.publish("stuck", "x");
        server.topics.publish("free", "x");
        CountDownLatch release = new CountDownLatch(1);
        try (OctavoClient client = server.client().build()) {
            client.subscription("stuck", Deserializers.utf8())
                    .listener(snapshot -> awaitQuietly(release))
                    .start();
            Subscription<String> free =
                    client.subscription("free", Deserializers.utf8()).start();
            assertThat(free.awaitValue(SOON)).isEqualTo("x");
            server.topics.publish("free", "y");
            await().until(() -> free.get().equals("y"));
            release.countDown();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
