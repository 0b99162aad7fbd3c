package io.octavo.server.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.Committed.Effect;
import io.octavo.server.topic.TopicLog.Read;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Only what certainly stands is announced. */
class CommitAnnouncementsTest implements TopicCommits.Announcer {
    private static final String TOPIC = "prices";

    private final InMemoryTopicLog log = new InMemoryTopicLog(InstantSource.system());
    private final List<TopicHead> announced = new ArrayList<>();
    private final List<Long> again = new ArrayList<>();
    private int unknown;
    private boolean reached = true;
    private final TopicCommits commits = new TopicCommits(
            unreliable(log),
            () -> {},
            this,
            InstantSource.system(),
            BoundedPatience.within(Duration.ofMillis(200)),
            new SimpleMeterRegistry());

    @Override
    public void announce(TopicHead head) {
        announced.add(head);
    }

    @Override
    public void announceAgain(TopicHead past) {
        again.add(past.getRevision());
    }

    @Test
    void theHeadThatWasCommittedIsAnnouncedAsItIsInTheLog() {
        publish(null, false);
        publish(null, false);
        assertThat(announced).hasSize(2).last().isEqualTo(log.head(TOPIC, Read.SERIAL));
        assertThat(again).isEmpty();
    }

    @Test
    void aCommitOfWhichNobodyKnowsWhatBecameIsNotAnnounced() {
        reached = false;
        unknown = Integer.MAX_VALUE;
        assertThatThrownBy(() -> publish("k", false)).isInstanceOf(ServiceException.class);
        reached = true;
        assertThatThrownBy(() -> publish("k", false)).isInstanceOf(ServiceException.class);
        assertThat(log.head(TOPIC, Read.SERIAL)).isNotNull();
        assertThat(announced).isEmpty();
        assertThat(again).isEmpty();
    }

    @Test
    void onceItIsKnownToStandItIsAnnounced() {
        unknown = 1;
        publish("k", false);
        assertThat(announced).isEmpty();
        assertThat(again).containsExactly(1L);
    }

    @Test
    void aRepetitionTellsWhereTheTopicStoodAndDoesNotPassARebuiltHeadForTheRealOne() {
        publish("k", false);
        publish(null, false);
        assertThat(publish("k", false)).isEqualTo(Effect.REPLAYED);
        assertThat(announced).hasSize(2);
        assertThat(again).containsExactly(1L);
    }

    @Test
    void whatChangedNothingIsNotAnnounced() {
        publish(null, false);
        assertThat(publish(null, true)).isEqualTo(Effect.UNCHANGED);
        assertThat(announced).hasSize(1);
        assertThat(again).isEmpty();
    }

    private Effect publish(@Nullable String key, boolean ifChanged) {
        PublishVersion command =
                new PublishVersion(List.of(), Map.of(), List.of(Scopes.GLOBAL), null, ifChanged, null, 0, "");
        return commits.commit(TOPIC, command, "tester", key).effect();
    }

    /** Doesn't say what became of the next commits; they are carried out if the log is reached. */
    private TopicLog unreliable(TopicLog real) {
        return (TopicLog) Proxy.newProxyInstance(
                TopicLog.class.getClassLoader(), new Class<?>[] {TopicLog.class}, (proxy, method, arguments) -> {
                    boolean lost = method.getName().equals("tryCommit") && unknown > 0;
                    try {
                        Object answer = lost && !reached ? "nothing" : method.invoke(real, arguments);
                        if (!lost) {
                            return answer;
                        }
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    unknown--;
                    throw new OutcomeUnknown(true, new IllegalStateException("time-out"));
                });
    }
}
