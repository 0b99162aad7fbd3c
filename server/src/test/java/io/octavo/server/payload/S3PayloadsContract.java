package io.octavo.server.payload;

import static io.octavo.server.payload.PartBuffers.PART_SIZE;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Part;
import io.octavo.protocol.S3Location;
import io.octavo.rules.Digests;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Object;

/** What the service relies on of an S3 store, tried on a real one. */
@Timeout(120)
abstract class S3PayloadsContract {
    private static final int MIB = 1 << 20;
    private static final String BUCKET = "octavo";

    @SuppressWarnings("NullAway.Init")
    private static TestS3 s3;

    private final InMemoryDirectPayloads direct = new InMemoryDirectPayloads();
    private final InMemoryUploadLedger ledger = new InMemoryUploadLedger();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Payloads payloads;

    /** For the class that says which store; the tests stop it. */
    static void useStore(TestS3 store) {
        s3 = store;
    }

    @AfterAll
    static void stopStore() {
        s3.close();
    }

    @BeforeEach
    void makeBucket() {
        payloads = payloads(s3.secretKey(), BUCKET, Map.of("octavo.payload.create-buckets", "true"));
        payloads.check();
    }

    @AfterEach
    void nothingIsLeaked() {
        assertThat(payloads.buffersInUse()).isZero();
        payloads.close();
    }

    private Payloads payloads(String secretKey, String bucket, Map<String, String> more) {
        Map<String, String> keys = new HashMap<>(Map.of(
                "octavo.payload.connect-timeout", "1s",
                "octavo.payload.read-timeout", "5s",
                "octavo.payload.call-timeout", "10s"));
        keys.putAll(more);
        S3Config config = new S3Config(s3.endpoint(), bucket, s3.accessKey(), secretKey, true, "us-east-1");
        RegionsConfig regions = new RegionsConfig(List.of(new RegionConfig("local", config)));
        return new Payloads(regions, PayloadConfigTest.bind(keys), direct, ledger, meters);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, MIB - 1, MIB, PART_SIZE, PART_SIZE + 1, 40 * MIB})
    void aPayloadComesBackWholeAndInRanges(int size) throws IOException {
        byte[] bytes = TestBodies.bytes(size);
        StoredPayload stored = payloads.store("topic", TestBodies.of(bytes), TestBodies.announced(bytes));
        assertThat(stored.part().hasDirect()).isEqualTo(size < MIB);
        assertThat(stored.part().getSha256().toByteArray()).isEqualTo(Digests.sha256(bytes));
        for (int[] range : new int[][] {{0, size}, {size / 2, size - size / 2}, {size / 3, size / 3}, {size, 0}}) {
            try (InputStream body = payloads.open(stored.part(), range[0], range[1])) {
                assertThat(Arrays.equals(body.readAllBytes(), Arrays.copyOfRange(bytes, range[0], range[0] + range[1])))
                        .as("range %s", Arrays.toString(range))
                        .isTrue();
            }
        }
        payloads.discard(stored);
        assertNothingLeft();
    }

    @Test
    void anObjectOfAnotherBucketIsReadAsItLiesThere() throws IOException {
        byte[] bytes = TestBodies.bytes(3 * MIB);
        try (S3Client client = client()) {
            client.createBucket(r -> r.bucket("others"));
            client.putObject(r -> r.bucket("others").key("a/b.bin"), RequestBody.fromBytes(bytes));
        }
        ExternalPayloads external = payloads.external(new ExternalConfig(List.of("others"), DataSize.ofMegabytes(64)));
        S3Location there = S3Location.newBuilder()
                .setRegion("local")
                .setBucket("others")
                .setKey("a/b.bin")
                .build();
        S3Location absent = there.toBuilder().setKey("a/c.bin").build();
        Part part = external.check(List.of(there), TestBodies.announced(bytes));

        assertThat(part.getExternal().getDigestVerified()).isTrue();
        try (InputStream body = payloads.open(part, MIB, 10)) {
            assertThat(body.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, MIB, MIB + 10));
        }
        assertThat(payloads.isMissing(part)).isFalse();
        assertThat(payloads.links(part, "local").getLinks(0).getUrl()).contains("/others/a/b.bin");
        assertThatThrownBy(() -> external.check(List.of(absent), TestBodies.announced(bytes)))
                .hasMessageContaining("locations[0].key: a/c.bin");
    }

    @Test
    void aPayloadClosedEarlyIsNotReadToItsEnd() throws IOException {
        StoredPayload stored = payloads.store("topic", TestBodies.endless(40 * MIB), Expected.nothing());
        for (int i = 0; i < 100; i++) {
            try (InputStream body = payloads.open(stored.part(), 0, 40 * MIB)) {
                assertThat(body.read()).isNotNegative();
            }
        }
        payloads.discard(stored);
    }

    @Test
    void otherBytesThanAnnouncedLeaveNothingBehind() {
        Expected wrong = new Expected(20 * MIB, ByteString.copyFrom(Digests.sha256(new byte[0])), "");
        assertCode(ErrorCode.DIGEST_MISMATCH, () -> payloads.store("topic", TestBodies.endless(20 * MIB), wrong));
        assertNothingLeft();
    }

    @Test
    void aBodyThatBreaksOffLeavesNothingBehind() {
        assertThatThrownBy(() -> payloads.store("topic", TestBodies.breakingAfter(20 * MIB), Expected.nothing()))
                .isInstanceOf(IOException.class)
                .hasMessage("the client is gone");
        assertNothingLeft();
    }

    @Test
    void aStoreThatDiesMidwayFailsTheUploadAndIsUsedAgainWhenItIsBack() throws IOException {
        AtomicBoolean killed = new AtomicBoolean();
        InputStream body = new KillingBody(TestBodies.endless(1L << 40), 24 * MIB, () -> {
            killed.set(true);
            s3.kill();
        });
        long start = System.nanoTime();
        assertCode(ErrorCode.UNAVAILABLE, () -> payloads.store("topic", body, Expected.nothing()));
        assertThat(killed).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(40));
        assertThat(payloads.buffersInUse()).isZero();

        s3.start();
        long abandoned = ledger.started().get(0).uploadId();
        assertThat(unfinished()).containsExactly(PayloadKeys.of(abandoned));
        payloads.delete(abandoned, false);
        assertNothingLeft();
        StoredPayload stored = payloads.store("topic", TestBodies.endless(MIB), Expected.nothing());
        payloads.discard(stored);
    }

    @Test
    void aLinkWorksWithPlainHttpAndRanges() throws IOException, InterruptedException {
        byte[] bytes = TestBodies.bytes(9 * MIB);
        StoredPayload stored = payloads.store("topic", TestBodies.of(bytes), TestBodies.announced(bytes));
        URI link = URI.create(payloads.links(stored.part(), "local").getLinks(0).getUrl());
        HttpClient http = HttpClient.newHttpClient();
        HttpResponse<byte[]> whole =
                http.send(HttpRequest.newBuilder(link).build(), HttpResponse.BodyHandlers.ofByteArray());
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(Arrays.equals(whole.body(), bytes)).isTrue();
        HttpResponse<byte[]> range = http.send(
                HttpRequest.newBuilder(link)
                        .header("Range", "bytes=8388600-8388619")
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertThat(range.statusCode()).isEqualTo(206);
        assertThat(range.body()).isEqualTo(Arrays.copyOfRange(bytes, 8388600, 8388620));
        payloads.discard(stored);
    }

    @Test
    void aLinkThatWasTamperedWithIsRefused() throws IOException, InterruptedException {
        StoredPayload stored = payloads.store("topic", TestBodies.endless(MIB), Expected.nothing());
        String link = payloads.links(stored.part(), "local").getLinks(0).getUrl();
        URI longer = URI.create(link.replace("X-Amz-Expires=900", "X-Amz-Expires=9000"));
        assertThat(longer.toString()).isNotEqualTo(link);
        assertThat(HttpClient.newHttpClient()
                        .send(HttpRequest.newBuilder(longer).build(), HttpResponse.BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(403);
        payloads.discard(stored);
    }

    @Test
    void eightUploadsAtOnceStayWithinTheNodesBuffers() throws IOException {
        long size = 64L * MIB;
        ByteString sha256 = TestBodies.digestOfEndless(size);
        try (Payloads patient = payloads(s3.secretKey(), BUCKET, Map.of("octavo.payload.upload-wait", "60s"))) {
            ExecutorService publishers = Executors.newFixedThreadPool(8);
            List<CompletableFuture<StoredPayload>> uploads = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                uploads.add(CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return patient.store("topic", TestBodies.endless(size), new Expected(size, sha256, ""));
                            } catch (IOException e) {
                                throw new AssertionError(e);
                            }
                        },
                        publishers));
            }
            uploads.forEach(upload -> patient.discard(upload.join()));
            publishers.shutdown();
            assertThat(patient.peakBuffers()).isBetween(4, 4 * S3Upload.BUFFERS);
            assertThat(patient.buffersInUse()).isZero();
        }
        assertNothingLeft();
    }

    @Test
    void aWrongSecretIsSaidPlainly() {
        try (Payloads stranger = payloads("wrong", BUCKET, Map.of())) {
            assertCode(ErrorCode.UNAVAILABLE, stranger::check);
            assertThatThrownBy(() -> stranger.store("topic", TestBodies.endless(MIB), Expected.nothing()))
                    .isInstanceOf(ServiceException.class)
                    .hasMessageContaining("region local: S3 refuses CreateMultipartUpload with 403")
                    .hasMessageContaining("secret-key");
        }
    }

    @Test
    void aBucketThatIsNotThereIsSaidPlainlyOrMade() {
        try (Payloads strict = payloads(s3.secretKey(), "other", Map.of())) {
            assertThatThrownBy(strict::check)
                    .isInstanceOf(ServiceException.class)
                    .hasMessageContaining("region local: S3 answers HeadBucket with 404")
                    .hasMessageContaining("octavo.payload.create-buckets=true");
        }
        try (Payloads making = payloads(s3.secretKey(), "other", Map.of("octavo.payload.create-buckets", "true"))) {
            making.check();
            making.check();
        }
        try (Payloads strict = payloads(s3.secretKey(), "other", Map.of())) {
            strict.check();
        }
    }

    @Test
    void aPayloadThatWasDeletedIsMissing() throws IOException {
        Part part = payloads.store("topic", TestBodies.endless(MIB), Expected.nothing())
                .part();
        payloads.delete(part.getS3().getPayloadId(), false);
        payloads.delete(part.getS3().getPayloadId(), false);
        assertThatThrownBy(() -> payloads.open(part, 0, 1)).isInstanceOf(MissingPayload.class);
        assertThat(payloads.isMissing(part)).isTrue();
        Part inNoBucket = part.toBuilder()
                .setS3(part.getS3().toBuilder()
                        .setLocations(
                                0, part.getS3().getLocations(0).toBuilder().setBucket("no-such-bucket")))
                .build();
        assertCode(ErrorCode.UNAVAILABLE, () -> payloads.isMissing(inNoBucket));
        assertThat(meters.get("octavo.s3.calls")
                        .tag("operation", "GetObject")
                        .tag("outcome", "missing")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void anObjectSaysWhoseItIsHoweverItCame() throws IOException, InterruptedException {
        byte[] bytes = TestBodies.bytes(6 * MIB);
        StoredPayload stored = payloads.store("a.topic-1", TestBodies.of(bytes), TestBodies.announced(bytes));
        SignedUploads signed = payloads.signed(
                new UploadsConfig(Duration.ofHours(1), Duration.ofMinutes(10), 8, 2),
                new InMemoryOpenUploads(InstantSource.system()),
                InstantSource.system());
        OpenUpload upload =
                signed.begin("topic-2", "key", bytes.length, ByteString.copyFrom(Digests.sha256(bytes)), 5 * MIB);
        for (MissingParts.Link link : requireNonNull(signed.missing(upload)).parts()) {
            byte[] part = Arrays.copyOfRange(bytes, (int) link.offset(), (int) (link.offset() + link.size()));
            HttpRequest put = HttpRequest.newBuilder(URI.create(link.url()))
                    .PUT(HttpRequest.BodyPublishers.ofByteArray(part))
                    .build();
            assertThat(HttpClient.newHttpClient()
                            .send(put, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(200);
        }
        signed.complete(upload, "", UnaryOperator.identity());

        try (SmallObjects bucket = SmallObjects.of(regions(BUCKET), PayloadConfigTest.bind(Map.of()), 2, meters)
                .get(0)) {
            PayloadObjects objects = new PayloadObjects(bucket);
            Map<Long, String> topics = new HashMap<>();
            for (StoredObject object : objects.list("")) {
                Origin origin = requireNonNull(objects.origin(object.key()));
                assertThat(origin).isEqualTo(new Origin("ours", origin.topic(), 0, Instant.EPOCH));
                assertThat(Duration.between(object.modified(), Instant.now()).abs())
                        .isLessThan(Duration.ofMinutes(1));
                topics.put(object.payloadId(), origin.topic());
            }
            assertThat(topics).isEqualTo(Map.of(stored.uploadId(), "a.topic-1", upload.uploadId(), "topic-2"));
        }
        payloads.discard(stored);
        payloads.delete(upload.uploadId(), false);
        assertNothingLeft();
    }

    @Test
    void aPayloadIsCopiedFromRegionToRegion() throws IOException {
        byte[] bytes = TestBodies.bytes(20 * MIB);
        Payloads both = new Payloads(
                regions(BUCKET, "copies"),
                PayloadConfigTest.bind(Map.of("octavo.payload.create-buckets", "true")),
                direct,
                ledger,
                meters);
        try (S3Client client = client()) {
            both.check();
            Part part = both.store("topic", TestBodies.of(bytes), TestBodies.announced(bytes))
                    .part();
            PayloadReplicas replicas = both.replicas();
            assertThat(replicas.look(part, region -> false).missing()).isEmpty();
            S3Location from = part.getS3().getLocations(0);
            S3Location to = part.getS3().getLocations(1);
            client.deleteObject(r -> r.bucket(to.getBucket()).key(to.getKey()));
            assertThat(replicas.look(part, region -> false))
                    .isEqualTo(new PayloadReplicas.Whereabouts(List.of(from), List.of(to), Map.of()));
            assertThat(replicas.look(part, "local"::equals).isNowhere()).isFalse();

            Part other = part.toBuilder()
                    .setSha256(ByteString.copyFrom(new byte[32]))
                    .build();
            Origin origin = new Origin("ours", "topic", 0, Instant.EPOCH);
            PayloadCopy wrong = replicas.copy(other, from, to, origin);
            assertCode(ErrorCode.DIGEST_MISMATCH, () -> copy(wrong));
            wrong.giveUp();
            assertThat(replicas.look(part, region -> false).missing()).containsExactly(to);

            PayloadCopy copy = replicas.copy(part, from, to, origin);
            copy(copy);
            copy.complete();
            assertThat(replicas.look(part, region -> false).missing()).isEmpty();
            try (var body = client.getObject(r -> r.bucket(to.getBucket()).key(to.getKey()))) {
                assertThat(body.response().metadata()).containsEntry("octavo-topic", "topic");
                assertThat(Arrays.equals(body.readAllBytes(), bytes)).isTrue();
            }
            both.delete(part.getS3().getPayloadId(), false);
            assertThat(replicas.look(part, region -> false).isNowhere()).isTrue();
        } finally {
            both.close();
        }
        assertNothingLeft();
    }

    private static void copy(PayloadCopy copy) {
        boolean more = true;
        while (more) {
            more = copy.next();
        }
    }

    /** One of each bucket: the first is called local, the others after their buckets. */
    private static RegionsConfig regions(String... buckets) {
        List<RegionConfig> regions = new ArrayList<>();
        for (String bucket : buckets) {
            S3Config config = new S3Config(s3.endpoint(), bucket, s3.accessKey(), s3.secretKey(), true, "us-east-1");
            regions.add(new RegionConfig(regions.isEmpty() ? "local" : bucket, config));
        }
        return new RegionsConfig(regions);
    }

    @Test
    void unfinishedUploadsAreGivenUpOnceTheyAreOld() {
        String key = PayloadKeys.of(77);
        try (S3Client client = client()) {
            client.createMultipartUpload(r -> r.bucket(BUCKET).key(key));
            client.createMultipartUpload(r -> r.bucket(BUCKET).key("another/1"));
        }
        assertThat(payloads.abortUnfinished(Instant.now().minusSeconds(3600))).isZero();
        assertThat(payloads.abortUnfinished(Instant.now().plusSeconds(3600))).isEqualTo(1);
        assertThat(unfinished()).containsExactly("another/1");
        try (S3Client client = client()) {
            client.listMultipartUploads(r -> r.bucket(BUCKET))
                    .uploads()
                    .forEach(upload -> client.abortMultipartUpload(
                            r -> r.bucket(BUCKET).key(upload.key()).uploadId(upload.uploadId())));
        }
    }

    private static void assertNothingLeft() {
        try (S3Client client = client()) {
            assertThat(client.listObjectsV2(r -> r.bucket(BUCKET)).contents())
                    .extracting(S3Object::key)
                    .isEmpty();
        }
        assertThat(unfinished()).isEmpty();
    }

    private static List<String> unfinished() {
        try (S3Client client = client()) {
            return client.listMultipartUploads(r -> r.bucket(BUCKET)).uploads().stream()
                    .map(MultipartUpload::key)
                    .toList();
        }
    }

    private static S3Client client() {
        S3Config config = new S3Config(s3.endpoint(), BUCKET, s3.accessKey(), s3.secretKey(), true, "us-east-1");
        return S3Clients.client(config, PayloadConfigTest.bind(Map.of()), 2);
    }

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ServiceException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    /** Does something once when so many bytes were read. */
    private static final class KillingBody extends FilterInputStream {
        private final Runnable kill;
        private long left;

        KillingBody(InputStream body, long after, Runnable kill) {
            super(body);
            this.left = after;
            this.kill = kill;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = super.read(buffer, offset, length);
            if (left > 0 && left - count <= 0) {
                kill.run();
            }
            left -= count;
            return count;
        }
    }
}
