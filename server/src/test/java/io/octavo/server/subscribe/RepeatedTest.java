package io.octavo.server.subscribe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RepeatedTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final AtomicInteger ticks = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger mostRunning = new AtomicInteger();
    private Repeated repeated = new Repeated(Thread::new, () -> tick(HOUR));

    @AfterEach
    void stop() throws InterruptedException {
        repeated.stop();
        assertThat(repeated.awaitEnd(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void comesAfterThePauseThatWasAskedFor() {
        repeated = new Repeated(Thread::new, () -> tick(ticks.get() < 4 ? Duration.ofMillis(1) : HOUR));
        repeated.start();
        await().until(() -> ticks.get() == 5);
    }

    @Test
    void goesOnAfterAFailure() {
        repeated = new Repeated(Thread::new, () -> {
            Duration pause = tick(HOUR);
            if (ticks.get() == 1) {
                throw new IllegalStateException("once");
            }
            return pause;
        });
        repeated.start();
        await().until(() -> ticks.get() == 2);
    }

    @Test
    void comesAtOnceWhenItIsWoken() {
        repeated.wake();
        repeated.start();
        for (int i = 1; i < 100; i++) {
            int before = i;
            await().pollInterval(Duration.ofMillis(1)).until(() -> ticks.get() == before);
            repeated.wake();
        }
        await().until(() -> ticks.get() == 100);
    }

    @Test
    void wokenWhileItRunsItComesOnceMore() throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(2);
        repeated = new Repeated(Thread::new, () -> {
            tick(HOUR);
            try {
                barrier.await(10, TimeUnit.SECONDS);
                barrier.await(10, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return HOUR;
        });
        repeated.start();
        barrier.await(10, TimeUnit.SECONDS);
        repeated.wake();
        repeated.wake();
        barrier.await(10, TimeUnit.SECONDS);
        barrier.await(10, TimeUnit.SECONDS);
        barrier.await(10, TimeUnit.SECONDS);
        assertThat(ticks).hasValue(2);
    }

    @Test
    void manyWakersMakeItComeAfterTheLastOneAndOneAtATime() throws InterruptedException {
        repeated.start();
        CountDownLatch done = new CountDownLatch(4);
        for (int waker = 0; waker < 4; waker++) {
            new Thread(() -> {
                        for (int i = 0; i < 2000; i++) {
                            repeated.wake();
                        }
                        done.countDown();
                    })
                    .start();
        }
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        int before = ticks.get();
        repeated.wake();
        await().until(() -> ticks.get() > before);
        assertThat(mostRunning).hasValue(1);
    }

    private Duration tick(Duration pause) {
        mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
        ticks.incrementAndGet();
        running.decrementAndGet();
        return pause;
    }
}
