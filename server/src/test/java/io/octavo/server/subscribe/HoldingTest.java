package io.octavo.server.subscribe;

import static io.octavo.server.subscribe.TestHeads.CONSUMER;
import static io.octavo.server.subscribe.TestHeads.EPOCH;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Offer;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.RunState;
import io.octavo.protocol.SubscribeServiceGrpc;
import io.octavo.protocol.SubscribeServiceGrpc.SubscribeServiceImplBase;
import io.octavo.protocol.TopicState;
import io.octavo.server.grpc.GrpcFixture;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.util.unit.DataSize;

/** How polls that are held end: each is, whatever it says. */
@Timeout(20)
class HoldingTest {
    private static final int LONG = 30_000;
    private static final int SHORT = 50;
    private static final int INLINE = 10_000;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ExecutorService threads = Executors.newFixedThreadPool(1);
    private final CheckedTopic checked = new CheckedTopic(Runnable::run);
    private final HeadCache cache = new HeadCache(new TestClock());
    private final SmallPayloads payloads = new SmallPayloads(new MapPayloads(), 1 << 20, this::fill, meters);
    private final InlineBudget inFlight = new InlineBudget(1 << 20);
    private final Holding holding = new Holding(
            cache,
            checked.consistency,
            payloads,
            INLINE,
            new HeldConfig(DataSize.ofMegabytes(1), 1000, DataSize.ofMegabytes(100), DataSize.ofMegabytes(1)),
            meters);
    private final GrpcFixture grpc;
    private volatile boolean broken;

    HoldingTest() throws IOException {
        SubscribeServiceImplBase service = new SubscribeServiceImplBase() {
            @Override
            public void poll(PollRequest request, StreamObserver<PollResponse> caller) {
                HeldPoll poll = new HeldPoll(
                        request,
                        (ServerCallStreamObserver<PollResponse>) caller,
                        new PollAnswers(cache, payloads, INLINE, 0),
                        new InlineLoan(inFlight));
                holding.waiters().hold(poll, Duration.ofMillis(request.getHoldMs()));
            }
        };
        grpc = GrpcFixture.of(List.of(service), SubscribeRole.ON_TRANSPORT);
        cache.listen(holding::changed);
        cache.loaded();
        holding.start();
    }

    @AfterEach
    void close() {
        grpc.close();
        holding.close();
        threads.shutdownNow();
    }

    @Test
    void aPollThatIsOvertakenByAChangeBringsThePayloadToo() throws Exception {
        cache.put(TestHeads.head("t", 6, 4));
        Offer offer = poll(LONG, state("t")).get(10, TimeUnit.SECONDS).getOffers(0);
        assertThat(offer.getVersion()).isEqualTo(4);
        assertThat(offer.getPayload()).isEqualTo(TestHeads.payload(4));
    }

    @Test
    void aPollWhoseAnswerCannotBeMadeEndsWithThatErrorAndGivesBackAllItHad() {
        broken = true;
        cache.put(TestHeads.head("there", 5, 3));
        payloads.read(TestHeads.direct(3).getParts(0));
        cache.put(TestHeads.head("elsewhere", 5, 4));
        Future<PollResponse> poll = poll(SHORT, failed("there"), failed("elsewhere"));
        assertThat(poll)
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableOfType(ExecutionException.class)
                .satisfies(end -> assertThat(requireNonNull((StatusRuntimeException) end.getCause())
                                .getStatus()
                                .getCode())
                        .isEqualTo(Code.INTERNAL));
        assertThat(held("octavo.poll.held")).isZero();
        assertThat(held("octavo.poll.held.bytes")).isZero();
        assertThat(inFlight.taken()).isZero();
        // It can be had once there are threads again.
        broken = false;
        assertThat(payloads.soon(TestHeads.direct(4).getParts(0))).succeedsWithin(Duration.ofSeconds(10));
        assertThat(payloads.ifThere(TestHeads.direct(4).getParts(0))).isNotNull();
    }

    @Test
    void whatBreaksWhileSomebodyIsWokenKeepsNobodyElseFromIt() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        TestWaiter broken = new TestWaiter(0, 0, "broken") {
            @Override
            boolean wants(int index, CachedTopic now) {
                asked.countDown();
                throw new NoSuchMethodError("by the test");
            }
        };
        assertThat(holding.waiters().hold(broken, Duration.ofMillis(LONG))).isTrue();
        cache.put(TestHeads.head("broken", 6, 4));
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        TestWaiter next = new TestWaiter(5, 0, "t");
        assertThat(holding.waiters().hold(next, Duration.ofMillis(LONG))).isTrue();
        cache.put(TestHeads.head("t", 6, 4));
        assertThat(next.answered).succeedsWithin(Duration.ofSeconds(10));
    }

    private void fill(Runnable task) {
        if (broken) {
            throw new OutOfMemoryError("unable to create native thread");
        }
        threads.execute(task);
    }

    private Future<PollResponse> poll(int holdMillis, TopicState.Builder... states) {
        PollRequest.Builder request =
                PollRequest.newBuilder().setConsumer(CONSUMER).setHoldMs(holdMillis);
        for (TopicState.Builder state : states) {
            request.addTopics(state);
        }
        return SubscribeServiceGrpc.newFutureStub(grpc.channel()).poll(request.build());
    }

    private static TopicState.Builder state(String topic) {
        return TopicState.newBuilder()
                .setTopic(topic)
                .setVersion(2)
                .setEpoch(EPOCH)
                .setRevision(5);
    }

    /** It is held, and would be given the payload once more. */
    private static TopicState.Builder failed(String topic) {
        return state(topic).setState(RunState.FAILED);
    }

    private double held(String gauge) {
        return meters.get(gauge).gauge().value();
    }
}
