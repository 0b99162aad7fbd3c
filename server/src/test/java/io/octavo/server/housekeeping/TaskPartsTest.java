package io.octavo.server.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskPartsTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final TestTime time = new TestTime();
    private final List<String> done = new ArrayList<>();

    private TaskPart part(String name, Duration takes) {
        return run -> {
            done.add(name);
            time.pass(takes);
        };
    }

    @Test
    void allPartsAreDoneInTheirOrder() {
        TaskParts task = new TaskParts("task", HOUR, part("a", Duration.ZERO), part("b", Duration.ZERO));
        Runs.within(HOUR, task, time);
        Runs.within(HOUR, task, time);
        assertThat(done).containsExactly("a", "b", "a", "b");
    }

    @Test
    void whatComesAfterAPartThatNeverComesToItsEndHasItsTurnToo() {
        TaskParts task =
                new TaskParts("task", HOUR, part("a", Duration.ZERO), part("long", HOUR), part("b", Duration.ZERO));
        for (int i = 0; i < 3; i++) {
            Runs.within(HOUR, task, time);
        }
        assertThat(done).containsExactly("a", "long", "b", "a", "long", "b", "a", "long");
    }

    @Test
    void aPartThatFailsLeavesTheOthersAlone() {
        TaskPart broken = run -> {
            throw new IllegalStateException("out of order");
        };
        TaskParts task = new TaskParts("task", HOUR, broken, part("b", Duration.ZERO));
        Run run = Runs.within(HOUR, task, time);
        assertThat(done).containsExactly("b");
        assertThat(run.failedCount()).isEqualTo(1);
        assertThat(run.error()).isEqualTo("out of order");
    }
}
