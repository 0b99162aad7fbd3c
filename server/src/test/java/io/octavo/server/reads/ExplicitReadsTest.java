package io.octavo.server.reads;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Settings;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.reads.ExplicitReads.VersionName;
import io.octavo.server.topic.QuarantineVersion;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExplicitReadsTest {
    private static final int MANY = 1_000;

    private final CountedLog log = new CountedLog();
    private final FakeTiming timing = new FakeTiming();
    private final ReadThreads threads = new ReadThreads(MANY);
    private final Map<String, Long> known = new ConcurrentHashMap<>();
    private final ExplicitReads reads = new ExplicitReads(
            log,
            topic -> known.getOrDefault(topic, 0L),
            serial(log::head),
            serial((VersionName name, Read order) -> log.version(name.topic(), name.number(), order)),
            timing);
    private final ExecutorService callers = Executors.newCachedThreadPool();

    private <K, V> SharedReads<K, V> serial(SharedReads.Query<K, V> query) {
        return new SharedReads<>(
                "test", query, Duration.ofMillis(1), MANY, threads, threads, new SimpleMeterRegistry());
    }

    @AfterEach
    void close() {
        callers.shutdownNow();
        threads.close();
    }

    @Test
    void aThousandWhoAskForTheSameAreOneQuery() throws Exception {
        log.publish("t");
        CountDownLatch begun = new CountDownLatch(MANY);
        log.beforeAnswer(question -> await(begun));
        List<Future<?>> answers = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            answers.add(callers.submit(() -> {
                begun.countDown();
                assertThat(reads.version("t", 1, Read.LOCAL)).isNotNull();
                assertThat(reads.head("t", Read.LOCAL)).isNotNull();
                assertThat(reads.versionsBelow("t", 9, 5, Read.LOCAL)).hasSize(1);
                assertThat(reads.eventsBelow("t", 9, 5)).hasSize(1);
            }));
        }
        for (Future<?> answer : answers) {
            answer.get();
        }
        assertThat(log.asked())
                .containsExactlyInAnyOrder("version t 1 LOCAL", "head t LOCAL", "versions t 9 5 LOCAL", "events t 9 5");
    }

    @Test
    void aThousandWhoAskForWhatIsNotThereAreFewQueries() throws Exception {
        log.publish("t");
        CountDownLatch begun = new CountDownLatch(MANY);
        log.beforeAnswer(question -> await(begun));
        List<Future<?>> answers = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            answers.add(callers.submit(() -> {
                begun.countDown();
                assertThat(reads.version("t", 7, Read.SERIAL)).isNull();
            }));
        }
        for (Future<?> answer : answers) {
            answer.get();
        }
        // One that has begun before the others asked, one for most, and some for those who were late to ask.
        assertThat(log.asked()).containsOnly("version t 7 SERIAL").hasSizeLessThan(MANY / 10);
    }

    @Test
    void whatWasFoundIsSharedForAQuarterOfASecond() {
        log.publish("t");
        reads.version("t", 1, Read.LOCAL);
        timing.advance(ExplicitReads.KEPT.minusNanos(1));
        reads.version("t", 1, Read.LOCAL);
        assertThat(log.asked()).hasSize(1);
        timing.advance(Duration.ofNanos(1));
        reads.version("t", 1, Read.LOCAL);
        assertThat(log.asked()).hasSize(1);
        reads.version("t", 2, Read.LOCAL);
        reads.versionsBelow("t", 1, 1, Read.LOCAL);
        reads.versionsBelow("t", 1, 2, Read.LOCAL);
        assertThat(log.asked()).as("of other things").hasSize(3);
    }

    @Test
    void whatIsWrittenByWayOfThisNodeIsSeenByWhoReadsHereNext() {
        log.publish("t");
        assertThat(find(1).hasQuarantine()).isFalse();
        log.commit("t", new QuarantineVersion(1, "bad"));
        assertThat(find(1).hasQuarantine()).as("another node's write").isFalse();
        known.put("t", 2L);
        assertThat(find(1).hasQuarantine()).isTrue();
    }

    @Test
    void whoAsksAfterAWriteDoesNotShareAReadThatBeganBefore() throws Exception {
        log.publish("t");
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        log.beforeAnswer(question -> {
            asked.countDown();
            await(written);
        });
        Future<VersionRecord> early = callers.submit(() -> find(1));
        await(asked);
        log.beforeAnswer(question -> {});
        log.commit("t", new QuarantineVersion(1, "bad"));
        known.put("t", 2L);
        assertThat(find(1).hasQuarantine()).isTrue();
        written.countDown();
        assertThat(early.get().hasQuarantine()).isFalse();
        assertThat(find(1).hasQuarantine()).as("what came late is not kept").isTrue();
    }

    @Test
    void notThereIsNeverKept() {
        log.publish("t");
        assertThat(reads.version("t", 2, Read.LOCAL)).isNull();
        assertThat(reads.version("t", 2, Read.SERIAL)).isNull();
        assertThat(reads.head("u", Read.LOCAL)).isNull();
        log.publish("t");
        log.publish("u");
        assertThat(reads.version("t", 2, Read.LOCAL)).isNotNull();
        assertThat(reads.version("t", 2, Read.SERIAL)).isNotNull();
        assertThat(reads.head("u", Read.LOCAL)).isNotNull();
    }

    /** The one who asks late shares a local read that began before the write, but not what it says. */
    @Test
    void nobodyIsToldThatAVersionIsNotThereWhichWasAcknowledgedBeforeHeAsked() throws Exception {
        log.publish("t");
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        log.beforeAnswer(question -> {
            if (question.endsWith("LOCAL")) {
                asked.countDown();
                await(answer);
            }
        });
        Future<@Nullable VersionRecord> early = callers.submit(() -> reads.version("t", 2, Read.LOCAL));
        await(asked);
        log.publish("t");
        AtomicReference<@Nullable Thread> waiter = new AtomicReference<>();
        Future<VersionRecord> late = callers.submit(() -> {
            waiter.set(Thread.currentThread());
            return find(2);
        });
        while (waiter.get() == null || requireNonNull(waiter.get()).getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        answer.countDown();
        assertThat(early.get()).isNull();
        assertThat(late.get().getVersion()).isEqualTo(2);
        assertThat(log.asked()).containsExactly("version t 2 LOCAL", "version t 2 SERIAL");
    }

    @Test
    void aFailureIsNotKept() {
        log.publish("t");
        log.away(true);
        assertThatThrownBy(() -> reads.head("t", Read.LOCAL)).isInstanceOf(ServiceException.class);
        assertThatThrownBy(() -> reads.version("t", 1, Read.SERIAL)).isInstanceOf(ServiceException.class);
        log.away(false);
        assertThat(reads.head("t", Read.LOCAL)).isNotNull();
        assertThat(reads.version("t", 1, Read.SERIAL)).isNotNull();
    }

    @Test
    void whatIsKeptIsBoundedInBytes() {
        TopicHead large = TopicHead.newBuilder()
                .setSettings(Settings.newBuilder().setDescription("x".repeat(1 << 20)))
                .build();
        log.local(large);
        int topics = 40;
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < topics; i++) {
                reads.head("t" + i, Read.LOCAL);
            }
        }
        long kept = 2L * topics - log.asked().size();
        assertThat(kept).isLessThanOrEqualTo(ExplicitReads.MOST_BYTES >> 20);
    }

    /** As those do who ask for a version by its number. */
    private VersionRecord find(long number) {
        VersionRecord local = reads.version("t", number, Read.LOCAL);
        return requireNonNull(local != null ? local : reads.version("t", number, Read.SERIAL));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
