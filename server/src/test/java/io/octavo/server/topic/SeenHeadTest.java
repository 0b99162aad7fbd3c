package io.octavo.server.topic;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.Committed.Effect;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A head that was seen a moment ago spares a read, and decides nothing that the log wouldn't. */
class SeenHeadTest {
    private static final String TOPIC = "prices";

    private final InMemoryTopicLog log = new InMemoryTopicLog(InstantSource.system());
    private final TopicCommits commits = new TopicCommits(
            log,
            () -> {},
            head -> {},
            InstantSource.system(),
            BoundedPatience.within(Duration.ofSeconds(5)),
            new SimpleMeterRegistry());

    @Test
    void whatWasSeenAndStandsIsCommittedOn() {
        publish(null, false, null);
        assertThat(version(publish(null, false, head()))).isEqualTo(2);
        assertThat(head().getRevision()).isEqualTo(2);
    }

    @Test
    void onAnOldHeadTheCommitIsMadeAnew() {
        publish(null, false, null);
        TopicHead old = head();
        publish(null, false, null);
        publish(null, false, null);

        Committed done = publish(null, false, old);

        assertThat(version(done)).isEqualTo(4);
        assertThat(requireNonNull(done.before()).getRevision()).isEqualTo(3);
        assertThat(log.versionsBelow(TOPIC, Long.MAX_VALUE, 10, Read.SERIAL)).hasSize(4);
    }

    @Test
    void anOldHeadRefusesNothing() {
        publish(null, false, null);
        TopicHead old = head();
        publish(null, false, null);

        assertThat(version(publish(2L, false, old))).isEqualTo(3);
    }

    @Test
    void nothingPassesThatTheLogWouldRefuse() {
        publish(null, false, null);
        TopicHead old = head();
        publish(null, false, null);

        assertThatThrownBy(() -> publish(1L, false, old)).hasMessageContaining("newest version of prices: 2");
        assertThat(head().getNewestVersion()).isEqualTo(2);
    }

    @Test
    void whatIsTheSameByAnOldHeadIsNotTakenForUnchanged() {
        publish(null, false, null);
        TopicHead old = head();
        commits.commit(
                TOPIC,
                new PublishVersion(List.of(), Map.of("k", "v"), List.of(Scopes.GLOBAL), null, false, null, 0, ""),
                "tester",
                null);

        Committed again = publish(null, true, old);

        assertThat(again.effect()).isEqualTo(Effect.DONE);
        assertThat(version(again)).isEqualTo(3);
    }

    @Test
    void anOldHeadThatIsFullRefusesNothing() {
        Map<String, String> large = Map.of("k", "x".repeat(4_000));
        int scopes = 0;
        try {
            while (true) {
                commits.commit(TOPIC, version(large, "app=a" + scopes), "tester", null);
                scopes++;
            }
        } catch (ServiceException full) {
            assertThat(full.code()).isEqualTo(ErrorCode.HEAD_FULL);
        }
        TopicHead old = head();
        publish(null, false, null);

        Committed done = commits.commit(TOPIC, version(large, "app=more"), "tester", null, old);

        assertThat(version(done)).isEqualTo(scopes + 2L);
    }

    private static PublishVersion version(Map<String, String> metadata, String scope) {
        return new PublishVersion(List.of(), metadata, List.of(Scopes.parse(scope)), null, false, null, 0, "");
    }

    private Committed publish(@Nullable Long expected, boolean ifChanged, @Nullable TopicHead seen) {
        PublishVersion command =
                new PublishVersion(List.of(), Map.of(), List.of(Scopes.GLOBAL), expected, ifChanged, null, 0, "");
        return commits.commit(TOPIC, command, "tester", null, seen);
    }

    private TopicHead head() {
        return requireNonNull(log.head(TOPIC, Read.SERIAL));
    }

    private static long version(Committed done) {
        return requireNonNull(done.version()).getVersion();
    }
}
