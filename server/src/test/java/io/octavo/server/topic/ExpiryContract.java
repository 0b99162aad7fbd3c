package io.octavo.server.topic;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.EventKind;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.server.topic.Committed.Effect;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How pins and holds expire, on every log. Time is the test's. */
public abstract class ExpiryContract {
    private static final long EXPIRY = 1_700_000_010_000L;

    private final String topic = "expiry-" + UUID.randomUUID();
    private long now = EXPIRY - 10_000;
    private TopicCommits commits;

    /** The log under test. */
    protected abstract TopicLog log();

    @BeforeEach
    void publishTwice() {
        commits = new TopicCommits(
                log(),
                () -> {},
                head -> {},
                () -> Instant.ofEpochMilli(now),
                BoundedPatience.within(Duration.ofSeconds(30)),
                new SimpleMeterRegistry());
        for (int i = 0; i < 2; i++) {
            commit(new PublishVersion(
                    List.of(Part.newBuilder().setSize(i).build()),
                    Map.of(),
                    List.of(Scopes.GLOBAL),
                    null,
                    false,
                    null,
                    0,
                    ""));
        }
    }

    @Test
    void aPinWhoseTimeIsOverIsTakenAwayByOneEvent() {
        pin(1, EXPIRY);
        now = EXPIRY;
        Committed done = commit(expiry(1, EXPIRY));
        assertThat(done.effect()).isEqualTo(Effect.DONE);
        assertThat(head().getPinsList()).isEmpty();
        assertThat(commit(expiry(1, EXPIRY)).effect()).isEqualTo(Effect.UNCHANGED);
        TopicEvent event = lastEvent();
        assertThat(event.getRevision()).isEqualTo(done.revision());
        assertThat(event.getKind()).isEqualTo(EventKind.UNPINNED);
        assertThat(event.getBy()).isEqualTo("octavo:expiry");
        assertThat(event.getReason()).isEqualTo("expired: incident");
        assertThat(event.getVersion()).isEqualTo(1);
        assertThat(event.getScopesList()).containsExactly(Scopes.GLOBAL);
        TopicRows.assertHeadIsTheFoldOfItsRows(log(), topic, topic);
    }

    @Test
    void aPinWhoseTimeIsNotOverStays() {
        pin(1, EXPIRY);
        now = EXPIRY - 1;
        assertUnchanged(expiry(1, EXPIRY));
    }

    @Test
    void aPinThatWasProlongedReplacedOrMadeForGoodStays() {
        pin(1, EXPIRY);
        pin(1, EXPIRY + 1);
        assertLater(expiry(1, EXPIRY));
        now = EXPIRY - 5_000;
        pin(2, EXPIRY);
        assertLater(expiry(1, EXPIRY));
        now = EXPIRY - 4_000;
        pin(1, 0);
        assertLater(expiry(1, EXPIRY));
    }

    @Test
    void aPinThatIsGoneIsNobodysLoss() {
        assertLater(expiry(1, EXPIRY));
    }

    @Test
    void aHoldWhoseTimeIsOverIsReleasedByOneEvent() {
        commit(new HoldVersion(1, null, "audit", EXPIRY));
        now = EXPIRY;
        assertThat(commit(new ExpireHold(1, "tester", EXPIRY)).effect()).isEqualTo(Effect.DONE);
        assertThat(head().getHoldsList()).isEmpty();
        assertUnchanged(new ExpireHold(1, "tester", EXPIRY));
        assertThat(lastEvent().getKind()).isEqualTo(EventKind.HOLD_RELEASED);
        assertThat(lastEvent().getReason()).isEqualTo("expired: audit");
        TopicRows.assertHeadIsTheFoldOfItsRows(log(), topic, topic);
    }

    @Test
    void aHoldThatWasProlongedOrIsAnotherOnesStays() {
        commit(new HoldVersion(1, null, "audit", EXPIRY));
        assertLater(new ExpireHold(1, "another", EXPIRY));
        assertLater(new ExpireHold(2, "tester", EXPIRY));
        now = EXPIRY - 1;
        assertUnchanged(new ExpireHold(1, "tester", EXPIRY));
        commit(new HoldVersion(1, null, "audit", EXPIRY + 1));
        assertLater(new ExpireHold(1, "tester", EXPIRY));
    }

    @Test
    void whatADeletedTopicHasExpiresAfterItIsRestored() {
        pin(1, EXPIRY);
        commit(new HoldVersion(1, null, "audit", EXPIRY));
        commit(new DeleteTopic(head().getRevision(), "unused"));
        assertLater(expiry(1, EXPIRY));
        assertLater(new ExpireHold(1, "tester", EXPIRY));
        commit(new RestoreTopic(""));
        assertThat(commit(expiry(1, EXPIRY)).effect()).isEqualTo(Effect.DONE);
        assertThat(commit(new ExpireHold(1, "tester", EXPIRY)).effect()).isEqualTo(Effect.DONE);
    }

    @Test
    void anExpiryWithoutATimeIsRefused() {
        assertThatThrownBy(() -> expiry(1, 0)).isInstanceOf(InvalidField.class).hasMessageStartingWith("expiresAt: 0");
        assertThatThrownBy(() -> new ExpireHold(1, "a", -1)).hasMessageStartingWith("expiresAt: -1");
        assertThatThrownBy(() -> new ExpireHold(1, "", 1)).hasMessageStartingWith("holder:");
    }

    private static ExpirePin expiry(long version, long expiresAt) {
        return new ExpirePin(Scopes.GLOBAL, version, expiresAt);
    }

    private void pin(long version, long expiresAt) {
        commit(new PinScope(Scopes.GLOBAL, version, "incident", expiresAt));
    }

    private Committed commit(Command command) {
        String who = command instanceof ExpirePin || command instanceof ExpireHold ? ExpirePin.WHO : "tester";
        return commits.commit(topic, command, who, null);
    }

    /** Nothing happens, although the time is over. */
    private void assertLater(Command command) {
        now = Math.max(now, EXPIRY);
        assertUnchanged(command);
    }

    private void assertUnchanged(Command command) {
        TopicHead before = head();
        assertThat(commit(command).effect()).isEqualTo(Effect.UNCHANGED);
        assertThat(head()).isEqualTo(before);
    }

    private TopicEvent lastEvent() {
        return log().eventsBelow(topic, Long.MAX_VALUE, 1).get(0);
    }

    private TopicHead head() {
        return requireNonNull(log().head(topic, Read.SERIAL));
    }
}
