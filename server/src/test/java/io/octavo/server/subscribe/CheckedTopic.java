package io.octavo.server.subscribe;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.server.publish.TestCommits;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A topic whose payloads can be lost, and a cache of it that the consistency check looks after. */
final class CheckedTopic {
    static final String TOPIC = "t";

    final TestClock clock = new TestClock();
    final InMemoryTopicLog log = new InMemoryTopicLog(clock);
    final MapPayloads payloads = new MapPayloads();
    final HeadCache cache = new HeadCache(clock);
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Consistency consistency;
    private final TopicCommits commits = TestCommits.of(log, Duration.ofSeconds(5), clock);

    CheckedTopic(Executor executor) {
        consistency = new Consistency(cache, log, payloads, executor, clock, meters);
        cache.listen(this::changed);
        cache.loaded();
    }

    private void changed(@Nullable CachedTopic before, CachedTopic now) {
        var unused = consistency.changed(before, now);
    }

    /** Publishes a version whose payload's id is its number. */
    void publish(List<Scope> scopes) {
        TopicHead head = log.head(TOPIC, Read.SERIAL);
        long version = head == null ? 1 : head.getNewestVersion() + 1;
        commit(new PublishVersion(
                List.of(TestHeads.direct(version).getParts(0)), Map.of(), scopes, null, false, null, 0, ""));
    }

    void commit(Command command) {
        commits.commit(TOPIC, command, "tester", null);
    }

    TopicHead head() {
        return requireNonNull(log.head(TOPIC, Read.SERIAL));
    }

    /** The cache learns of what has been committed. */
    void refresh() {
        cache.put(head());
    }

    CachedTopic cached() {
        return requireNonNull(cache.get(TOPIC));
    }

    /** Lets the time pass after which everything is looked at again. */
    void again() {
        clock.advance(Consistency.SUSPECTED_ONCE_IN.plusSeconds(1));
        consistency.round();
    }
}
