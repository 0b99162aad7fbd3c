package io.octavo.server.reads;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SharedReadsTest {
    private static final Duration APART = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofSeconds(5);
    private static final int MOST = 2_000;

    private final FakeTiming timing = new FakeTiming();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<String> made = new ArrayList<>();
    private final SharedReads<String, String> reads =
            new SharedReads<>("test", this::read, APART, MOST, timing, timing, meters);
    private @Nullable RuntimeException failure;
    private Runnable duringRead = () -> {};

    private String read(String key, Read order) {
        made.add(key + " " + order);
        String value = key + made.size();
        duringRead.run();
        if (failure != null) {
            throw failure;
        }
        return value;
    }

    @Test
    void aThousandWhoAskBeforeItBeginsShareOneRead() {
        List<CompletableFuture<String>> asked =
                IntStream.range(0, 1_000).mapToObj(i -> next("t")).toList();
        timing.runReads();
        assertThat(asked).allSatisfy(answer -> assertThat(answer).isCompletedWithValue("t1"));
        assertThat(made).hasSize(1);
        assertThat(reads.waiting()).isZero();
    }

    @Test
    void whoAsksWhileAReadRunsSharesTheNext() {
        List<CompletableFuture<String>> late = new ArrayList<>();
        duringRead = () -> {
            if (late.isEmpty()) {
                late.add(next("t"));
                late.add(next("t"));
            }
        };
        CompletableFuture<String> first = next("t");
        timing.runReads();
        assertThat(first).isCompletedWithValue("t1");
        assertThat(late).noneMatch(CompletableFuture::isDone);

        timing.advance(APART);
        timing.runReads();
        assertThat(late).allSatisfy(answer -> assertThat(answer).isCompletedWithValue("t2"));
        assertThat(made).hasSize(2);
    }

    @Test
    void readsOfAKeyBeginApartAndThoseOfOthersDoNotWait() {
        ask("t", Read.SERIAL);
        timing.runReads();
        CompletableFuture<String> soon = next("t");
        CompletableFuture<String> other = next("other");
        timing.advance(APART.minusNanos(1));
        timing.runReads();
        assertThat(other).isCompletedWithValue("other2");
        assertThat(soon).isNotDone();
        timing.advance(Duration.ofNanos(1));
        timing.runReads();
        assertThat(soon).isCompletedWithValue("t3");
    }

    @Test
    void aSlowReadIsFollowedByTheNextAtOnce() {
        List<CompletableFuture<String>> late = new ArrayList<>();
        duringRead = () -> {
            if (late.isEmpty()) {
                timing.advance(APART.multipliedBy(3));
                late.add(next("t"));
            }
        };
        ask("t", Read.SERIAL);
        assertThat(timing.runReads()).isEqualTo(2);
        assertThat(late.get(0)).isCompletedWithValue("t2");
    }

    @Test
    void aReadIsAsStrictAsTheStrictestWhoSharesIt() {
        ask("t", Read.LOCAL);
        ask("t", Read.SERIAL);
        ask("t", Read.LOCAL);
        ask("u", Read.LOCAL);
        timing.runReads();
        assertThat(made).containsExactly("t SERIAL", "u LOCAL");
    }

    @Test
    void whoseTimeIsOverIsToldSoAndTheOthersWaitOn() {
        CompletableFuture<String> patient = next("t");
        CompletableFuture<String> hasty = reads.next("t", Read.SERIAL, Duration.ofMillis(30));
        timing.advance(Duration.ofMillis(30));
        assertThat(refusal(hasty).code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(refusal(hasty)).hasMessageContaining("(test, t): no answer in 30 ms");
        assertThat(refusal(hasty).retryAfter()).isNotNull();
        assertThat(patient).isNotDone();
        timing.runReads();
        assertThat(patient).isCompletedWithValue("t1");
        assertThat(timing.pending()).as("time-outs of who is answered").isEqualTo(1);
    }

    @Test
    void aReadThatNobodyWaitsForAnyMoreIsNotMade() {
        CompletableFuture<String> hasty = next("t");
        CompletableFuture<String> gone = next("t");
        gone.cancel(false);
        timing.advance(LONG);
        assertThat(hasty).isCompletedExceptionally();
        timing.runReads();
        assertThat(made).isEmpty();
        assertThat(reads.lines()).isZero();
        assertThat(reads.waiting()).isZero();
    }

    @Test
    void oneTooManyIsRefusedUntilSomebodyIsAnswered() {
        List<CompletableFuture<String>> asked =
                IntStream.range(0, MOST).mapToObj(i -> next("t" + i % 7)).toList();
        assertThat(refusal(next("t")).code()).isEqualTo(ErrorCode.RATE_LIMITED);
        assertThat(refusal(next("t")))
                .hasMessage("reads waited for: 2000 (expected: fewer than 2000; try again or ask another node)");
        asked.get(0).cancel(false);
        assertThat(next("t")).isNotDone();
        timing.runReads();
        assertThat(reads.waiting()).isZero();
    }

    @Test
    void aFailureIsThatOfAllWhoSharedItAndTheNextReadIsMadeAnew() {
        failure = ServiceException.unavailable("away", LONG, null);
        CompletableFuture<String> one = next("t");
        CompletableFuture<String> other = next("t");
        timing.runReads();
        assertThat(refusal(one)).isSameAs(failure);
        assertThat(refusal(other)).isSameAs(failure);
        failure = null;
        CompletableFuture<String> again = next("t");
        timing.advance(APART);
        timing.runReads();
        assertThat(again).isCompletedWithValue("t2");
        assertThat(meters.get("octavo.reads.shared")
                        .tag("outcome", "failed")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(meters.get("octavo.reads.shared")
                        .tag("outcome", "ok")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void keysAreForgottenSoonAfterTheirReads() {
        IntStream.range(0, 100).forEach(i -> ask("t" + i, Read.SERIAL));
        timing.runReads();
        assertThat(reads.lines()).isEqualTo(100);
        timing.advance(APART);
        assertThat(reads.lines()).isZero();
        assertThat(timing.pending()).isZero();
    }

    @Test
    void aNodeThatStopsSaysSo() {
        SharedReads<String, String> stopped = new SharedReads<>(
                "test",
                this::read,
                APART,
                MOST,
                read -> {
                    throw new RejectedExecutionException();
                },
                timing,
                meters);
        for (int i = 0; i < 2; i++) {
            assertThat(refusal(stopped.next("t", Read.SERIAL, LONG)).code()).isEqualTo(ErrorCode.UNAVAILABLE);
        }
        assertThat(stopped.waiting()).isZero();
        assertThat(stopped.lines()).isZero();
    }

    private void ask(String key, Read order) {
        var unused = reads.next(key, order, LONG);
    }

    private CompletableFuture<String> next(String key) {
        return reads.next(key, Read.SERIAL, LONG);
    }

    static ServiceException refusal(CompletableFuture<?> answer) {
        try {
            throw new AssertionError("answered: " + answer.getNow(null));
        } catch (CompletionException e) {
            return (ServiceException) requireNonNull(e.getCause());
        }
    }
}
