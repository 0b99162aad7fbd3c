package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.octavo.client.OctavoClient;
import io.octavo.client.OctavoException;
import io.octavo.client.Published;
import io.octavo.client.TransferListener;
import io.octavo.client.Version;
import io.octavo.protocol.AbortUploadRequest;
import io.octavo.protocol.BeginUploadRequest;
import io.octavo.protocol.BeginUploadResponse;
import io.octavo.protocol.CompleteUploadRequest;
import io.octavo.protocol.Part;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.PublishResponse;
import io.octavo.protocol.PublishServiceGrpc;
import io.octavo.protocol.PublishServiceGrpc.PublishServiceBlockingStub;
import io.octavo.protocol.S3Location;
import io.octavo.protocol.UploadPart;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Digests;
import io.octavo.rules.ErrorCode;
import io.octavo.server.cassandra.CassandraStore;
import io.octavo.server.cassandra.TestCassandra;
import io.octavo.server.payload.OpenUpload;
import io.octavo.server.payload.Payloads;
import io.octavo.server.payload.TestS3;
import io.octavo.server.payload.UploadsConfig;
import io.octavo.server.publish.Reasons;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Payloads that go straight to a real S3 store, in two regions, with the help of two nodes on a real Cassandra. */
@Timeout(180)
abstract class UploadContract {
    private static final int MIB = 1 << 20;
    /** Less than the pauses between the client's attempts come to. */
    private static final Duration TRIES_FOR = Duration.ofSeconds(5);

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @SuppressWarnings("NullAway.Init")
    private static TestS3 s3;

    @SuppressWarnings("NullAway.Init")
    private static String keyspace;

    @SuppressWarnings("NullAway.Init")
    private static RealNode one;

    @SuppressWarnings("NullAway.Init")
    private static RealNode other;

    @SuppressWarnings("NullAway.Init")
    private static ManagedChannel toOne;

    @SuppressWarnings("NullAway.Init")
    private static ManagedChannel toOther;

    /** For the class that says which store; the tests stop it. */
    static void start(TestS3 store) {
        s3 = store;
        keyspace = TestCassandra.config(TestCassandra.shared()).keyspace();
        one = node();
        other = node("--octavo.roles=publish,subscribe");
        toOne = channel(one);
        toOther = channel(other);
    }

    private static RealNode node(String... more) {
        return RealNode.start(arguments(more));
    }

    private static String[] arguments(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "--octavo.roles=publish",
                "--octavo.cassandra.keyspace=" + keyspace,
                "--octavo.payload.create-buckets=true",
                "--octavo.payload.connect-timeout=2s",
                "--octavo.regions[0].s3.endpoint=" + s3.endpoint(),
                "--octavo.regions[0].s3.bucket=octavo-eu",
                "--octavo.regions[0].s3.access-key=" + s3.accessKey(),
                "--octavo.regions[0].s3.secret-key=" + s3.secretKey(),
                "--octavo.regions[1].name=us",
                "--octavo.regions[1].s3.endpoint=" + s3.endpoint(),
                "--octavo.regions[1].s3.bucket=octavo-us",
                "--octavo.regions[1].s3.access-key=" + s3.accessKey(),
                "--octavo.regions[1].s3.secret-key=" + s3.secretKey()));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    private static ManagedChannel channel(RealNode node) {
        return NettyChannelBuilder.forAddress("127.0.0.1", node.grpc())
                .usePlaintext()
                .build();
    }

    @AfterAll
    static void stop() {
        toOne.shutdownNow();
        toOther.shutdownNow();
        one.close();
        other.close();
        s3.close();
    }

    @Test
    void whatOneProcessHasBegunAnotherFinishes() throws Exception {
        byte[] bytes = bytes(40 * MIB);
        BeginUploadResponse begun = stub(toOne).beginUpload(beginning("halves", bytes, 0));
        assertThat(begun.getPartCount()).isEqualTo(5);
        assertThat(begun.getPartSize()).isEqualTo(8 * MIB);
        assertThat(begun.getMissing()).isEqualTo(10);
        put(begun.getPartsList().subList(0, 5), bytes);

        BeginUploadResponse rest = stub(toOther).beginUpload(beginning("halves", bytes, 0));
        assertThat(rest.getUploadId()).isEqualTo(begun.getUploadId());
        assertThat(rest.getPartsList())
                .extracting(part -> part.getNumber() + part.getRegion())
                .containsExactly("3us", "4eu", "4us", "5eu", "5us");
        put(rest.getPartsList(), bytes);
        PublishResponse made = stub(toOther).completeUpload(completing("halves", bytes, rest));

        assertThat(made.getRecord().getVersion()).isEqualTo(1);
        putLate(begun.getParts(0).getUrl(), new byte[8 * MIB]);
        assertIsThereEverywhere(made.getRecord().getParts(0), bytes);
        PublishResponse again = stub(toOne).completeUpload(completing("halves", bytes, rest));
        assertThat(again.getReplayed()).isTrue();
        assertThat(again.getRecord()).isEqualTo(made.getRecord());
        assertThat(stub(toOne).beginUpload(beginning("halves", bytes, 0)).getPublished())
                .isTrue();
        assertThat(one.bean(CassandraStore.class).openUploads().count("halves", 10))
                .isZero();
    }

    @Test
    void theJavaClientGoesOnWhenItsNodeIsKilledAndStartedAnew(@TempDir Path folder) throws Exception {
        byte[] bytes = bytes(40 * MIB);
        Path file = Files.write(folder.resolve("payload"), bytes);
        int http = RealNode.freePort();
        int grpc = RealNode.freePort();
        NodeProcess dying = started("dying", folder, http, grpc);
        AtomicReference<NodeProcess> next = new AtomicReference<>();
        AtomicLong killed = new AtomicLong();
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> dying.get("/status").get("ready").asBoolean());
        try (OctavoClient client = OctavoClient.builder()
                .publishEndpoints(List.of("127.0.0.1:" + grpc))
                .build()) {
            TransferListener killer = (moved, total) -> {
                if (moved > total / 2 && next.get() == null) {
                    dying.close();
                    killed.set(System.nanoTime());
                    next.set(started("next", folder, http, grpc));
                }
            };
            // On a busy machine a node starts for longer than the client tries: then it is published once more.
            Published published = await().atMost(Duration.ofSeconds(90))
                    .ignoreExceptionsMatching(e -> e instanceof OctavoException
                            && next.get() != null
                            && System.nanoTime() - killed.get() > TRIES_FOR.toNanos())
                    .until(
                            () -> client.publish("client")
                                    .idempotencyKey("key")
                                    .progress(killer)
                                    .file(file),
                            Objects::nonNull);
            assertThat(published.version()).isEqualTo(1);
            assertIsThereEverywhere(version("client").getParts(0), bytes);
            assertThat(one.bean(CassandraStore.class).openUploads().count("client", 10))
                    .isZero();
        } finally {
            dying.close();
            if (next.get() != null) {
                next.get().close();
            }
        }
    }

    private static NodeProcess started(String name, Path folder, int http, int grpc) {
        try {
            return NodeProcess.start(name, folder, http, grpc, arguments());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theJavaClientSendsTheRestOfWhatAnotherProcessHasBegun(@TempDir Path folder) throws Exception {
        byte[] bytes = bytes(20 * MIB);
        Path file = Files.write(folder.resolve("payload"), bytes);
        BeginUploadResponse begun = stub(toOne).beginUpload(beginning("rest", bytes, 5 * MIB));
        put(begun.getPartsList().subList(0, 6), bytes);
        AtomicLong first = new AtomicLong(-1);
        try (OctavoClient client = OctavoClient.builder()
                .publishEndpoints(List.of("127.0.0.1:" + other.grpc()))
                .build()) {
            client.publish("rest")
                    .idempotencyKey("key")
                    .progress((moved, total) -> first.compareAndSet(-1, moved))
                    .file(file);
        }
        assertThat(first.get()).isGreaterThanOrEqualTo(15 * MIB);
        assertIsThereEverywhere(version("rest").getParts(0), bytes);
    }

    @Test
    void theJavaClientDownloadsFromTheNextRegionWhereTheFirstHasNothingOrOtherBytes(@TempDir Path folder)
            throws Exception {
        byte[] bytes = bytes(20 * MIB);
        byte[] corrupt = bytes.clone();
        corrupt[9 * MIB]++;
        Path file = folder.resolve("payload");
        String address = "127.0.0.1:" + other.grpc();
        try (OctavoClient client = OctavoClient.builder()
                        .publishEndpoints(List.of(address))
                        .subscribeEndpoints(List.of(address))
                        .region("eu")
                        .build();
                S3Client store = store()) {
            client.publish("far").bytes(bytes);
            Version version = client.reads().version("far", 1);
            S3Location near = version("far").getParts(0).getS3().getLocations(0);
            assertThat(near.getBucket()).isEqualTo("octavo-eu");
            client.reads().download(version, file);
            assertThat(Arrays.equals(Files.readAllBytes(file), bytes)).isTrue();
            Files.delete(file);

            store.deleteObject(gone -> gone.bucket("octavo-eu").key(near.getKey()));
            client.reads().download(version, file);
            assertThat(Arrays.equals(Files.readAllBytes(file), bytes)).isTrue();
            try (InputStream in = client.reads().stream(version)) {
                assertThat(Arrays.equals(in.readAllBytes(), bytes)).isTrue();
            }
            Files.delete(file);

            store.putObject(to -> to.bucket("octavo-eu").key(near.getKey()), RequestBody.fromBytes(corrupt));
            client.reads().download(version, file);
            assertThat(Arrays.equals(Files.readAllBytes(file), bytes)).isTrue();
            Files.delete(file);

            store.putObject(to -> to.bucket("octavo-us").key(near.getKey()), RequestBody.fromBytes(corrupt));
            assertThatThrownBy(() -> client.reads().download(version, file))
                    .isInstanceOfSatisfying(
                            OctavoException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DIGEST_MISMATCH));
            assertThat(folder).isEmptyDirectory();
        }
    }

    private static S3Client store() {
        return S3Client.builder()
                .endpointOverride(s3.endpoint())
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .httpClientBuilder(Apache5HttpClient.builder())
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(s3.accessKey(), s3.secretKey())))
                .build();
    }

    private static VersionRecord version(String topic) {
        return Objects.requireNonNull(one.bean(TopicLog.class).version(topic, 1, Read.SERIAL));
    }

    @Test
    void aPartWithOtherBytesInAnyRegionIsFoundOutAndNothingIsPublished() throws Exception {
        byte[] bytes = bytes(6 * MIB);
        for (String region : List.of("eu", "us")) {
            String topic = "corrupt-" + region;
            BeginUploadResponse begun = stub(toOne).beginUpload(beginning(topic, bytes, 5 * MIB));
            put(begun.getPartsList(), bytes);
            byte[] corrupt = bytes.clone();
            corrupt[MIB]++;
            put(
                    begun.getPartsList().stream()
                            .filter(part -> part.getRegion().equals(region) && part.getNumber() == 1)
                            .toList(),
                    corrupt);

            assertRefused("DIGEST_MISMATCH", () -> stub(toOne).completeUpload(completing(topic, bytes, begun)));
            assertThat(one.bean(TopicLog.class).head(topic, Read.SERIAL)).isNull();
            assertRefused("GONE", () -> stub(toOther).completeUpload(completing(topic, bytes, begun)));
            assertThat(publish(topic, bytes).getRecord().getVersion()).isEqualTo(1);
        }
    }

    @Test
    void whatTheSweepHasGivenUpIsGoneAndBegunAnew() throws Exception {
        byte[] bytes = bytes(6 * MIB);
        BeginUploadResponse begun = stub(toOne).beginUpload(beginning("swept", bytes, 5 * MIB));
        put(begun.getPartsList(), bytes);
        assertThat(one.bean(TopicLog.class).abortUpload("swept", begun.getUploadId(), 1))
                .isTrue();
        assertRefused("GONE", () -> stub(toOther).completeUpload(completing("swept", bytes, begun)));
        one.bean(Payloads.class).delete(begun.getUploadId(), false);
        assertRefused("GONE", () -> stub(toOther).completeUpload(completing("swept", bytes, begun)));
        assertThat(publish("swept", bytes).getRecord().getVersion()).isEqualTo(1);
    }

    @Test
    void aNodeThatDiesBetweenCompletingAndCommittingIsFollowedByAnother() throws Exception {
        byte[] bytes = bytes(6 * MIB);
        BeginUploadResponse begun = stub(toOne).beginUpload(beginning("orphan", bytes, 5 * MIB));
        put(begun.getPartsList(), bytes);
        CassandraStore store = one.bean(CassandraStore.class);
        OpenUpload open = Objects.requireNonNull(store.openUploads().find("orphan", "key"));
        one.bean(Payloads.class)
                .signed(one.bean(UploadsConfig.class), store.openUploads(), InstantSource.system())
                .complete(open, "", UnaryOperator.identity());

        assertThat(stub(toOther).beginUpload(beginning("orphan", bytes, 0)).getMissing())
                .isZero();
        PublishResponse made = stub(toOther).completeUpload(completing("orphan", bytes, begun));
        assertThat(made.getRecord().getVersion()).isEqualTo(1);
        assertIsThereEverywhere(made.getRecord().getParts(0), bytes);
    }

    @Test
    void anAddressTakesExactlyItsPart() throws Exception {
        byte[] bytes = bytes(6 * MIB);
        BeginUploadRequest beginning = beginning("strict", bytes, 5 * MIB);
        UploadPart part = stub(toOne).beginUpload(beginning).getParts(0);
        String another = part.getUrl().replace("partNumber=1", "partNumber=2");
        assertNotTaken(part.getUrl(), Arrays.copyOf(bytes, 5 * MIB - 1));
        assertNotTaken(part.getUrl(), Arrays.copyOf(bytes, 5 * MIB + 1));
        assertNotTaken(another, Arrays.copyOf(bytes, 5 * MIB));
        assertThat(stub(toOne).beginUpload(beginning).getMissing()).isEqualTo(4);
        put(List.of(part), bytes);
        assertThat(stub(toOne).beginUpload(beginning).getMissing()).isEqualTo(3);

        AbortUploadRequest abort = AbortUploadRequest.newBuilder()
                .setTopic("strict")
                .setIdempotencyKey("key")
                .build();
        assertThat(stub(toOther).abortUpload(abort).getAborted()).isTrue();
        assertThat(stub(toOne).abortUpload(abort).getAborted()).isFalse();
        putLate(part.getUrl(), Arrays.copyOf(bytes, 5 * MIB));
        assertThat(stub(toOne).beginUpload(beginning).getMissing())
                .as("begun anew")
                .isEqualTo(4);
    }

    /** Some stores take parts of what is over, and others don't: neither does anything. */
    private static void putLate(String url, byte[] body) throws InterruptedException {
        try {
            assertThat(status(url, body)).isBetween(200, 499);
        } catch (IOException e) {
            assertThat(e).isNotNull();
        }
    }

    /** The store may hang up before it has been sent everything. */
    private static void assertNotTaken(String url, byte[] body) throws InterruptedException {
        try {
            assertThat(status(url, body)).isEqualTo(403);
        } catch (IOException e) {
            assertThat(e).isNotNull();
        }
    }

    private static PublishResponse publish(String topic, byte[] bytes) throws Exception {
        BeginUploadResponse begun = stub(toOther).beginUpload(beginning(topic, bytes, 5 * MIB));
        put(begun.getPartsList(), bytes);
        return stub(toOther).completeUpload(completing(topic, bytes, begun));
    }

    private static BeginUploadRequest beginning(String topic, byte[] bytes, long partSize) {
        return BeginUploadRequest.newBuilder()
                .setTopic(topic)
                .setIdempotencyKey("key")
                .setSize(bytes.length)
                .setSha256(ByteString.copyFrom(Digests.sha256(bytes)))
                .setPartSize(partSize)
                .build();
    }

    private static CompleteUploadRequest completing(String topic, byte[] bytes, BeginUploadResponse begun) {
        return CompleteUploadRequest.newBuilder()
                .setUploadId(begun.getUploadId())
                .setHeader(PublishHeader.newBuilder()
                        .setTopic(topic)
                        .setIdempotencyKey("key")
                        .setSize(bytes.length)
                        .setSha256(ByteString.copyFrom(Digests.sha256(bytes))))
                .build();
    }

    private static void put(List<UploadPart> parts, byte[] bytes) throws IOException, InterruptedException {
        for (UploadPart part : parts) {
            int from = Math.toIntExact(part.getOffset());
            byte[] slice = Arrays.copyOfRange(bytes, from, from + Math.toIntExact(part.getSize()));
            assertThat(status(part.getUrl(), slice)).isEqualTo(200);
        }
    }

    private static int status(String url, byte[] body) throws IOException, InterruptedException {
        HttpRequest put = HttpRequest.newBuilder(URI.create(url))
                .PUT(BodyPublishers.ofByteArray(body))
                .build();
        return HTTP.send(put, BodyHandlers.discarding()).statusCode();
    }

    private static void assertIsThereEverywhere(Part part, byte[] bytes) throws IOException {
        assertThat(part.getS3().getLocationsCount()).isEqualTo(2);
        for (int i = 0; i < 2; i++) {
            Part.Builder there = part.toBuilder();
            there.getS3Builder().clearLocations().addLocations(part.getS3().getLocations(i));
            try (InputStream body = one.bean(Payloads.class).open(there.build(), 0, part.getSize())) {
                assertThat(Arrays.equals(body.readAllBytes(), bytes)).isTrue();
            }
        }
    }

    private static void assertRefused(String reason, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(Reasons.of(e)).isEqualTo(reason));
    }

    private static PublishServiceBlockingStub stub(ManagedChannel channel) {
        return PublishServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
