package io.octavo.server.housekeeping;

import java.time.Duration;
import java.util.function.Consumer;

/** A task that does what a test wants. */
record TestTask(String name, Duration interval, Consumer<Run> work) implements Task {
    static TestTask of(Consumer<Run> work) {
        return new TestTask("test", Duration.ofHours(1), work);
    }

    @Override
    public void run(Run run) {
        work.accept(run);
    }
}
