package io.octavo.server.publish;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.server.consumers.Fleet;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.TopicCommits;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** Commits to a log in memory. */
public final class TestCommits {
    private TestCommits() {}

    /** Nobody knows who runs what. */
    public static LiveReaders uncounted(TopicCommits commits) {
        return new LiveReaders(commits, new Fleet(null, List::of, () -> 0, new SimpleMeterRegistry()));
    }

    public static TopicCommits of(InMemoryTopicLog log, Duration patience) {
        return of(log, patience, InstantSource.system());
    }

    public static TopicCommits of(InMemoryTopicLog log, Duration patience, InstantSource clock) {
        return new TopicCommits(
                log, () -> {}, head -> {}, clock, BoundedPatience.within(patience), new SimpleMeterRegistry());
    }
}
