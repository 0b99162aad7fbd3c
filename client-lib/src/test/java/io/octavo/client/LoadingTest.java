package io.octavo.client;

import static io.octavo.client.Harness.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.Consumer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LoadingTest {
    /** Loads that have begun and not run yet. */
    private final Deque<Runnable> loads = new ArrayDeque<>();

    private boolean hasNoThread;
    private final Harness harness = new Harness(this::begin, Runnable::run);
    private final Consumer consumer = harness.machinery.polls().identity();
    private final Set<Long> unreadable = new HashSet<>();
    private final List<Target> standIns = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final Loading<String> loading = new Loading<>(
            new StartSources(
                    TOPIC, consumer, 0, 0, new Memory(TOPIC, consumer, harness.machinery), harness.machinery.starts()),
            new Making<>(TOPIC, this::read, harness.machinery),
            harness.machinery,
            new Told());

    @Test
    void asLongAsALoadHasNotEndedThereIsNoOther() {
        Target one = published();
        loading.start(one);
        loading.start(published());
        assertThat(loads).hasSize(1);
        runAll();
        assertThat(told).containsExactly("made 1");
        loading.start(one);
        assertThat(loads).as("what was made is not in use yet").isEmpty();
        loading.ended();
        loading.start(one);
        assertThat(loads).hasSize(1);
    }

    @Test
    void theFirstStandInThatCanBeReadIsTakenAndTellsWhatItStandsInFor() {
        standIns.addAll(List.of(published(), published()));
        Target three = published();
        unreadable.addAll(Set.of(2L, 3L));
        standIns.add(0, standIns.remove(1));
        loading.start(three);
        runAll();
        assertThat(told).containsExactly("stand-ins of 3", "made 1 for version 3");
    }

    @Test
    void whatIsNotWantedAnyMoreIsNeitherReadNorStoodInFor() {
        standIns.add(published());
        loading.start(published());
        loading.stop();
        runAll();
        assertThat(told).containsExactly("failed, cancelled");
        assertThat(harness.counts.told).as("no failure").isEmpty();
    }

    @Test
    void afterAFailureTheWaitIsLongerEachTimeAndNothingBeginsMeanwhile() {
        loading.retryLater(1);
        loading.start(published());
        assertThat(loads).isEmpty();
        assertThat(harness.timers.next()).isBetween(Duration.ofMillis(800), Duration.ofMillis(1200));
        loading.retryLater(3);
        assertThat(harness.timers.next()).as("one wait at a time").isGreaterThan(Duration.ofSeconds(3));
        harness.timers.advance(Duration.ofSeconds(5));
        assertThat(told).containsExactly("again");
        loading.waitNoMore();
        loading.start(published());
        assertThat(loads).hasSize(1);
    }

    @Test
    void aLoadThatGetsNoThreadIsTriedAgain() {
        Target one = published();
        hasNoThread = true;
        loading.start(one);
        hasNoThread = false;
        harness.timers.advance(Duration.ofSeconds(2));
        assertThat(told).containsExactly("again");
        loading.waitNoMore();
        loading.start(one);
        assertThat(loads).hasSize(1);
    }

    private void begin(Runnable load) {
        if (hasNoThread) {
            throw new InternalError("no thread, by the test");
        }
        loads.add(load);
    }

    private Target published() {
        harness.topics.publish(TOPIC, "text");
        return Target.of(
                harness.topics.offer(TOPIC, harness.topics.head(TOPIC), consumer, true), consumer, Instant.EPOCH);
    }

    private String read(Payload payload) throws Exception {
        if (unreadable.contains(payload.version())) {
            throw new IllegalStateException("version " + payload.version() + ", by the test");
        }
        return Deserializers.utf8().deserialize(payload);
    }

    private void runAll() {
        for (Runnable load = loads.poll(); load != null; load = loads.poll()) {
            load.run();
        }
    }

    private final class Told implements Load.Receiver<String> {
        @Override
        public List<Target> standIns(Target wanted) {
            told.add("stand-ins of " + wanted.version());
            return List.copyOf(standIns);
        }

        @Override
        public void made(Load<String> load, Target by, Making.Made<String> made) {
            OctavoException instead = load.failure();
            boolean isStandIn =
                    instead != null && String.valueOf(instead.getMessage()).contains("version 3");
            told.add("made " + made.payload().version() + (isStandIn ? " for version 3" : ""));
        }

        @Override
        public void failed(Load<String> load, OctavoException why) {
            told.add("failed" + (load.isCancelled() ? ", cancelled" : ""));
        }

        @Override
        public void again() {
            told.add("again");
        }
    }
}
