package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HedgeTest {
    private static final Limits LIMITS =
            Limits.of(Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofSeconds(30), Duration.ZERO);

    private final List<String> asked = new ArrayList<>();
    private final List<Duration> waits = new ArrayList<>();
    private final Endpoints nodes = new Endpoints(
            () -> CompletableFuture.completedFuture(List.of("a:1", "b:1")),
            address -> NettyChannelBuilder.forAddress("127.0.0.1", 1)
                    .usePlaintext()
                    .build());
    private long nanos;
    private final Hedge hedge = new Hedge(nodes, LIMITS, new LateTimers(), () -> nanos);

    @AfterEach
    void close() {
        nodes.close();
    }

    @Test
    void aCallThatIsLateIsMadeAgainAtAnotherNodeAndTheOtherIsEnded() throws Exception {
        quickCalls(20);
        CompletableFuture<String> slow = new CompletableFuture<>();
        String answer = hedge.call("ask", node -> {
            asked.add(node.address());
            return node.address().equals("a:1") ? slow : CompletableFuture.completedFuture(node.address());
        });
        assertThat(answer).isEqualTo("b:1");
        assertThat(asked).containsExactly("a:1", "b:1");
        assertThat(slow).isCancelled();
        assertThat(waits).last().isEqualTo(Duration.ofMillis(10));
    }

    @Test
    void oneInTenIsMadeAgainAtMost() throws Exception {
        quickCalls(20);
        int again = 0;
        for (int i = 0; i < 100; i++) {
            asked.clear();
            CompletableFuture<String> slow = new CompletableFuture<>();
            var unused = slow.completeOnTimeout("late", 1, TimeUnit.MILLISECONDS);
            hedge.call("ask", node -> {
                asked.add(node.address());
                return asked.size() == 1 ? slow : CompletableFuture.completedFuture("again");
            });
            again += asked.size() - 1;
        }
        assertThat(again).isBetween(10, 12);
    }

    @Test
    void nothingIsMadeAgainBeforeItIsKnownWhatIsLate() throws Exception {
        quickCalls(18);
        CompletableFuture<String> slow = new CompletableFuture<>();
        var unused = slow.completeOnTimeout("slow", 1, TimeUnit.MILLISECONDS);
        assertThat(hedge.<String>call("ask", node -> {
                    asked.add(node.address());
                    return slow;
                }))
                .isEqualTo("slow");
        assertThat(asked).hasSize(1);
        assertThat(waits).isEmpty();
    }

    @Test
    void aFailureOfTheNodeGoesToTheNextOneAtTheNextCall() throws Exception {
        assertThatThrownBy(() -> hedge.call(
                        "ask", node -> CompletableFuture.failedFuture(Status.UNAVAILABLE.asRuntimeException())))
                .isInstanceOf(OctavoException.class)
                .hasMessageStartingWith("ask: UNAVAILABLE");
        assertThat(hedge.<String>call("ask", node -> CompletableFuture.completedFuture(node.address())))
                .isEqualTo("b:1");
    }

    private void quickCalls(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            assertThat(hedge.<String>call("ask", node -> {
                        nanos += 10_000_000;
                        return CompletableFuture.completedFuture("quick");
                    }))
                    .isEqualTo("quick");
        }
    }

    /** Time passes as soon as somebody waits for it. */
    private final class LateTimers implements Timers {
        @Override
        public Future<?> after(Duration delay, Runnable task) {
            waits.add(delay);
            task.run();
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {}
    }
}
