package io.octavo.server.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Part;
import io.octavo.rules.Digests;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SignedUploadsTest {
    private static final int MIB = 1 << 20;
    private static final UploadsConfig CONFIG = new UploadsConfig(Duration.ofHours(24), Duration.ofHours(1), 2, 1);

    private final TestUploads stores = new TestUploads(() -> Instant.EPOCH);
    private final SignedUploads uploads = stores.node(CONFIG, stores.eu(), stores.us());
    private final byte[] bytes = TestBodies.bytes(11 * MIB);

    @Test
    void partsArePutToEveryRegionAndBecomeOnePayload() {
        OpenUpload upload = begin("key");
        MissingParts missing = missing(upload);

        assertThat(missing.count()).isEqualTo(6);
        assertThat(missing.parts())
                .extracting(MissingParts.Link::region, MissingParts.Link::number, MissingParts.Link::offset)
                .startsWith(tuple("eu", 1, 0L), tuple("us", 1, 0L), tuple("eu", 2, 5L * MIB));
        assertThat(missing.parts().get(5).size()).isEqualTo(MIB);
        putAll(missing.parts());
        assertThat(missing(upload)).isEqualTo(new MissingParts(List.of(), 0));

        Part part =
                uploads.complete(upload, "text/plain", UnaryOperator.identity()).part();
        assertThat(stores.have(upload.uploadId(), bytes)).isTrue();
        assertThat(part.getSize()).isEqualTo(bytes.length);
        assertThat(part.getSha256()).isEqualTo(sha256(bytes));
        assertThat(part.getContentType()).isEqualTo("text/plain");
        String key = PayloadKeys.of(upload.uploadId());
        assertThat(part.getS3().getLocationsList())
                .containsExactly(stores.eu().location(key), stores.us().location(key));
    }

    @Test
    void anotherNodeGoesOnWithWhatIsThere() {
        OpenUpload upload = begin("key");
        List<MissingParts.Link> parts = missing(upload).parts();
        putAll(parts.subList(0, 3));

        SignedUploads other = stores.node();
        OpenUpload found = Objects.requireNonNull(other.find("topic", "key"));
        assertThat(found).isEqualTo(upload);
        assertThat(Objects.requireNonNull(other.missing(found)).parts())
                .extracting(MissingParts.Link::region, MissingParts.Link::number)
                .containsExactly(tuple("us", 2), tuple("eu", 3), tuple("us", 3));
    }

    @Test
    void whatIsBegunAgainIsTheSameAndLeavesNothingElseBehind() {
        OpenUpload first = begin("key");
        assertThat(begin("key")).isEqualTo(first);
        assertThat(stores.eu().attempts(first.objectKey())).hasSize(1);
        assertThat(stores.started()).as("each is in the ledger").hasSize(2);
        stores.delete(first.uploadId());
        assertThat(stores.isEmpty()).isTrue();
    }

    @Test
    void theLedgerIsWrittenBeforeAStoreIsTouched() {
        stores.before(operation -> assertThat(stores.started()).hasSize(operation.startsWith("list: count") ? 0 : 1));
        assertThat(begin("key").attempts()).containsOnlyKeys("eu", "us");
    }

    @Test
    void aRegionThatIsAwayLeavesNothingBegun() {
        stores.us().fail("begin");
        assertCode(ErrorCode.UNAVAILABLE, () -> begin("key"));
        assertThat(stores.isEmpty()).isTrue();
        assertThat(uploads.find("topic", "key")).isNull();
    }

    @Test
    void anAnswerHasABoundedNumberOfAddresses() {
        OpenUpload upload = uploads.begin("topic", "key", 50L << 30, sha256(bytes), 0);
        assertThat(upload.partCount()).isEqualTo(6_400);
        MissingParts missing = missing(upload);
        assertThat(missing.count()).isEqualTo(12_800);
        assertThat(missing.parts()).hasSize(SignedUploads.MOST_LINKS);
        MissingParts.Link last = missing.parts().get(999);
        assertThat(last.number()).isEqualTo(500);
    }

    @Test
    void addressesAreNotShown() {
        MissingParts missing = missing(begin("key"));
        assertThat(missing.toString()).contains("region=eu").doesNotContain("mem://");
        assertThat(new SignedPart("mem://x", Instant.EPOCH).toString()).doesNotContain("mem://");
    }

    @Test
    void aPartOfAnotherSizeIsMissingStill() {
        OpenUpload upload = begin("key");
        stores.eu().put(upload.objectKey(), upload.attempts().getOrDefault("eu", ""), 1, new byte[5], 5);
        assertThat(missing(upload).count()).isEqualTo(6);
    }

    @Test
    void whatLacksPartsIsNotPutTogether() {
        OpenUpload upload = begin("key");
        putAll(missing(upload).parts().subList(0, 5));
        assertThatThrownBy(() -> uploads.complete(upload, "", UnaryOperator.identity()))
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith("parts: 2 in region us (expected: 3; BeginUpload");
        putAll(missing(upload).parts());
        assertThat(uploads.complete(upload, "", UnaryOperator.identity()).part().getSize())
                .isEqualTo(bytes.length);
    }

    @Test
    void otherBytesInAnyRegionAreFoundOut() {
        for (String region : List.of("eu", "us")) {
            OpenUpload upload = begin(region);
            List<MissingParts.Link> parts = missing(upload).parts();
            putAll(parts);
            byte[] corrupt = part(parts.get(0)).clone();
            corrupt[7]++;
            parts.stream()
                    .filter(part -> part.region().equals(region) && part.number() == 1)
                    .forEach(part -> stores.put(part.url(), corrupt));
            assertCode(ErrorCode.DIGEST_MISMATCH, () -> uploads.complete(upload, "", UnaryOperator.identity()));
        }
    }

    @Test
    void oneRegionIsReadIfTheOthersSayThatTheyHaveTheSame() {
        List<String> reads = new ArrayList<>();
        stores.before(operation -> {
            if (operation.equals("read")) {
                reads.add(operation);
            }
        });
        complete("one");
        assertThat(reads).hasSize(1);
        reads.clear();
        stores.eu().opaqueTags();
        stores.us().opaqueTags();
        complete("two");
        assertThat(reads).as("tags that tell nothing").hasSize(2);
    }

    @Test
    void aStoreThatBreaksOffMidwayIsAskedForTheRest() {
        stores.eu().breakReadsAfter(3 * MIB);
        complete("key");
    }

    @Test
    void whatWasPutTogetherBeforeIsVerifiedAndTaken() {
        OpenUpload upload = begin("key");
        putAll(missing(upload).parts());
        stores.us().fail("complete");
        assertCode(ErrorCode.UNAVAILABLE, () -> uploads.complete(upload, "", UnaryOperator.identity()));
        stores.before(operation -> {});
        assertThat(missing(upload).count()).isZero();
        stores.eu().forgetAttempts();
        assertThat(missing(upload).count()).isZero();
        assertThat(stores.node().complete(upload, "", UnaryOperator.identity()).uploadId())
                .isEqualTo(upload.uploadId());
        assertThat(stores.node().complete(upload, "", UnaryOperator.identity()).uploadId())
                .isEqualTo(upload.uploadId());
    }

    @Test
    void aLostAnswerOfAStoreIsNoFailure() {
        stores.eu().after(operation -> {
            throw stores.eu().unavailable(operation);
        });
        complete("key");
    }

    @Test
    void onlySoManyAreCompletedAtOnce() {
        OpenUpload first = begin("first");
        OpenUpload second = begin("second");
        putAll(missing(first).parts());
        putAll(missing(second).parts());
        stores.before(operation -> {
            if (operation.equals("read")) {
                stores.before(done -> {});
                CompletableFuture<Void> meanwhile =
                        CompletableFuture.runAsync(() -> uploads.complete(second, "", UnaryOperator.identity()));
                assertThatThrownBy(() -> meanwhile.get(10, TimeUnit.SECONDS))
                        .hasMessageContaining("uploads: 1 are being completed on this node");
            }
        });
        uploads.complete(first, "", UnaryOperator.identity());
        assertThat(uploads.complete(second, "", UnaryOperator.identity()).uploadId())
                .isEqualTo(second.uploadId());
    }

    @Test
    void anUploadThatAStoreHasLostIsGone() {
        OpenUpload upload = begin("key");
        putAll(missing(upload).parts());
        stores.us().abort(upload.objectKey(), upload.attempts().getOrDefault("us", ""));
        assertThat(uploads.missing(upload)).isNull();
        assertCode(ErrorCode.GONE, () -> uploads.complete(upload, "", UnaryOperator.identity()));
        stores.us().forgetAttempts();
        assertThat(uploads.missing(upload)).isNull();
        assertCode(ErrorCode.GONE, () -> uploads.complete(upload, "", UnaryOperator.identity()));
    }

    @Test
    void aNodeThatLacksARegionOfItSaysSo() {
        OpenUpload upload = begin("key");
        SignedUploads other = stores.node(CONFIG, stores.eu());
        assertThatThrownBy(() -> other.missing(upload))
                .hasMessageContaining("upload: in regions [eu, us] (expected: a node that has all of them");
    }

    @Test
    void onlySoManyAreOpenForATopic() {
        begin("one");
        OpenUpload two = begin("two");
        assertCode(ErrorCode.RATE_LIMITED, () -> begin("three"));
        assertThat(uploads.begin("other", "three", bytes.length, sha256(bytes), 0)
                        .topic())
                .isEqualTo("other");
        uploads.delete(two);
        assertThat(begin("three").key()).isEqualTo("three");
    }

    @ParameterizedTest
    @CsvSource({
        "1048575, 0, size",
        "-1, 0, size",
        "20971520, 5242879, partSize",
        "20971520, 1073741825, partSize",
        "20971520, -1, partSize",
        "53687091200, 5242880, partSize",
    })
    void whatCanNotBePutInPartsIsRefused(long size, long partSize, String field) {
        assertThatThrownBy(() -> uploads.begin("topic", "key", size, sha256(bytes), partSize))
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith(field + ": ");
        assertThat(stores.started()).isEmpty();
    }

    @Test
    void aDigestIsNeededAndASizeThatIsTaken() {
        assertThatThrownBy(() -> uploads.begin("topic", "key", MIB, ByteString.EMPTY, 0))
                .hasMessageStartingWith("sha256: ");
        assertCode(ErrorCode.TOO_LARGE, () -> uploads.begin("topic", "key", (50L << 30) + 1, sha256(bytes), 0));
    }

    private void complete(String key) {
        OpenUpload upload = begin(key);
        putAll(missing(upload).parts());
        assertThat(uploads.complete(upload, "", UnaryOperator.identity()).uploadId())
                .isEqualTo(upload.uploadId());
    }

    private OpenUpload begin(String key) {
        return uploads.begin("topic", key, bytes.length, sha256(bytes), 5 * MIB);
    }

    private MissingParts missing(OpenUpload upload) {
        return Objects.requireNonNull(uploads.missing(upload));
    }

    private void putAll(List<MissingParts.Link> parts) {
        parts.forEach(part -> stores.put(part.url(), part(part)));
    }

    private byte[] part(MissingParts.Link part) {
        return Arrays.copyOfRange(bytes, (int) part.offset(), (int) (part.offset() + part.size()));
    }

    private static ByteString sha256(byte[] bytes) {
        return ByteString.copyFrom(Digests.sha256(bytes));
    }

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ServiceException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
