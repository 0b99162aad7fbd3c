package io.octavo.server.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.GetUptakeResponse;
import io.octavo.protocol.Publication;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Scopes;
import io.octavo.server.consumers.Fleet;
import io.octavo.server.subscribe.TestConsumers;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.TopicCommits;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class UptakeTest {
    private static final TopicHead HEAD = TopicHead.newBuilder()
            .setTopic("t")
            .setEpoch(1)
            .setRevision(7)
            .setNewestVersion(2)
            .addVersions(VersionRecord.newBuilder().setVersion(1))
            .addVersions(VersionRecord.newBuilder().setVersion(2))
            .addPublications(Publication.newBuilder().setVersion(2).setScope(Scopes.GLOBAL))
            .addPublications(Publication.newBuilder().setVersion(1).setScope(Scopes.parse("region=eu")))
            .build();

    private final TestConsumers consumers = new TestConsumers(put -> put.accept(HEAD));
    private final TopicCommits commits =
            TestCommits.of(new InMemoryTopicLog(InstantSource.system()), Duration.ofSeconds(1));
    private final LiveReaders readers =
            new LiveReaders(commits, new Fleet(consumers, List::of, () -> 1, new SimpleMeterRegistry()));

    @Test
    void thoseAreCountedWhoAreToRunTheVersion() {
        consumers.poll("region=us", "a", "t", 2, RunState.APPLIED, "");
        consumers.poll("region=us", "b", "t", 1, RunState.FETCHING, "");
        consumers.poll("region=us", "c", "t", 1, RunState.FAILED, "no room");
        consumers.poll("region=us", "d", "t", 1, RunState.OVERRIDDEN, "");
        consumers.poll("region=us", "e", "t", 0, RunState.FETCHING, "");

        GetUptakeResponse uptake = readers.uptake("t", 2);
        assertThat(uptake.getRevision()).isEqualTo(7);
        assertThat(uptake.getComplete()).isTrue();
        assertThat(uptake.getInstances()).isEqualTo(4);
        assertThat(uptake.getRunning()).isEqualTo(1);
        assertThat(uptake.getFailed()).isEqualTo(1);
    }

    @Test
    void aNodeThatDoesNotKnowTheTopicSaysSoAndNobodyToAskIsNotComplete() {
        assertThat(readers.uptake("other", 1).getRevision()).isZero();
        assertThat(TestCommits.uncounted(commits).uptake("t", 2).getComplete()).isFalse();
    }
}
