package io.octavo.server.publish;

import static io.octavo.server.publish.TestPublisher.assertRefused;
import static io.octavo.server.publish.TestPublisher.body;
import static io.octavo.server.publish.TestPublisher.unreadable;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.PayloadIntake.Announced;
import io.octavo.server.publish.Published.Outcome;
import io.octavo.server.topic.InMemoryTopicLog;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What meets a publish that is under way: another writer, a lost answer, its own repetition, the end of the node. */
class PublishesUnderWayTest {
    private final TestPublisher house = new TestPublisher();
    private final InMemoryTopicLog log = house.log;
    private final MemoryPayloads payloads = house.payloads;
    private final Publisher publisher = house.publisher;

    @Test
    void aRefusedCommitLeavesNoPayload() {
        Publisher racing = house.publisher(overtaken());

        assertRefused(
                ErrorCode.VERSION_CONFLICT,
                () -> racing.publish(Orders.of("prices").expecting(0).order(), body("one")));
        assertThat(payloads.left()).isEqualTo(1);
    }

    @Test
    void aCommitWhoseAnswerWasLostKeepsItsPayloadAndIsNoRepetition() {
        AtomicInteger calls = new AtomicInteger();
        log.loseAnswersUnless(commit -> calls.incrementAndGet() > 1);

        Published made = house.publish(Orders.of("prices").key("k"), "one");

        assertThat(made.outcome()).isEqualTo(Outcome.MADE);
        assertThat(payloads.left()).isEqualTo(1);
    }

    @Test
    void aCommitOfUnknownOutcomeKeepsItsPayload() {
        log.loseAnswersUnless(commit -> false);
        assertRefused(
                ErrorCode.UNAVAILABLE, () -> house.publish(Orders.of("prices").key("k"), "one"));
        assertThat(payloads.left()).isEqualTo(1);

        log.loseAnswersUnless(commit -> true);
        assertThat(house.publish(Orders.of("prices").key("k"), "one").version().getVersion())
                .isEqualTo(1);
    }

    @Test
    void aSecondRequestWithARunningKeyIsRefusedAndOthersAreNot() throws Exception {
        HeldBody held = new HeldBody();
        CompletableFuture<Published> first = CompletableFuture.supplyAsync(
                () -> publisher.publish(Orders.of("prices").key("k").order(), held));
        held.awaitReader();

        assertRefused(
                ErrorCode.REQUEST_RUNNING,
                () -> house.publish(Orders.of("prices").key("k"), "one"));
        house.publish(Orders.of("prices").key("l"), "two");
        house.publish(Orders.of("other").key("k"), "three");
        held.release();

        assertThat(first.get(10, TimeUnit.SECONDS).outcome()).isEqualTo(Outcome.MADE);
        assertThat(house.publish(Orders.of("prices").key("k"), "").outcome()).isEqualTo(Outcome.REPLAYED);
    }

    @Test
    void morePublishesThanTheNodeTakesAreToldToComeBack() throws Exception {
        Publisher small = house.publisher(1, true);
        HeldBody held = new HeldBody();
        CompletableFuture<Published> first = CompletableFuture.supplyAsync(
                () -> small.publish(Orders.of("prices").order(), held));
        held.awaitReader();

        assertThatThrownBy(() -> small.publish(Orders.of("other").order(), unreadable()))
                .isInstanceOfSatisfying(ServiceException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.RATE_LIMITED);
                    assertThat(requireNonNull(e.retryAfter())).isPositive();
                });
        held.release();
        first.get(10, TimeUnit.SECONDS);
        small.publish(Orders.of("other").order(), body("two"));
    }

    @Test
    void aNodeThatStopsLetsThePublishesUnderWayEndAndSendsNewOnesElsewhere() throws Exception {
        HeldBody held = new HeldBody();
        CompletableFuture<Published> first = CompletableFuture.supplyAsync(
                () -> publisher.publish(Orders.of("prices").key("k").order(), held));
        held.awaitReader();
        publisher.refuseNew();

        assertThatThrownBy(() -> publisher.publish(Orders.of("other").order(), unreadable()))
                .isInstanceOfSatisfying(ServiceException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
                    assertThat(requireNonNull(e.retryAfter())).isPositive();
                });
        assertThat(publisher.awaitNone(Duration.ofMillis(10))).isFalse();
        held.release();
        assertThat(publisher.awaitNone(Duration.ofSeconds(10))).isTrue();
        assertThat(first.get(10, TimeUnit.SECONDS).outcome()).isEqualTo(Outcome.MADE);
    }

    /** An intake during which somebody else publishes. */
    private PayloadIntake overtaken() {
        return new PayloadIntake() {
            @Override
            public Stored store(String topic, InputStream body, Announced announced) {
                house.publish(Orders.of(topic), "faster");
                return payloads.store(topic, body, announced);
            }

            @Override
            public void discard(Stored stored) {
                payloads.discard(stored);
                throw new IllegalStateException("a discard that fails is nobody's problem");
            }
        };
    }

    /** An empty body that ends when it is told to. */
    private static final class HeldBody extends InputStream {
        private final CountDownLatch reader = new CountDownLatch(1);
        private final CountDownLatch end = new CountDownLatch(1);

        void awaitReader() throws InterruptedException {
            assertThat(reader.await(10, TimeUnit.SECONDS)).isTrue();
        }

        void release() {
            end.countDown();
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            return read();
        }

        @Override
        public int read() {
            reader.countDown();
            try {
                assertThat(end.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return -1;
        }
    }
}
