package io.octavo.server.topic;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Scope;
import io.octavo.protocol.Share;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Scopes;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RollbackTopicTest {
    private static final String TOPIC = "prices";

    private final TopicLog log = new InMemoryTopicLog(InstantSource.system());
    private final TopicCommits commits = new TopicCommits(
            log,
            () -> {},
            head -> {},
            InstantSource.system(),
            BoundedPatience.within(Duration.ofSeconds(5)),
            new SimpleMeterRegistry());

    @Test
    void everybodyGoesBackInOneStepAndTheVersionLeftIsQuarantined() {
        publish("*");
        publish("*");

        Committed done = rollBack(null, null, false);

        assertThat(done.revision()).isEqualTo(3);
        assertThat(pins()).containsExactly("* 1");
        assertThat(requireNonNull(done.version()).hasQuarantine()).isTrue();
        assertThat(done.impact()).containsExactly(new Impact(Scopes.GLOBAL, 2, 1, null));
        publish("*");
        assertThat(Impact.highest(head(), Scopes.GLOBAL)).as("the pin holds").isEqualTo(1);
    }

    @Test
    void onlyScopesThatRunTheNewestVersionMove() {
        publish("*");
        publish("app=recs");
        publish("region=eu");

        assertThat(rollBack(null, null, false).impact())
                .containsExactly(new Impact(Scopes.parse("region=eu"), 3, 1, null));
        assertThat(pins()).containsExactly("region=eu 1");
    }

    @Test
    void aVersionQuarantinedBeforeIsNotGoneBackTo() {
        publish("*");
        publish("*");
        publish("*");
        rollBack(null, null, false);

        rollBack(null, null, false);

        assertThat(pins()).containsExactly("* 1");
        assertThat(requireNonNull(log.version(TOPIC, 2, Read.SERIAL)).hasQuarantine())
                .isTrue();
    }

    @Test
    void aNarrowerScopeIsPinnedOnlyIfItWouldNotFollow() {
        publish("*");
        publish("*", "region=eu");
        rollBack(null, null, true);
        assertThat(pins()).containsExactly("* 1");

        commit(new UnpinScope(Scopes.GLOBAL, ""));
        commit(new PinScope(Scopes.parse("region=eu"), 2, "try", 0));
        rollBack(null, null, false);
        assertThat(pins()).containsExactly("* 1", "region=eu 1");
    }

    @Test
    void pinsOfNarrowerScopesStayAndKeepTheVersionFromQuarantine() {
        publish("*");
        publish("*");
        commit(new PinScope(Scopes.parse("app=recs"), 2, "canary", 0));

        Committed done = rollBack(null, null, false);

        assertThat(pins()).containsExactly("* 1", "app=recs 2");
        assertThat(requireNonNull(done.version()).hasQuarantine()).isFalse();
    }

    @Test
    void aScopeAndATargetCanBeNamed() {
        publish("*");
        publish("*");
        publish("*");

        Committed done = rollBack("region=eu", 1L, true);

        assertThat(pins()).containsExactly("region=eu 1");
        assertThat(requireNonNull(done.version()).getVersion()).isEqualTo(3);
        assertThat(done.version().hasQuarantine()).isFalse();
        assertThat(done.impact()).containsExactly(new Impact(Scopes.parse("region=eu"), 3, 1, null));
    }

    @Test
    void aShareIsLeftForWhatTheOthersRun() {
        publish("*");
        publish();
        commit(new AddScope(2, Scopes.GLOBAL, share(1_000), ""));

        assertThat(rollBack(null, null, false).impact()).containsExactly(new Impact(Scopes.GLOBAL, 2, 1, 1_000));
        assertThat(pins()).containsExactly("* 1");
    }

    @Test
    void whatCannotBeGoneBackToIsRefusedAndNothingChanges() {
        publish("*");
        assertThatThrownBy(() -> rollBack(null, null, false)).hasMessageContaining("none before it was published");
        assertThatThrownBy(() -> rollBack("region=eu", 1L, false)).hasMessageContaining("runs already");
        assertThatThrownBy(() -> rollBack("region=eu", 7L, false)).hasMessageContaining("no version 7");
        publish("*");
        commit(new QuarantineVersion(1, "bad"));
        assertThatThrownBy(() -> rollBack(null, 1L, false)).hasMessageContaining("quarantined");
        assertThat(head().getRevision()).isEqualTo(3);
    }

    @Test
    void aStagedTopicHasNothingToLeave() {
        publish();
        assertThatThrownBy(() -> rollBack(null, null, false)).hasMessageContaining("is published");
    }

    @Test
    void undoLiftsTheQuarantineBeforeThePinGoes() {
        publish("*");
        publish("*");
        TopicHead before = head();
        RollbackTopic command = new RollbackTopic(null, null, "worse", false);

        List<Command> undo = command.undo(before, commit(command));

        assertThat(undo).containsExactly(new LiftQuarantine(2, "undo"), new UnpinScope(Scopes.GLOBAL, "undo"));
        undo.forEach(this::commit);
        assertThat(head().getPublicationsList()).isEqualTo(before.getPublicationsList());
        assertThat(head().getPinsList()).isEmpty();
    }

    private static Share share(int bound) {
        return Share.newBuilder().setBound(bound).setSalt("salt").build();
    }

    private void publish(String... scopes) {
        List<Scope> parsed = Stream.of(scopes).map(Scopes::parse).toList();
        commit(new PublishVersion(List.of(), Map.of(), parsed, null, false, null, 0, ""));
    }

    private Committed rollBack(@Nullable String scope, @Nullable Long to, boolean keep) {
        return commit(new RollbackTopic(scope == null ? null : Scopes.parse(scope), to, "worse", keep));
    }

    private Committed commit(Command command) {
        return commits.commit(TOPIC, command, "tester", null);
    }

    private TopicHead head() {
        return requireNonNull(log.head(TOPIC, Read.SERIAL));
    }

    private List<String> pins() {
        return head().getPinsList().stream()
                .map((Pin pin) -> Scopes.format(pin.getScope()) + " " + pin.getVersion())
                .toList();
    }
}
