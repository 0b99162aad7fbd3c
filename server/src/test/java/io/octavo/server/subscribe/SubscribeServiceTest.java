package io.octavo.server.subscribe;

import static io.octavo.server.subscribe.TestHeads.CONSUMER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Deletion;
import io.octavo.protocol.GetLatestRequest;
import io.octavo.protocol.GetLatestResponse;
import io.octavo.protocol.GetVersionRequest;
import io.octavo.protocol.ListUsedTopicsRequest;
import io.octavo.protocol.ListVersionsRequest;
import io.octavo.protocol.ListVersionsResponse;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.ReadPayloadRequest;
import io.octavo.protocol.ReadPayloadResponse;
import io.octavo.protocol.SubscribeServiceGrpc;
import io.octavo.protocol.SubscribeServiceGrpc.SubscribeServiceBlockingStub;
import io.octavo.protocol.TopicState;
import io.octavo.protocol.UsedTopic;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Scopes;
import io.octavo.server.fallback.NoFallback;
import io.octavo.server.grpc.GrpcFixture;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.util.unit.DataSize;

@Timeout(60)
class SubscribeServiceTest {
    private static final ByteString LARGE = random(900_000);

    private final TestClock clock = new TestClock();
    private final FaultyLog log = new FaultyLog(clock);
    private final MapPayloads payloads = new MapPayloads();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final SubscribeRole role = new SubscribeRole(
            log,
            log,
            payloads,
            new SubscribeConfig(
                    Duration.ofMinutes(1), DataSize.ofMegabytes(1), DataSize.ofMegabytes(32), Duration.ofSeconds(30)),
            new HeldConfig(DataSize.ofMegabytes(1), 1000, DataSize.ofMegabytes(1), DataSize.ofMegabytes(1)),
            new ConsumersConfig(DataSize.ofMegabytes(1)),
            NoFallback.cache(),
            "eu",
            clock,
            new Random(1),
            meters);
    private final GrpcFixture grpc;
    private final SubscribeServiceBlockingStub stub;

    SubscribeServiceTest() throws IOException {
        grpc = GrpcFixture.of(List.of(role.service()), SubscribeRole.ON_TRANSPORT);
        stub = SubscribeServiceGrpc.newBlockingStub(grpc.channel());
    }

    @BeforeEach
    void fill() {
        payloads.put(2, LARGE);
        log.commit(
                TestHeads.empty("t", 1)
                        .setNewestVersion(4)
                        .addPublications(TestHeads.publication(2, "*"))
                        .addPins(TestHeads.pin(1, "app=ads"))
                        .addVersions(TestHeads.direct(1))
                        .addVersions(TestHeads.direct(2, LARGE))
                        .build(),
                List.of(
                        TestHeads.direct(1),
                        TestHeads.direct(2, LARGE),
                        TestHeads.inS3(3, 5L << 30),
                        TestHeads.direct(4).toBuilder()
                                .setDeletion(Deletion.newBuilder().setReason("old"))
                                .build(),
                        TestHeads.direct(MapPayloads.LOST)));
        log.forEachHead(role.cache()::put);
        role.cache().loaded();
    }

    @AfterEach
    void close() {
        grpc.close();
        role.close();
    }

    @Test
    void pollAnswersFromMemoryWhileTheLogIsAway() {
        log.logAway(true);
        log.feedAway(true);
        PollResponse answer = poll(TopicState.newBuilder().setTopic("t").build());
        assertThat(answer.getNextPollMs()).isBetween(27_000, 33_000);
        assertThat(answer.getOffersList())
                .singleElement()
                .satisfies(offer -> assertThat(offer.getVersion()).isEqualTo(2));
        assertThat(meters.timer("octavo.poll").count()).isEqualTo(1);
    }

    @Test
    void whoPollsOrReadsATopicUsesIt() {
        assertThat(used()).isEmpty();
        poll(TopicState.newBuilder().setTopic("not-there").build());
        assertThat(used()).isEmpty();
        version("t", 3);
        assertThat(used()).containsExactly("t");
        log.commit(TestHeads.empty("u", 1).build(), List.of());
        log.forEachHead(role.cache()::put);
        poll(TopicState.newBuilder().setTopic("u").build());
        assertThat(used()).containsExactlyInAnyOrder("t", "u");
    }

    private List<String> used() {
        return role.consumers().listUsed(ListUsedTopicsRequest.getDefaultInstance()).getTopicsList().stream()
                .map(UsedTopic::getTopic)
                .toList();
    }

    @Test
    void pollOfWrongTopicsNamesTheField() throws InvalidProtocolBufferException {
        StatusRuntimeException failure =
                failure(() -> poll(TopicState.newBuilder().setTopic("NO").build()));
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(failure.getStatus().getDescription()).startsWith("topics[0].topic: NO (expected: ");
        assertThat(reason(failure)).isEqualTo("INVALID_ARGUMENT");
    }

    @Test
    void versionIsReadByItsNumber() throws InvalidProtocolBufferException {
        assertThat(version("t", 3)).isEqualTo(TestHeads.inS3(3, 5L << 30));
        assertThat(reason(failure(() -> version("t", 9)))).isEqualTo("VERSION_NOT_FOUND");
        assertThat(reason(failure(() -> version("unknown", 9)))).isEqualTo("TOPIC_NOT_FOUND");
        assertThat(reason(failure(() -> version("t", 0)))).isEqualTo("INVALID_ARGUMENT");
        log.logAway(true);
        assertThat(failure(() -> version("t", 2)).getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
    }

    @Test
    void versionsAreListedNewestFirstInPages() throws InvalidProtocolBufferException {
        ListVersionsResponse first = list("t", 0, 2);
        assertThat(first.getRecordsList().stream().map(VersionRecord::getVersion))
                .containsExactly(MapPayloads.LOST, 4L);
        assertThat(first.getNextBelow()).isEqualTo(4);
        ListVersionsResponse rest = list("t", 4, 0);
        assertThat(rest.getRecordsList().stream().map(VersionRecord::getVersion))
                .containsExactly(3L, 2L, 1L);
        assertThat(rest.getNextBelow()).isZero();
        assertThat(reason(failure(() -> list("unknown", 0, 0)))).isEqualTo("TOPIC_NOT_FOUND");
        assertThat(reason(failure(() -> list("t", -1, 0)))).isEqualTo("INVALID_ARGUMENT");
        assertThat(reason(failure(() -> list("t", 0, 1_001)))).isEqualTo("INVALID_ARGUMENT");
    }

    private ListVersionsResponse list(String topic, long below, int limit) {
        return stub.listVersions(ListVersionsRequest.newBuilder()
                .setTopic(topic)
                .setBelow(below)
                .setLimit(limit)
                .build());
    }

    @Test
    void latestTellsVersionAndReason() {
        GetLatestResponse mine = latest("recs", false);
        assertThat(mine.getVersion()).isEqualTo(2);
        assertThat(mine.getRecord()).isEqualTo(TestHeads.direct(2, LARGE));
        assertThat(mine.getPinned()).isFalse();
        GetLatestResponse pinned = latest("ads", false);
        assertThat(pinned.getVersion()).isEqualTo(1);
        assertThat(pinned.getPinned()).isTrue();
        assertThat(pinned.getScope()).isEqualTo(Scopes.parse("app=ads"));
        assertThat(pinned.getHead().getPinsCount()).isEqualTo(1);
        assertThat(latest("ads", true).getVersion()).isEqualTo(2);
    }

    @Test
    void latestOfNothingIsZeroAndOfNoTopicIsNotFound() throws InvalidProtocolBufferException {
        role.cache().put(TestHeads.empty("staged", 1).build());
        role.cache()
                .put(TestHeads.empty("elsewhere", 1)
                        .addPublications(TestHeads.publication(1, "region=us"))
                        .build());
        for (String topic : List.of("staged", "elsewhere")) {
            GetLatestResponse nothing = stub.getLatest(GetLatestRequest.newBuilder()
                    .setTopic(topic)
                    .setConsumer(CONSUMER)
                    .build());
            assertThat(nothing.getVersion()).isZero();
            assertThat(nothing.getHead().getRevision()).isEqualTo(1);
        }
        GetLatestRequest unknown =
                GetLatestRequest.newBuilder().setTopic("unknown").build();
        assertThat(reason(failure(() -> stub.getLatest(unknown)))).isEqualTo("TOPIC_NOT_FOUND");
    }

    @Test
    void payloadComesInChunksFromAnyOffset() {
        assertThat(read("t", 2, 0)).hasSize(4);
        assertThat(chunks(read("t", 2, 0))).isEqualTo(LARGE);
        assertThat(chunks(read("t", 2, 899_990))).isEqualTo(LARGE.substring(899_990));
        assertThat(chunks(read("t", 2, 900_000))).isEqualTo(ByteString.EMPTY);
        assertThat(chunks(read("t", 1, 3))).isEqualTo(TestHeads.payload(1).substring(3));
        assertThat(payloads.reads()).isEqualTo(2);
    }

    @Test
    void payloadInS3ComesAsLinks() {
        assertThat(read("t", 3, 7)).singleElement().satisfies(answer -> {
            assertThat(answer.getLinks().getLinks(0).getUrl()).isEqualTo("https://store/payloads/3");
            assertThat(answer.getLinks().getLinks(0).getRegion()).isEqualTo("eu");
        });
    }

    @Test
    void payloadThatCanNotBeReadSaysWhy() throws InvalidProtocolBufferException {
        assertThat(reason(failure(() -> read("t", 2, 900_001)))).isEqualTo("RANGE_NOT_SATISFIABLE");
        assertThat(reason(failure(() -> read("t", 2, -1)))).isEqualTo("INVALID_ARGUMENT");
        assertThat(reason(failure(() -> read("t", 4, 0)))).isEqualTo("GONE");
        assertThat(reason(failure(() -> read("t", 99, 0)))).isEqualTo("VERSION_NOT_FOUND");
        assertThat(reason(failure(() -> read("t", MapPayloads.LOST, 0)))).isEqualTo("GONE");
        role.cache().put(TestHeads.empty("reborn", 9).setBaseVersion(5).build());
        log.commit(TestHeads.empty("reborn", 1).build(), List.of(TestHeads.direct(5)));
        assertThat(reason(failure(() -> read("reborn", 5, 0)))).isEqualTo("GONE");
        payloads.away(true);
        assertThat(failure(() -> read("t", 1, 0)).getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
    }

    @Test
    void roleLoadsAndRefreshesOnItsOwnThreads() throws Exception {
        log.publish("other", 1);
        role.start();
        while (role.cache().head("other") == null
                || meters.get("octavo.cache.age").gauge().value() > 0
                || meters.get("octavo.cache.behind").gauge().value() > 0) {
            Thread.onSpinWait();
        }
        assertThat(meters.get("octavo.cache.heads").gauge().value()).isEqualTo(2);
        role.close();
    }

    private PollResponse poll(TopicState state) {
        return stub.withDeadlineAfter(10, TimeUnit.SECONDS)
                .poll(PollRequest.newBuilder()
                        .setConsumer(CONSUMER)
                        .addTopics(state)
                        .build());
    }

    private VersionRecord version(String topic, long version) {
        return stub.getVersion(GetVersionRequest.newBuilder()
                        .setTopic(topic)
                        .setVersion(version)
                        .build())
                .getRecord();
    }

    private GetLatestResponse latest(String app, boolean ignorePins) {
        return stub.getLatest(GetLatestRequest.newBuilder()
                .setTopic("t")
                .setConsumer(CONSUMER.toBuilder().setApp(app))
                .setIgnorePins(ignorePins)
                .build());
    }

    private List<ReadPayloadResponse> read(String topic, long version, long offset) {
        Iterator<ReadPayloadResponse> answers = stub.withDeadlineAfter(10, TimeUnit.SECONDS)
                .readPayload(ReadPayloadRequest.newBuilder()
                        .setTopic(topic)
                        .setVersion(version)
                        .setOffset(offset)
                        .build());
        List<ReadPayloadResponse> all = new ArrayList<>();
        answers.forEachRemaining(all::add);
        return all;
    }

    private static ByteString chunks(List<ReadPayloadResponse> answers) {
        return ByteString.copyFrom(
                answers.stream().map(ReadPayloadResponse::getChunk).toList());
    }

    private static StatusRuntimeException failure(ThrowingCallable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call);
    }

    private static String reason(StatusRuntimeException failure) throws InvalidProtocolBufferException {
        com.google.rpc.Status details = StatusProto.fromThrowable(failure);
        assertThat(details).isNotNull();
        return details.getDetails(0).unpack(ErrorInfo.class).getReason();
    }

    private static ByteString random(int size) {
        byte[] bytes = new byte[size];
        new Random(7).nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }
}
