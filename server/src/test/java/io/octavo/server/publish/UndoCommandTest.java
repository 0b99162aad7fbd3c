package io.octavo.server.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.rules.Scopes;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.Committed.Effect;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.TopicCommits;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UndoCommandTest {
    private final TopicCommits commits =
            TestCommits.of(new InMemoryTopicLog(InstantSource.system()), Duration.ofSeconds(5));

    @Test
    void nothingInItCanBeRun() {
        publish();
        commits.commit("t", new PinScope(Scopes.GLOBAL, 1, "it's $(bad)\n`here`", 0), "tester", null);
        PinScope again = new PinScope(Scopes.GLOBAL, 1, "other", 0);
        assertThat(UndoCommand.of(again, commits.commit("t", again, "tester", null)))
                .isEqualTo("octavo pin t 1 --scope '*' --reason 'it'\\''s $(bad) `here`'");
    }

    @Test
    void whatChangedNothingHasNothingToTakeBack() {
        Committed first = publish();
        PublishVersion same = version(true);
        assertThat(UndoCommand.of(same, commits.commit("t", same, "tester", null)))
                .isNull();
        assertThat(first.impact()).hasSize(1);
    }

    @Test
    void whatAnEarlierCallDidIsTakenBackAlike() {
        PublishVersion version = version(false);
        String undo = UndoCommand.of(version, commits.commit("t", version, "tester", "key"));
        publish();
        Committed again = commits.commit("t", version, "tester", "key");
        assertThat(again.effect()).isEqualTo(Effect.REPLAYED);
        assertThat(UndoCommand.of(version, again))
                .isEqualTo(undo)
                .isEqualTo("octavo scopes withdraw t 1 --scope '*' --reason 'undo'");
    }

    private Committed publish() {
        return commits.commit("t", version(false), "tester", null);
    }

    private static PublishVersion version(boolean ifChanged) {
        return new PublishVersion(List.of(), Map.of(), List.of(Scopes.GLOBAL), null, ifChanged, null, 0, "");
    }
}
