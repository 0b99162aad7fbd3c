package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.octavo.client.TestServer.Mishap;
import io.octavo.rules.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Large payloads go in parts into two regions' stores. */
@Timeout(60)
class StraightPublishingIT {
    private static final byte[] BYTES = FollowingIT.random(12 * TestUploads.PART - 1);

    private final TestServer server = new TestServer().start();
    private final OctavoClient client =
            QuickClients.build(server.client().straightToS3From(1 << 20).concurrentParts(3));

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = Files.write(folder.resolve("data"), BYTES);
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void everyRegionGetsAllPartsAFewAtATime() {
        Published published =
                client.publish("data").idempotencyKey("k").metadata("a", "b").file(file);
        assertThat(published.version()).isEqualTo(1);
        assertThat(published.size()).isEqualTo(BYTES.length);
        assertThatAllIsThere("k");
        assertThat(server.uploads.puts).hasSize(24).doesNotHaveDuplicates();
        assertThat(server.uploads.mostAtOnce).hasValueBetween(1, 3);
        assertThat(server.publishes.remove().getMetadataMap()).containsEntry("a", "b");
    }

    @Test
    void bytesInMemoryGoTheSameWay() {
        client.publish("data").idempotencyKey("k").bytes(BYTES);
        assertThatAllIsThere("k");
    }

    @Test
    void whatIsSmallOrSentByWayOfANodeIsNoUpload() {
        client.publish("data").idempotencyKey("small").bytes(new byte[(1 << 20) - 1]);
        client.publish("data").idempotencyKey("large").viaService().file(file);
        assertThat(server.uploads.puts).isEmpty();
        assertThat(server.topics.payload("data", 2).toByteArray()).isEqualTo(BYTES);
    }

    @Test
    void aPartThatFailsIsPutAgain() {
        server.uploads.mishaps.addAll(List.of(
                TestUploads.Mishap.UNAVAILABLE,
                TestUploads.Mishap.BROKEN,
                TestUploads.Mishap.NONE,
                TestUploads.Mishap.STALLED));
        client.publish("data").idempotencyKey("k").file(file);
        assertThatAllIsThere("k");
        assertThat(server.completions).hasSize(2);
    }

    @Test
    void anAddressThatIsGoodNoMoreIsAskedForAgain() {
        server.uploads.mishaps.addAll(List.of(TestUploads.Mishap.NONE, TestUploads.Mishap.FORBIDDEN));
        client.publish("data").idempotencyKey("k").file(file);
        assertThatAllIsThere("k");
        assertThat(server.uploads.puts).doesNotHaveDuplicates();
    }

    @Test
    void storesThatStayAwayAreNamedAndNothingIsLeftUnknown() {
        server.uploads.mishaps.addAll(Collections.nCopies(5_000, TestUploads.Mishap.UNAVAILABLE));
        OctavoException e = catchThrowableOfType(
                OctavoException.class,
                () -> client.publish("data").idempotencyKey("k").file(file));
        assertThat(e).hasMessageContaining("503").hasMessageContaining("viaService()");
        assertThat(e).hasMessageNotContaining("secret");
        assertThat(e.outcomeUnknown()).isFalse();
        assertThat(e.idempotencyKey()).isEqualTo("k");
        server.uploads.mishaps.clear();
        assertThat(client.publish("data").idempotencyKey("k").file(file).version())
                .isEqualTo(1);
    }

    @Test
    void anotherProcessSendsOnlyWhatIsMissing() {
        List<TestUploads.Mishap> mishaps = new ArrayList<>(Collections.nCopies(10, TestUploads.Mishap.NONE));
        mishaps.addAll(Collections.nCopies(2, TestUploads.Mishap.STALLED));
        server.uploads.mishaps.addAll(mishaps);
        OctavoClient dying =
                server.client().straightToS3From(1 << 20).concurrentParts(3).build();
        CompletableFuture<?> lost = CompletableFuture.runAsync(
                () -> dying.publish("data").idempotencyKey("k").file(file));
        await().until(() -> server.uploads.puts.size() == 10 && server.uploads.mishaps.isEmpty());
        dying.close();
        await().until(lost::isCompletedExceptionally);

        assertThat(client.publish("data").idempotencyKey("k").file(file).version())
                .isEqualTo(1);
        assertThatAllIsThere("k");
        assertThat(server.uploads.puts).hasSize(24).doesNotHaveDuplicates();
    }

    @Test
    void aThreadThatIsInterruptedGivesUp() throws Exception {
        server.uploads.mishaps.addAll(Collections.nCopies(2, TestUploads.Mishap.STALLED));
        try (OctavoClient patient =
                server.client().straightToS3From(1 << 20).concurrentParts(3).build()) {
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                OctavoException e = catchThrowableOfType(
                        OctavoException.class,
                        () -> patient.publish("data").idempotencyKey("k").file(file));
                interrupted.complete(Thread.currentThread().isInterrupted() && !e.outcomeUnknown());
            });
            thread.start();
            await().until(() -> server.uploads.mishaps.isEmpty());
            thread.interrupt();
            thread.join(10_000);
            assertThat(interrupted).isCompletedWithValue(true);
            assertThat(server.publishes).isEmpty();
        }
    }

    @Test
    void aLostAnswerIsAskedForAgainAndNothingIsSentTwice() {
        server.mishaps.addAll(List.of(Mishap.ANSWER_LOST, Mishap.RUNNING, Mishap.RUNNING));
        Published published = client.publish("data").idempotencyKey("k").file(file);
        assertThat(published.version()).isEqualTo(1);
        assertThat(published.replayed()).isTrue();
        assertThat(server.uploads.puts).hasSize(24);
        assertThat(server.topics.head("data").getNewestVersion()).isEqualTo(1);
    }

    @Test
    void anAnswerThatNeverComesLeavesTheOutcomeUnknown() {
        server.mishaps.addAll(Collections.nCopies(5, Mishap.UNAVAILABLE));
        OctavoException e = catchThrowableOfType(
                OctavoException.class,
                () -> client.publish("data").idempotencyKey("k").file(file));
        assertThat(e.outcomeUnknown()).isTrue();
    }

    @Test
    void anUploadThatWasGivenUpMeanwhileIsBegunAnew() {
        server.mishaps.add(Mishap.GONE);
        assertThat(client.publish("data").idempotencyKey("k").file(file).version())
                .isEqualTo(1);
        assertThat(server.uploads.puts).hasSize(48);
        assertThatAllIsThere("k");
    }

    @Test
    void whatTheTopicRefusesIsToldBeforeAnythingIsSent() {
        server.dryRunMishaps.add(Mishap.REFUSED);
        OctavoException e = catchThrowableOfType(
                OctavoException.class, () -> client.publish("data").file(file));
        assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(server.uploads.puts).isEmpty();
    }

    @Test
    void nothingIsSentOfWhatIsThereAlready() {
        client.publish("data").ifChanged().file(file);
        int puts = server.uploads.puts.size();
        Published again = client.publish("data").ifChanged().file(file);
        assertThat(again.unchanged()).isTrue();
        assertThat(again.version()).isEqualTo(1);
        assertThat(server.uploads.puts).hasSize(puts);
    }

    @Test
    void progressRisesToTheEndAlsoWhenPartsAreSentAgain() {
        server.uploads.mishaps.addAll(List.of(TestUploads.Mishap.UNAVAILABLE, TestUploads.Mishap.UNAVAILABLE));
        List<Long> told = Collections.synchronizedList(new ArrayList<>());
        client.publish("data")
                .progress((bytes, total) -> {
                    assertThat(total).isEqualTo(BYTES.length);
                    told.add(bytes);
                })
                .file(file);
        assertThat(told).isSorted().doesNotHaveDuplicates().endsWith((long) BYTES.length);
        assertThat(told).hasSizeBetween(10, 201);
    }

    private void assertThatAllIsThere(String key) {
        ByteString all = ByteString.copyFrom(BYTES);
        assertThat(server.uploads.payload("data", key, "eu").equals(all)).isTrue();
        assertThat(server.uploads.payload("data", key, "us").equals(all)).isTrue();
    }
}
