package io.octavo.client;

import static io.octavo.client.Harness.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.client.SubscriptionState.Phase;
import io.octavo.protocol.Consumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Threads that can't be had for a while: what they were for is tried again. */
class WithoutThreadsTest {
    private final OctavoException down = OctavoException.passing("down, by the test", null);

    private final List<String> closed = new ArrayList<>();
    private boolean none;

    private final Harness harness = new Harness(Runnable::run, this::execute);

    private record Value(String text, List<String> closed) implements AutoCloseable {
        @Override
        public void close() {
            closed.add(text);
        }
    }

    @Test
    void aVersionThatNoThreadCouldTakeIntoUseIsLetGoAndLoadedAgain() {
        harness.topics.publish(TOPIC, "one");
        Subscription<Value> subscription =
                harness.subscription(TOPIC, this::read).start();
        harness.topics.publish(TOPIC, "two");
        none = true;
        harness.nextPoll();
        assertThat(subscription.get().text()).isEqualTo("one");
        assertThat(subscription.state().phase()).isEqualTo(Phase.FAILED);
        assertThat(closed).isNotEmpty().containsOnly("two");
        none = false;
        harness.timers.advance(Duration.ofMinutes(2));
        assertThat(subscription.get().text()).isEqualTo("two");
        assertThat(subscription.state().phase()).isEqualTo(Phase.RUNNING);
        assertThat(closed).endsWith("one");
        harness.topics.publish(TOPIC, "three");
        harness.nextPoll();
        assertThat(subscription.get().text()).isEqualTo("three");
    }

    @Test
    void aValueIsClosedAndItsSuccessorFollowedThoughTheThreadForThatIsMissing() throws Exception {
        harness.topics.publish(TOPIC, "one");
        Subscription<Value> subscription = harness.subscription(TOPIC, this::read)
                // All that comes after the listeners finds no thread.
                .listener(Runnable::run, snapshot -> none = snapshot.version() == 2)
                .start();
        harness.topics.publish(TOPIC, "two");
        harness.nextPoll();
        assertThat(subscription.get().text()).isEqualTo("two");
        assertThat(closed).containsExactly("one");
        none = false;
        harness.topics.publish(TOPIC, "three");
        harness.nextPoll();
        assertThat(subscription.awaitValue(Duration.ofSeconds(1)).text()).isEqualTo("three");
        assertThat(closed).containsExactly("one", "two");
    }

    @Test
    void whoCouldNotLookElsewhereForWhatToStartWithLooksAgain() {
        SubscriptionMachinery usual = harness.machinery;
        SubscriptionMachinery.Threads threads = usual.threads();
        SubscriptionMachinery machinery = new SubscriptionMachinery(
                usual.polls(),
                usual.downloads(),
                usual.starts(),
                usual.disk(),
                usual.start(),
                new SubscriptionMachinery.Threads(
                        threads.loads(), threads.workers(), threads.callbacks(), this::execute, threads.io()),
                usual.limits(),
                usual.world(),
                usual.metrics());
        Consumer consumer = usual.polls().identity();
        Memory memory = new Memory(TOPIC, consumer, machinery);
        memory.recall(known -> {});
        InNeed subscriber = new InNeed();
        StartChain chain =
                new StartChain(new StartSources(TOPIC, consumer, 0, 0, memory, usual.starts()), machinery, subscriber);
        none = true;
        chain.pollFailed(down);
        chain.pollFailed(down);
        assertThat(subscriber.looked).isZero();
        none = false;
        chain.pollFailed(down);
        assertThat(subscriber.looked).isEqualTo(1);
    }

    private static final class InNeed implements StartChain.Subscriber {
        private int looked;

        @Override
        public boolean isInNeed() {
            return true;
        }

        @Override
        public void found(Target target) {
            throw new AssertionError("there is nothing to be found");
        }

        @Override
        public void foundNothing(OctavoException why, int times) {
            looked++;
        }
    }

    private Value read(Payload payload) throws Exception {
        return new Value(Deserializers.utf8().deserialize(payload), closed);
    }

    private void execute(Runnable task) {
        if (none) {
            throw new OutOfMemoryError("unable to create native thread, by the test");
        }
        task.run();
    }
}
