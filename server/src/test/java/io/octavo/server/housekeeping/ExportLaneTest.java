package io.octavo.server.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

class ExportLaneTest {
    private static final Duration SHORTLY = Duration.ofMillis(1);

    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private final Run run = new Run(1, () -> true, () -> 0);
    private int failures;

    @Test
    void whatFindsNoRoomIsRefusedAtOnce() {
        ExportLane lane = lane(waiting::add);
        assertThat(submit(lane)).isTrue();
        assertThat(submit(lane)).isTrue();
        assertThat(lane.hasRoom(SHORTLY)).isFalse();
        assertThat(submit(lane)).isFalse();
        waiting.remove().run();
        assertThat(lane.hasRoom(Duration.ZERO)).isTrue();
        assertThat(submit(lane)).isTrue();
    }

    @Test
    void itSaysWhetherAllIsDone() {
        ExportLane lane = lane(waiting::add);
        submit(lane);
        submit(lane);
        waiting.remove().run();
        assertThat(lane.await(run)).isFalse();
        assertThat(run.doneCount()).isEqualTo(1);
        waiting.remove().run();
        assertThat(lane.await(run)).isTrue();
        assertThat(run.doneCount()).isEqualTo(2);
    }

    @Test
    void thereIsAsMuchRoomAsBeforeWhenNoThreadIsToBeHad() {
        ExportLane lane = lane(work -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
        for (int i = 0; i < 5; i++) {
            assertThat(submit(lane)).isFalse();
        }
        assertThat(lane.await(run)).isTrue();
        assertThat(run.failedCount()).isEqualTo(5);
    }

    @Test
    void anErrorOfTheWorkIsAFailure() {
        ExportLane lane = lane(Runnable::run);
        assertThat(lane.submit(
                        () -> {
                            throw new AssertionError("unforeseen");
                        },
                        () -> failures++))
                .isTrue();
        assertThat(failures).isEqualTo(1);
        assertThat(lane.await(run)).isTrue();
        assertThat(run.failedCount()).isEqualTo(1);
    }

    private static ExportLane lane(Executor threads) {
        return new ExportLane(threads, 1, 100_000, System::nanoTime, SHORTLY);
    }

    private boolean submit(ExportLane lane) {
        return lane.submit(() -> {}, () -> failures++);
    }
}
