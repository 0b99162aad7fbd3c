package io.octavo.server.payload;

import static io.octavo.server.payload.PartBuffers.PART_SIZE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Part;
import io.octavo.rules.Digests;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.payload.InMemoryUploadLedger.Started;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadsTest {
    private static final int LIMIT = DirectPayloads.LIMIT;
    private static final int LARGE = 4 * PART_SIZE + 1;

    private final InMemoryDirectPayloads direct = new InMemoryDirectPayloads();
    private final InMemoryUploadLedger ledger = new InMemoryUploadLedger();
    private final InMemoryRegion eu = new InMemoryRegion("eu");
    private final InMemoryRegion us = new InMemoryRegion("us");
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Payloads payloads = payloads(Map.of("octavo.payload.upload-wait", "0s"));

    private Payloads payloads(Map<String, String> keys) {
        AtomicInteger ids = new AtomicInteger();
        return new Payloads(
                List.of(eu, us), PayloadConfigTest.bind(keys), direct, ledger, meters, ids::incrementAndGet);
    }

    @AfterEach
    void nothingIsLeaked() {
        eu.before(operation -> {});
        payloads.close();
        assertThat(payloads.buffersInUse()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 20_000, LIMIT - 1})
    void lessThanTheLimitIsKeptBesideTheMetadata(int size) throws IOException {
        byte[] bytes = TestBodies.bytes(size);
        StoredPayload stored = store(bytes);
        assertThat(stored.part().hasDirect()).isTrue();
        assertThat(direct.read(stored.uploadId()).toByteArray()).isEqualTo(bytes);
        assertDescribes(stored.part(), bytes);
        assertThat(ledger.started()).containsExactly(new Started("topic", stored.uploadId(), true));
    }

    @ParameterizedTest
    @ValueSource(ints = {LIMIT, PART_SIZE - 1, PART_SIZE, PART_SIZE + 1, LARGE})
    void theLimitAndMoreGoesToEveryRegion(int size) throws IOException {
        byte[] bytes = TestBodies.bytes(size);
        StoredPayload stored = store(bytes);
        String key = "payloads/01/0000000000000001";
        assertThat(eu.object(key)).isEqualTo(bytes);
        assertThat(us.object(key)).isEqualTo(bytes);
        assertDescribes(stored.part(), bytes);
        assertThat(stored.part().getS3().getPayloadId()).isEqualTo(stored.uploadId());
        assertThat(stored.part().getS3().getLocationsList()).containsExactly(eu.location(key), us.location(key));
        assertThat(ledger.started()).containsExactly(new Started("topic", stored.uploadId(), false));
        assertThat(direct.count()).isZero();
        assertThat(payloads.peakBuffers()).isLessThanOrEqualTo(S3Upload.BUFFERS);
    }

    @Test
    void whatWasNotAnnouncedIsFoundOut() throws IOException {
        byte[] bytes = TestBodies.bytes(LIMIT + 1);
        StoredPayload stored = payloads.store("topic", TestBodies.of(bytes), Expected.nothing());
        assertThat(stored.part().getSize()).isEqualTo(bytes.length);
        assertThat(stored.part().getSha256()).isEqualTo(ByteString.copyFrom(Digests.sha256(bytes)));
        assertThat(stored.part().getContentType()).isEmpty();
    }

    @Test
    void theLedgerIsWrittenBeforeTheFirstByte() throws IOException {
        eu.before(operation -> assertThat(ledger.started()).hasSize(1));
        store(TestBodies.bytes(LIMIT));
        assertThat(eu.isEmpty()).isFalse();
    }

    @Test
    void idsArePositiveAndNeverZero() throws IOException {
        AtomicInteger draws = new AtomicInteger();
        long[] drawn = {0, Long.MIN_VALUE, -1};
        try (Payloads some = new Payloads(
                List.of(eu),
                PayloadConfigTest.bind(Map.of()),
                direct,
                ledger,
                meters,
                () -> drawn[draws.getAndIncrement()])) {
            assertThat(some.store("topic", TestBodies.of(new byte[0]), Expected.nothing())
                            .uploadId())
                    .isEqualTo(Long.MAX_VALUE);
        }
    }

    @Test
    void aSizeAboveTheMaximumIsRefusedBeforeAByteIsRead() {
        InputStream untouchable = TestBodies.breakingAfter(0);
        assertCode(
                ErrorCode.TOO_LARGE,
                () -> payloads.store("topic", untouchable, new Expected((50L << 30) + 1, ByteString.EMPTY, "")));
        assertNothingLeft();
    }

    @Test
    void aBodyAboveTheMaximumIsRefusedAtItsFirstByteTooMany() {
        try (Payloads some = payloads(Map.of("octavo.payload.max-size", "10MB"))) {
            assertCode(
                    ErrorCode.TOO_LARGE,
                    () -> some.store("topic", TestBodies.breakingAfter((10 << 20) + 1), Expected.nothing()));
        }
        assertNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, LIMIT, LARGE})
    void moreBytesThanAnnouncedAreRefusedAtOnce(int size) {
        Expected announced = new Expected(size, ByteString.EMPTY, "");
        assertCode(
                ErrorCode.DIGEST_MISMATCH,
                () -> payloads.store("topic", TestBodies.breakingAfter(size + 300_000), announced));
        assertNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(ints = {100, LARGE})
    void fewerBytesThanAnnouncedAreRefused(int size) {
        Expected announced = new Expected(size, ByteString.EMPTY, "");
        assertCode(ErrorCode.DIGEST_MISMATCH, () -> payloads.store("topic", TestBodies.endless(size - 1), announced));
        assertNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(ints = {100, LARGE})
    void otherBytesThanAnnouncedAreRefused(int size) {
        Expected announced = new Expected(size, ByteString.copyFrom(Digests.sha256(new byte[] {1})), "");
        assertCode(ErrorCode.DIGEST_MISMATCH, () -> payloads.store("topic", TestBodies.endless(size), announced));
        assertNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(ints = {100, LIMIT, LARGE})
    void aBodyThatBreaksOffLeavesNothingBehind(int size) {
        assertThatThrownBy(() -> payloads.store("topic", TestBodies.breakingAfter(size), Expected.nothing()))
                .isInstanceOf(IOException.class)
                .hasMessage("the client is gone");
        assertNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"begin", "put", "put 1", "put 3", "complete", "size"})
    void aRegionThatFailsFailsThePublishAndLeavesNothingBehind(String operation) {
        us.fail(operation);
        assertCode(ErrorCode.UNAVAILABLE, () -> payloads.store("topic", TestBodies.endless(LARGE), Expected.nothing()));
        assertNothingLeft();
    }

    @Test
    void aFailingRegionStopsTheReadingEarly() {
        us.fail("put");
        assertCode(
                ErrorCode.UNAVAILABLE,
                () -> payloads.store("topic", TestBodies.breakingAfter(Long.MAX_VALUE), Expected.nothing()));
        assertNothingLeft();
    }

    @Test
    void whatCanNotBeRemovedIsLeftToTheSweep() {
        us.fail("put", "abort");
        assertCode(ErrorCode.UNAVAILABLE, () -> payloads.store("topic", TestBodies.endless(LARGE), Expected.nothing()));
        assertThat(eu.isEmpty()).isTrue();
        assertThat(us.isEmpty()).isFalse();
        assertThatThrownBy(() -> payloads.delete(1, false)).hasMessage("us: no abort today");
        us.before(ok -> {});
        payloads.delete(1, false);
        assertNothingLeft();
    }

    @Test
    void anObjectWhoseCompletionWasNotAnsweredIsStored() throws IOException {
        us.after(operation -> {
            throw us.unavailable(operation);
        });
        StoredPayload stored = store(TestBodies.bytes(LARGE));
        assertThat(us.object(PayloadKeys.of(stored.uploadId()))).hasSize(LARGE);
    }

    @Test
    void partsThatArriveInAnotherOrderMakeTheSameObject() throws IOException {
        CountDownLatch secondArrived = new CountDownLatch(1);
        eu.before(operation -> {
            if (operation.equals("put 1")) {
                await(secondArrived);
            } else if (operation.equals("put 2")) {
                secondArrived.countDown();
            }
        });
        byte[] bytes = TestBodies.bytes(LARGE);
        StoredPayload stored = store(bytes);
        assertThat(eu.object(PayloadKeys.of(stored.uploadId()))).isEqualTo(bytes);
    }

    @Test
    void theSlowestRegionSetsThePace() throws IOException {
        CountDownLatch memoryFull = new CountDownLatch(S3Upload.BUFFERS);
        AtomicInteger ahead = new AtomicInteger();
        AtomicInteger farthestAhead = new AtomicInteger();
        eu.before(operation -> {
            if (operation.equals("put")) {
                farthestAhead.accumulateAndGet(ahead.incrementAndGet(), Math::max);
                memoryFull.countDown();
            }
        });
        us.before(operation -> {
            if (operation.equals("put")) {
                await(memoryFull);
                ahead.decrementAndGet();
            }
        });
        payloads.store("topic", TestBodies.endless(6L * PART_SIZE), Expected.nothing());
        assertThat(farthestAhead.get()).isEqualTo(S3Upload.BUFFERS);
        assertThat(payloads.peakBuffers()).isEqualTo(S3Upload.BUFFERS);
    }

    @Test
    void oneLargeUploadTooManyIsToldToComeLater() {
        try (Payloads one =
                payloads(Map.of("octavo.payload.upload-wait", "0s", "octavo.payload.concurrent-uploads", "1"))) {
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            eu.before(operation -> {
                if (operation.equals("put 1")) {
                    started.countDown();
                    await(goOn);
                }
            });
            CompletableFuture<StoredPayload> first = CompletableFuture.supplyAsync(() -> storeUnchecked(one, LARGE));
            await(started);
            assertThatThrownBy(() -> storeUnchecked(one, LIMIT)).isInstanceOfSatisfying(ServiceException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.RATE_LIMITED);
                assertThat(e.retryAfter()).isNotNull();
            });
            assertThat(storeUnchecked(one, LIMIT - 1).part().hasDirect()).isTrue();
            goOn.countDown();
            assertThat(first.join().part().getSize()).isEqualTo(LARGE);
            assertThat(storeUnchecked(one, LIMIT).part().hasS3()).isTrue();
        }
    }

    @Test
    void aDiscardedPayloadIsGone() throws IOException {
        payloads.discard(store(TestBodies.bytes(10)));
        payloads.discard(store(TestBodies.bytes(LIMIT)));
        assertNothingLeft();
    }

    @Test
    void discardFailsSilentlyAndTriesEveryRegion() throws IOException {
        StoredPayload stored = store(TestBodies.bytes(LIMIT));
        eu.fail("delete");
        payloads.discard(stored);
        assertThat(us.isEmpty()).isTrue();
        assertThat(eu.isEmpty()).isFalse();
    }

    @Test
    void unfinishedUploadsOfOursThatAreOldAreGivenUpInEveryRegion() {
        Instant begun = Instant.EPOCH;
        for (InMemoryRegion region : List.of(eu, us)) {
            region.begin(PayloadKeys.of(1), new Origin("ours", "topic", 0, begun));
            region.begin(PayloadKeys.of(2), new Origin("ours", "topic", 0, begun));
            region.begin("another/1", new Origin("ours", "topic", 0, begun));
            region.clock(() -> begun.plusSeconds(1));
            region.begin(PayloadKeys.of(3), new Origin("ours", "topic", 0, begun));
        }
        assertThat(payloads.abortUnfinished(begun)).isZero();
        eu.fail("unfinished");
        assertThatThrownBy(() -> payloads.abortUnfinished(begun.plusSeconds(1))).hasMessage("eu: no unfinished today");
        assertThat(us.attempts(PayloadKeys.of(1))).isEmpty();
        eu.before(operation -> {});
        assertThat(payloads.abortUnfinished(begun.plusSeconds(1))).isEqualTo(2);
        for (InMemoryRegion region : List.of(eu, us)) {
            assertThat(region.attempts(PayloadKeys.of(2))).isEmpty();
            assertThat(region.attempts(PayloadKeys.of(3))).hasSize(1);
            assertThat(region.attempts("another/1")).hasSize(1);
        }
    }

    @Test
    void checkAsksEveryRegion() {
        us.fail("check false");
        assertCode(ErrorCode.UNAVAILABLE, payloads::check);
    }

    @Test
    void afterCloseUploadsAreRefused() {
        payloads.close();
        assertCode(ErrorCode.UNAVAILABLE, () -> store(TestBodies.bytes(LIMIT)));
    }

    @Test
    void whatIsAnnouncedWronglyIsNamed() {
        assertThatThrownBy(() -> new Expected(-2, ByteString.EMPTY, ""))
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith("size: -2");
        assertThatThrownBy(() -> new Expected(0, ByteString.copyFromUtf8("abc"), ""))
                .hasMessage("sha256: 616263 (expected: 32 bytes)");
        assertThatThrownBy(() -> new Expected(0, ByteString.EMPTY, "x".repeat(257)))
                .hasMessageStartingWith("contentType: xxx");
    }

    private StoredPayload store(byte[] bytes) throws IOException {
        return payloads.store("topic", TestBodies.of(bytes), TestBodies.announced(bytes));
    }

    private static StoredPayload storeUnchecked(Payloads payloads, int size) {
        try {
            return payloads.store("topic", TestBodies.endless(size), Expected.nothing());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertDescribes(Part part, byte[] bytes) {
        assertThat(part.getSize()).isEqualTo(bytes.length);
        assertThat(part.getSha256().toByteArray()).isEqualTo(Digests.sha256(bytes));
        assertThat(part.getContentType()).isEqualTo("text/plain");
    }

    private void assertNothingLeft() {
        assertThat(eu.isEmpty()).isTrue();
        assertThat(us.isEmpty()).isTrue();
        assertThat(direct.count()).isZero();
    }

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ServiceException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
