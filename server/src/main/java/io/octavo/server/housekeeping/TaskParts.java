package io.octavo.server.housekeeping;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task of several parts, done one after another in each run; one that can't go on leaves the others alone. A run that
 * is cut is gone on with by the part after: none waits for ever behind one that never comes to its end.
 */
public final class TaskParts implements Task {
    private static final Logger LOG = LoggerFactory.getLogger(TaskParts.class);

    private final String name;
    private final Duration interval;
    private final List<TaskPart> parts;
    private int first;

    public TaskParts(String name, Duration interval, TaskPart... parts) {
        this.name = name;
        this.interval = interval;
        this.parts = List.of(parts);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Duration interval() {
        return interval;
    }

    @Override
    public void measure(BooleanSupplier leads) {
        parts.forEach(part -> part.measure(leads));
    }

    @Override
    public void run(Run run) {
        int begin = first;
        first = 0;
        for (int i = 0; i < parts.size(); i++) {
            int part = (begin + i) % parts.size();
            run(parts.get(part), run);
            if (!run.mayGoOn()) {
                first = (part + 1) % parts.size();
                return;
            }
        }
    }

    private void run(TaskPart part, Run run) {
        try {
            part.run(run);
        } catch (RuntimeException e) {
            run.failed(e);
            LOG.warn("{}: a part of the run failed: {}", name, e.getMessage());
        }
    }

    @Override
    public @Nullable String stopped() {
        String stopped = parts.stream()
                .map(TaskPart::stopped)
                .flatMap(Stream::ofNullable)
                .collect(Collectors.joining("; "));
        return stopped.isEmpty() ? null : stopped;
    }
}
