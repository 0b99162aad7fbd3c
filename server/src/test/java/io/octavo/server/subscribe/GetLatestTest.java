package io.octavo.server.subscribe;

import static io.octavo.server.subscribe.TestHeads.CONSUMER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.GetLatestRequest;
import io.octavo.protocol.GetLatestResponse;
import io.octavo.protocol.GetVersionRequest;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.SubscribeServiceGrpc;
import io.octavo.protocol.SubscribeServiceGrpc.SubscribeServiceBlockingStub;
import io.octavo.protocol.TopicState;
import io.octavo.rules.Scopes;
import io.octavo.server.fallback.NoFallback;
import io.octavo.server.grpc.GrpcErrors;
import io.octavo.server.grpc.GrpcFixture;
import io.octavo.server.reads.CountedLog;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.PinScope;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.springframework.util.unit.DataSize;

/** {@code GetLatest} of a node that hears of no change by itself. */
@Timeout(60)
class GetLatestTest {
    private static final int WORKERS = 4;

    private final CountedLog log = new CountedLog();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final SubscribeRole role = new SubscribeRole(
            log,
            new InMemoryTopicLog(InstantSource.system()),
            new MapPayloads(),
            new SubscribeConfig(
                    Duration.ofMinutes(1), DataSize.ofMegabytes(1), DataSize.ofMegabytes(32), Duration.ZERO),
            new HeldConfig(DataSize.ofMegabytes(1), 1000, DataSize.ofMegabytes(1), DataSize.ofMegabytes(1)),
            new ConsumersConfig(DataSize.ofMegabytes(1)),
            NoFallback.cache(),
            "eu",
            InstantSource.system(),
            new Random(1),
            meters);
    private final GrpcFixture grpc;
    private final SubscribeServiceBlockingStub stub;

    GetLatestTest() throws IOException {
        grpc = GrpcFixture.of(List.of(role.service()), SubscribeRole.ON_TRANSPORT);
        stub = SubscribeServiceGrpc.newBlockingStub(grpc.channel());
    }

    @BeforeEach
    void load() {
        log.publish("t");
        log.forEachHead(role.cache()::put);
        role.cache().loaded();
    }

    @AfterEach
    void close() {
        log.beforeAnswer(question -> {});
        grpc.close();
        role.close();
    }

    @Test
    void aStrictAnswerIsThatOfTheLogAndIsKnownFromThenOn() {
        log.publish("t");
        assertThat(latest(0, false).getVersion()).as("from memory").isEqualTo(1);
        GetLatestResponse strict = latest(0, true);
        assertThat(strict.getVersion()).isEqualTo(2);
        assertThat(strict.getHead().getRevision()).isEqualTo(2);
        assertThat(latest(0, false).getVersion()).isEqualTo(2);
        assertThat(log.asked()).containsExactly("head t SERIAL");
    }

    @Test
    void aRevisionThatTheNodeLacksIsReadOnce() {
        log.publish("t");
        log.publish("t");
        assertThat(latest(3, false).getVersion()).isEqualTo(3);
        assertThat(latest(3, false).getVersion()).isEqualTo(3);
        assertThat(log.asked()).containsExactly("head t LOCAL");
        StatusRuntimeException ahead = failure(request(4, false));
        assertThat(ahead.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
        assertThat(ahead.getStatus().getDescription())
                .isEqualTo("revision of t: 3 (expected: 4 or later; none such is committed)");
    }

    @Test
    void pinsAreIgnoredByWhoAsksForThatAlsoStrictly() {
        log.publish("t");
        log.commit("t", new PinScope(Scopes.parse("app=recs"), 1, "calm", 0));
        assertThat(stub.getLatest(request(0, true)).getVersion()).isEqualTo(1);
        GetLatestResponse ignoring =
                stub.getLatest(request(3, true).toBuilder().setIgnorePins(true).build());
        assertThat(ignoring.getVersion()).isEqualTo(2);
        assertThat(ignoring.getPinned()).isFalse();
    }

    @Test
    void thePastIsToldAsItWas() {
        long then = latest(0, false).getHead().getLastEventMs();
        log.publish("t");
        log.commit("t", new PinScope(Scopes.GLOBAL, 2, "calm", 0));
        assertThat(latest(0, true).getPinned()).isTrue();

        GetLatestResponse past = stub.getLatest(at(then));
        assertThat(past.getVersion()).isEqualTo(1);
        assertThat(past.getPinned()).isFalse();
        assertThat(past.getRecord().getPublicationsCount()).isEqualTo(1);
        assertThat(failure(at(then - 1)).getStatus().getDescription()).endsWith("it came into being later");
        assertThat(failure(at(Long.MAX_VALUE)).getStatus().getDescription()).startsWith("at_ms: ");
        assertThat(failure(at(-1)).getStatus().getDescription()).startsWith("at_ms: ");
        assertThat(failure(at(then).toBuilder().setStrict(true).build())
                        .getStatus()
                        .getDescription())
                .endsWith("the past is what it was)");
        assertThat(failure(at(then).toBuilder().setTopic("none").build())
                        .getStatus()
                        .getCode())
                .isEqualTo(Code.NOT_FOUND);
    }

    private static GetLatestRequest at(long millis) {
        return request(0, false).toBuilder().setAtMs(millis).build();
    }

    @Test
    void wrongRequestsAreRefusedBeforeAnythingIsRead() {
        assertThat(failure(request(-1, true)).getStatus().getDescription())
                .isEqualTo("min_revision: -1 (expected: 0 or more)");
        assertThat(failure(request(0, true).toBuilder().setTopic("NO").build())
                        .getStatus()
                        .getCode())
                .isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(log.asked()).isEmpty();
        assertThat(failure(request(0, true).toBuilder().setTopic("none").build())
                        .getStatus()
                        .getCode())
                .isEqualTo(Code.NOT_FOUND);
    }

    @Test
    void whoWaitsHoldsNoWorkerThread() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        log.beforeAnswer(question -> {
            if (question.startsWith("head")) {
                await(answer);
            }
        });
        List<ListenableFuture<GetLatestResponse>> waiting = IntStream.range(0, 10 * WORKERS)
                .mapToObj(i -> SubscribeServiceGrpc.newFutureStub(grpc.channel())
                        .getLatest(request(i % 2 == 0 ? 0 : 2, i % 2 == 0)))
                .toList();
        awaitWaiting(10 * WORKERS);
        assertThat(stub.getVersion(GetVersionRequest.newBuilder()
                                .setTopic("t")
                                .setVersion(1)
                                .build())
                        .getRecord()
                        .getVersion())
                .as("there is a thread for this")
                .isEqualTo(1);
        log.publish("t");
        answer.countDown();
        for (ListenableFuture<GetLatestResponse> one : waiting) {
            assertThat(one.get().getVersion()).isPositive();
        }
        assertThat(log.asked()).hasSizeLessThan(10);
    }

    @Test
    void nobodyWaitsBeyondHisDeadlineAndThatIsNoFault() {
        ListAppender<ILoggingEvent> faults = new ListAppender<>();
        faults.start();
        Logger errors = (Logger) LoggerFactory.getLogger(GrpcErrors.class);
        errors.addAppender(faults);
        CountDownLatch answer = new CountDownLatch(1);
        log.beforeAnswer(question -> await(answer));
        StatusRuntimeException late = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> stub.withDeadlineAfter(100, TimeUnit.MILLISECONDS).getLatest(request(0, true)));
        assertThat(late.getStatus().getCode()).isIn(Code.DEADLINE_EXCEEDED, Code.UNAVAILABLE);
        awaitWaiting(0);
        answer.countDown();
        errors.detachAppender(faults);
        assertThat(faults.list).isEmpty();
    }

    @Test
    void whileTheLogIsAwayPollsGoOnAndStrictReadsAreRefusedUntilItIsBack() {
        log.away(true);
        assertThat(failure(request(0, true)).getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
        assertThat(failure(request(2, false)).getStatus().getDescription())
                .isEqualTo("this node is behind: revision of t: 1 (expected: 2 or later), and the store is away");
        assertThat(poll("t")).isEqualTo(1);
        assertThat(latest(0, false).getVersion()).isEqualTo(1);
        log.away(false);
        assertThat(latest(0, true).getVersion()).isEqualTo(1);
    }

    @Test
    void pollsOfUnknownTopicsAskTheLogNothing() {
        for (int i = 0; i < 100; i++) {
            assertThat(poll("unknown-" + i)).isZero();
        }
        assertThat(log.asked()).isEmpty();
    }

    /** The version that is offered; 0 = none is. */
    private long poll(String topic) {
        return stub
                .poll(PollRequest.newBuilder()
                        .setConsumer(CONSUMER)
                        .addTopics(TopicState.newBuilder().setTopic(topic))
                        .build())
                .getOffersList()
                .stream()
                .mapToLong(offer -> offer.getVersion())
                .sum();
    }

    private GetLatestResponse latest(long minRevision, boolean strict) {
        return stub.getLatest(request(minRevision, strict));
    }

    private static GetLatestRequest request(long minRevision, boolean strict) {
        return GetLatestRequest.newBuilder()
                .setTopic("t")
                .setConsumer(CONSUMER)
                .setMinRevision(minRevision)
                .setStrict(strict)
                .build();
    }

    private StatusRuntimeException failure(GetLatestRequest request) {
        return catchThrowableOfType(StatusRuntimeException.class, () -> stub.getLatest(request));
    }

    private void awaitWaiting(int count) {
        while (meters.find("octavo.reads.waiting").gauges().stream()
                        .mapToDouble(gauge -> gauge.value())
                        .sum()
                != count) {
            Thread.onSpinWait();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
