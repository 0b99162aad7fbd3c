package io.octavo.server.topic;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.EventKind;
import io.octavo.protocol.Horizon;
import io.octavo.protocol.Part;
import io.octavo.protocol.Publication;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.Committed.Effect;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is deleted for ever, on every log. Time is the test's. Versions 1 and 2 went to region us, 3 to everybody. */
public abstract class DeletionContract {
    private static final long START = 1_700_000_000_000L;
    private static final Scope US = Scope.newBuilder().setRegion("us").build();

    private final String topic = "deletion-" + UUID.randomUUID();
    private long now = START;
    private TopicCommits commits;

    /** The log under test. */
    protected abstract TopicLog log();

    @BeforeEach
    void publishThree() {
        commits = new TopicCommits(
                log(),
                () -> {},
                head -> {},
                () -> Instant.ofEpochMilli(now),
                BoundedPatience.within(Duration.ofSeconds(30)),
                new SimpleMeterRegistry());
        commit(publish(US));
        commit(publish(US));
        commit(publish(Scopes.GLOBAL));
    }

    @Test
    void aVersionThatIsDeletedByHandIsRefusedEverAfterAndTellsWhenByWhomAndWhy() {
        commit(new DeleteVersion(2, "leaked"));
        assertThat(row(2).getDeletion().getReason()).isEqualTo("leaked");
        assertThat(commit(new DeleteVersion(2, "once more")).effect()).isEqualTo(Effect.UNCHANGED);
        for (Command command : List.of(
                new PinScope(US, 2, "r", 0),
                new AddScope(2, Scopes.GLOBAL, null, ""),
                new HoldVersion(2, null, "r", 0),
                new QuarantineVersion(2, "r"),
                new LiftQuarantine(2, "r"),
                new WithdrawVersion(2, US, "r"),
                new RollbackTopic(null, 2L, "r", true))) {
            assertGone(
                    command,
                    "version 2 of " + topic + " is gone: deleted at " + Instant.ofEpochMilli(START)
                            + " by tester: leaked");
        }
        assertThat(lastEvent().getKind()).isEqualTo(EventKind.VERSION_DELETED);
        TopicRows.assertHeadIsTheFoldOfItsRows(log(), topic, topic);
    }

    @Test
    void aVersionThatAHeadNamesIsNotDeletedByHand() {
        commit(new PinScope(US, 2, "incident", 0));
        commit(new HoldVersion(2, null, "audit", 0));
        assertRefused(new DeleteVersion(2, "r"), ErrorCode.VERSION_IN_USE, "pinned for region=us, held by tester");
        assertRefused(new DeleteVersion(3, "r"), ErrorCode.VERSION_IN_USE, "published to *");
        assertRefused(new DeleteVersion(4, "r"), ErrorCode.VERSION_NOT_FOUND, "no version 4");
        assertThat(row(2).hasDeletion()).isFalse();
    }

    @Test
    void whoRunsWhatWasDeletedByHandMayGoBackButNotWhoRunsWhatRetentionGaveUp() {
        commit(new QuarantineVersion(3, "bad"));
        commit(publish(Scope.newBuilder().setRegion("eu").build()));
        commit(publish(Scope.newBuilder().setRegion("eu").build()));
        assertThat(head().getWithdrawnList()).containsExactly(3L);
        collect(4);
        assertThat(head().getWithdrawnList()).containsExactly(3L);
        commit(publish(Scope.newBuilder().setRegion("eu").build()));
        commit(new DeleteVersion(5, "leaked"));
        assertThat(head().getWithdrawnList()).containsExactly(3L, 5L);
        assertThat(head().getPublicationsList())
                .extracting(each -> each.getVersion())
                .containsExactly(6L, 2L);
        TopicRows.assertHeadIsTheFoldOfItsRows(log(), topic, topic);
    }

    @Test
    void manyVersionsAreGivenUpInOneStep() {
        TopicHead before = head();
        Committed done = collect(1, 2);
        assertThat(done.revision()).isEqualTo(before.getRevision() + 1);
        for (long version = 1; version <= 2; version++) {
            assertThat(row(version).getDeletion().getCollected()).isTrue();
            assertThat(row(version).getDeletion().getBy()).isEqualTo(CollectVersions.WHO);
            assertThat(row(version).getMetadataMap()).containsEntry("k", "v");
        }
        assertThat(lastEvent().getReason()).isEqualTo("versions 1 to 2: too old");
        assertThat(head().toBuilder().setRevision(before.getRevision()).build()).isEqualTo(before);
        assertGone(new PinScope(US, 1, "r", 0), "too old");
        TopicRows.assertHeadIsTheFoldOfItsRows(log(), topic, topic);
    }

    @Test
    void whatWasDecidedBeforeSomethingElseHappenedIsRefused() {
        CollectVersions decided = new CollectVersions(head().getRevision(), List.of(row(1)), "too old");
        TopicHead seen = head();
        commit(new PinScope(US, 1, "incident", 0));
        assertRefused(decided, ErrorCode.STALE_REVISION, "by which it was decided");
        assertThatThrownBy(() -> commits.commit(topic, decided, CollectVersions.WHO, null, seen))
                .hasMessageContaining("by which it was decided");
        assertThat(row(1).hasDeletion()).isFalse();
    }

    @Test
    void whatAHeadNamesIsNeverGivenUpWhoeverDecidesIt() {
        assertThatThrownBy(() -> collect(3)).isInstanceOf(IllegalStateException.class);
        commit(new HoldVersion(1, null, "audit", 0));
        assertThatThrownBy(() -> collect(1)).isInstanceOf(IllegalStateException.class);
        assertThat(row(1).hasDeletion()).isFalse();
    }

    @Test
    void thatBytesAreGoneIsNotedOnce() {
        collect(1, 2);
        now += 5;
        assertThat(commit(new NoteBytesGone(List.of(1L, 2L, 3L))).effect()).isEqualTo(Effect.DONE);
        assertThat(row(1).getBytesGoneMs()).isEqualTo(now);
        assertThat(row(3).getBytesGoneMs()).as("nobody has deleted it").isZero();
        assertThat(commit(new NoteBytesGone(List.of(1L, 2L, 3L))).effect()).isEqualTo(Effect.UNCHANGED);
        assertThat(lastEvent().getReason()).isEqualTo("versions 1 to 2");
    }

    @Test
    void aDeletionThatIsFinalCanNotBeUndoneAndNumbersGoOn() {
        commit(new PinScope(US, 1, "incident", 0));
        commit(new DeleteTopic(head().getRevision(), "unused"));
        CollectTopic early = new CollectTopic(head().getRevision());
        commit(new RestoreTopic("not yet"));
        assertRefused(early, ErrorCode.STALE_REVISION, "decided");
        assertRefused(new CollectTopic(head().getRevision()), ErrorCode.STALE_REVISION, "one that was deleted");

        commit(new DeleteTopic(head().getRevision(), "unused"));
        TopicHead deleted = head();
        now += 1_000;
        commit(new CollectTopic(head().getRevision()));
        assertGone(new RestoreTopic("too late"), "by tester: unused; since " + Instant.ofEpochMilli(now));
        assertThat(head().getPublicationsCount() + head().getPinsCount() + head().getVersionsCount())
                .isZero();
        collect(1, 2, 3);
        TopicHead past = new TopicHistory(log()).at(head(), Instant.ofEpochMilli(now - 1));
        assertThat(past).isEqualTo(deleted.toBuilder().clearVersions().build());

        assertThat(requireNonNull(commit(publish(US)).version()).getVersion()).isEqualTo(4);
        assertThat(head().hasDeletion()).isFalse();
        assertRefused(new PinScope(US, 3, "r", 0), ErrorCode.VERSION_NOT_FOUND, "expected: 4 to 4");
        assertThat(row(3).getDeletion().getCollected()).isTrue();
    }

    @Test
    void theTrailIsTrimmedToAHorizonThatItNames() {
        collect(1);
        now += 1_000;
        commit(new NoteBytesGone(List.of(1L)));
        now += 1_000;
        commit(new ChangeSettings(settings -> settings.toBuilder().setOwner("a").build(), "a", null));
        long horizon = head().getRevision();
        now += 1_000;
        TopicHead now3 = head();
        commit(new TrimHistory(horizon, START + 1_500, List.of(1L, 2L)));

        assertThat(log().eventsBelow(topic, Long.MAX_VALUE, 100))
                .extracting(TopicEvent::getKind)
                .containsExactly(EventKind.HISTORY_TRIMMED, EventKind.SETTINGS_CHANGED);
        assertThat(head().getHorizon())
                .isEqualTo(Horizon.newBuilder()
                        .setRevision(horizon)
                        .setAtMs(START + 1_500)
                        .build());
        assertThat(log().version(topic, 1, Read.SERIAL)).isNull();
        assertThat(row(2).hasDeletion()).as("it is there").isFalse();
        assertGone(new PinScope(US, 1, "r", 0), "its record is gone too");
        assertThat(head().toBuilder()
                        .clearHorizon()
                        .setRevision(now3.getRevision())
                        .setLastEventMs(0)
                        .build())
                .isEqualTo(now3.toBuilder().setLastEventMs(0).build());

        TopicHistory history = new TopicHistory(log());
        assertThat(requireNonNull(history.at(head(), Instant.ofEpochMilli(START + 1_500)))
                        .getSettings()
                        .getOwner())
                .isEmpty();
        assertThatThrownBy(() -> history.at(head(), Instant.ofEpochMilli(START + 1_499)))
                .asInstanceOf(type(ServiceException.class))
                .satisfies(gone -> assertThat(gone.code()).isEqualTo(ErrorCode.GONE))
                .satisfies(gone -> assertThat(gone.getMessage())
                        .contains(Instant.ofEpochMilli(START + 1_500).toString(), "revision " + horizon));
        assertThat(commit(new TrimHistory(horizon, START, List.of())).effect()).isEqualTo(Effect.UNCHANGED);
    }

    @Test
    void aRecordThatIsNeededOrYoungStaysAtTheHorizon() {
        commit(new QuarantineVersion(3, "bad"));
        commit(publish(Scope.newBuilder().setRegion("eu").build()));
        commit(new DeleteVersion(3, "leaked"));
        commit(new NoteBytesGone(List.of(3L)));
        assertThat(head().getWithdrawnList()).containsExactly(3L);
        now += 1_000;
        commit(new TrimHistory(3, now, List.of(3L)));
        assertThat(row(3).hasDeletion()).as("who runs it may still go back").isTrue();
        collect(1);
        now += 1;
        commit(new NoteBytesGone(List.of(1L)));
        assertThat(commit(new TrimHistory(3, now, List.of(1L))).effect()).isEqualTo(Effect.UNCHANGED);
        assertThat(row(1).hasDeletion()).isTrue();
    }

    @Test
    void whatComesBackFromAnExportedHeadKeepsTheHorizonOfThisLog() {
        TopicHead exported = head().toBuilder()
                .setRevision(100)
                .setHorizon(Horizon.newBuilder().setRevision(90).setAtMs(START))
                .build();
        commit(new TrimHistory(3, START, List.of()));
        commit(new RestampTopic(head().getEpoch() + 1, exported));
        assertThat(head().getHorizon().getRevision()).isEqualTo(3);
        assertThat(log().eventsBelow(topic, Long.MAX_VALUE, 100))
                .extracting(TopicEvent::getRevision)
                .containsExactly(5L, 4L, 3L);
    }

    @Test
    void whatAnExportedHeadNamesComesBackAsItIsAlsoIfTheLogHasGivenItUpOrHasSomethingElseOfThatNumber() {
        VersionRecord first = row(1).toBuilder().clearPublications().build();
        VersionRecord another = row(2).toBuilder()
                .clearPublications()
                .setParts(0, Part.newBuilder().setSize(7))
                .build();
        TopicHead exported = head().toBuilder()
                .setEpoch(head().getEpoch() + 1)
                .clearVersions()
                .addVersions(first)
                .addVersions(another)
                .clearPublications()
                .addPublications(publication(2, US))
                .addPublications(publication(1, Scopes.GLOBAL))
                .addWithdrawn(3)
                .build();
        collect(1);
        commit(new RestampTopic(exported.getEpoch() + 1, exported));
        assertThat(row(1).hasDeletion()).isFalse();
        assertThat(row(2).getPartsList()).isEqualTo(another.getPartsList());
        assertThat(head().getVersionsList()).containsExactly(first, another);
        TopicRows.assertHeadIsTheFoldOfItsRows(log(), topic, topic);
    }

    private static Publication publication(long version, Scope scope) {
        return Publication.newBuilder()
                .setVersion(version)
                .setScope(scope)
                .setAtMs(START)
                .setBy("tester")
                .build();
    }

    private Committed collect(long... versions) {
        List<VersionRecord> rows = Arrays.stream(versions).mapToObj(this::row).toList();
        return commits.commit(
                topic, new CollectVersions(head().getRevision(), rows, "too old"), CollectVersions.WHO, null);
    }

    private static PublishVersion publish(Scope scope) {
        return new PublishVersion(
                List.of(Part.newBuilder().setSize(1).build()),
                Map.of("k", "v"),
                List.of(scope),
                null,
                false,
                null,
                0,
                "");
    }

    private Committed commit(Command command) {
        return commits.commit(topic, command, "tester", null);
    }

    private void assertGone(Command command, String text) {
        assertRefused(command, ErrorCode.GONE, text);
    }

    private void assertRefused(Command command, ErrorCode code, String text) {
        assertThatThrownBy(() -> commit(command))
                .as(command.toString())
                .asInstanceOf(type(ServiceException.class))
                .satisfies(refused -> assertThat(refused.code()).isEqualTo(code))
                .satisfies(refused -> assertThat(refused.getMessage()).contains(text));
    }

    private VersionRecord row(long version) {
        return requireNonNull(log().version(topic, version, Read.SERIAL));
    }

    private TopicEvent lastEvent() {
        return log().eventsBelow(topic, Long.MAX_VALUE, 1).get(0);
    }

    private TopicHead head() {
        return requireNonNull(log().head(topic, Read.SERIAL));
    }
}
