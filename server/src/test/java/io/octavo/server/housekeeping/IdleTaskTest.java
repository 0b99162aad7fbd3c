package io.octavo.server.housekeeping;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.EventKind;
import io.octavo.protocol.Idleness;
import io.octavo.protocol.Part;
import io.octavo.protocol.Settings;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Scopes;
import io.octavo.server.housekeeping.Interposed.Killed;
import io.octavo.server.idle.Idle;
import io.octavo.server.idle.Idle.State;
import io.octavo.server.idle.IdleConfig;
import io.octavo.server.idle.IdleTopics;
import io.octavo.server.idle.InMemoryTopicUses;
import io.octavo.server.idle.RecentUses.Recent;
import io.octavo.server.idle.TopicUses;
import io.octavo.server.topic.AddScope;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.ChangeSettings;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.DeleteTopic;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.topic.UnarchiveTopic;
import io.octavo.server.topic.WithdrawVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IdleTaskTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final IdleConfig CONFIG =
            new IdleConfig(Duration.ofHours(1), DAY.multipliedBy(90), DAY.multipliedBy(30), DAY.multipliedBy(20));

    private final TestTime time = new TestTime();
    private final InMemoryTopicLog log = new InMemoryTopicLog(time);
    private final InMemoryTopicUses uses = new InMemoryTopicUses();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Map<String, Duration> now = new HashMap<>();
    private boolean allAnswer = true;
    private final TopicCommits commits = new TopicCommits(
            log, () -> {}, head -> {}, time, BoundedPatience.within(Duration.ofSeconds(5)), new SimpleMeterRegistry());
    private final IdleTopics topics = new IdleTopics(log, uses, CONFIG, time);
    private final IdleTask task = task(uses);

    private IdleTask task(TopicUses store) {
        IdleTask made = new IdleTask(
                log, commits, store, () -> new Recent(now, allAnswer), topics, CONFIG.interval(), time, meters);
        made.measure(() -> true);
        return made;
    }

    @Test
    void whatNobodyUsesIsReportedThenArchivedThenToBeDeletedAndNeverIs() {
        publish("a");
        Instant published = time.instant();
        days(89);
        assertThat(idle("a")).isNull();
        assertThat(task.found()).isNull();
        days(1);
        assertThat(idle("a"))
                .isEqualTo(new Idle(
                        "a", "", published, null, State.UNUSED, published, published.plus(DAY.multipliedBy(120))));
        assertThat(gauge(State.UNUSED)).isEqualTo(1);
        assertThat(task.found())
                .isEqualTo("topics that nobody uses: 1, of these archived: 0, to be deleted or kept: 0");
        days(30);
        Instant archived = time.instant();
        assertThat(idle("a"))
                .isEqualTo(new Idle(
                        "a", "", published, null, State.ARCHIVED, published, archived.plus(DAY.multipliedBy(20))));
        TopicEvent event = log.eventsBelow("a", Long.MAX_VALUE, 1).get(0);
        assertThat(event.getKind()).isEqualTo(EventKind.TOPIC_ARCHIVED);
        assertThat(event.getBy()).isEqualTo("octavo:idle");
        assertThat(event.getReason()).isEqualTo("nobody has published or consumed it since " + published);
        days(20);
        assertThat(requireNonNull(idle("a")).state()).isEqualTo(State.DELETABLE);
        assertThat(task.found())
                .isEqualTo("topics that nobody uses: 1, of these archived: 1, to be deleted or kept: 1");
        days(1_000);
        assertThat(head("a").getRevision()).as("publish and mark").isEqualTo(2);
        assertThat(head("a").hasDeletion()).isFalse();
    }

    @Test
    void whatIsConsumedIsNotedOnceADayAndIsInUse() {
        publish("a");
        now.put("a", Duration.ofMinutes(3));
        for (int hour = 0; hour < 24 * 200; hour++) {
            Runs.of(task);
            time.pass(Duration.ofHours(1));
        }
        assertThat(uses.writes()).isBetween(190, 200);
        assertThat(idle("a")).isNull();
        now.clear();
        Instant last = requireNonNull(uses.all().get("a"));
        days(91);
        Idle idle = requireNonNull(idle("a"));
        assertThat(idle.consumed()).isEqualTo(last);
        assertThat(idle.since()).isEqualTo(last);
    }

    @Test
    void aVersionAndAConsumerEachEndTheArchiveByAnEvent() {
        publish("a");
        publish("b");
        days(121);
        assertThat(requireNonNull(idle("a")).state()).isEqualTo(State.ARCHIVED);
        publish("a");
        assertThat(head("a").getSettings().hasIdleness())
                .as("by the publish itself")
                .isFalse();
        now.put("b", Duration.ZERO);
        time.pass(Duration.ofHours(1));
        Runs.of(task);
        assertThat(kinds("b"))
                .containsExactly(EventKind.TOPIC_UNARCHIVED, EventKind.TOPIC_ARCHIVED, EventKind.PUBLISHED);
        assertThat(idle("a")).isNull();
        assertThat(idle("b")).isNull();
    }

    @Test
    void aPublicationOfAnOlderVersionIsAUseToo() {
        publish("a");
        days(121);
        commit("a", new WithdrawVersion(1, Scopes.GLOBAL, "old"));
        days(1);
        assertThat(requireNonNull(idle("a")).state())
                .as("the newest is in no head")
                .isEqualTo(State.ARCHIVED);
        commit("a", new AddScope(1, Scopes.GLOBAL, null, ""));
        days(1);
        assertThat(idle("a")).isNull();
        assertThat(kinds("a")).startsWith(EventKind.TOPIC_UNARCHIVED);
    }

    @Test
    void whatWasFoundInUseWithoutAVersionIsUnusedOnlyAfterAsLongAgain() {
        publish("a");
        days(121);
        commit("a", new UnarchiveTopic("published again, unchanged"));
        Instant used = time.instant();
        days(89);
        assertThat(idle("a")).isNull();
        days(1);
        assertThat(requireNonNull(idle("a")).since()).isEqualTo(used);
        settings("a", settings(Idleness.newBuilder().setKept(true)));
        settings("a", Settings.getDefaultInstance());
        assertThat(requireNonNull(idle("a")).since()).as("kept for a while").isEqualTo(used);
        publish("a");
        assertThat(head("a").getSettings().hasIdleness()).isFalse();
    }

    @Test
    void whileASubscribeNodeCanNotBeAskedNothingIsUnused() {
        publish("a");
        days(1);
        allAnswer = false;
        time.pass(DAY.multipliedBy(300));
        now.put("a", Duration.ofMinutes(5));
        Run run = Runs.of(task);
        assertThat(run.failedCount()).isEqualTo(1);
        assertThat(run.error()).contains("subscribe nodes");
        assertThat(uses.all()).as("what the others say is noted").containsOnlyKeys("a");
        assertThat(topics.rule().knownSince()).isNull();
        now.clear();
        allAnswer = true;
        Runs.of(task);
        assertThat(topics.rule().knownSince()).as("counted anew after the gap").isEqualTo(time.instant());
        days(89);
        assertThat(idle("a")).isNull();
        days(1);
        assertThat(idle("a")).isNotNull();
    }

    @Test
    void aShortGapIsNone() {
        publish("a");
        days(50);
        allAnswer = false;
        time.pass(Duration.ofHours(20));
        Runs.of(task);
        allAnswer = true;
        days(40);
        assertThat(idle("a")).isNotNull();
    }

    @Test
    void whatItsOwnerKeepsAndWhatIsDeletedIsLeftAlone() {
        publish("a");
        publish("b");
        settings("a", settings(Idleness.newBuilder().setKept(true)));
        commit("b", new DeleteTopic(1, "unused"));
        days(400);
        assertThat(idle("a")).isNull();
        assertThat(idle("b")).isNull();
        assertThat(kinds("a")).containsExactly(EventKind.SETTINGS_CHANGED, EventKind.PUBLISHED);
    }

    @Test
    void theMarkIsNotTheOwnersButToKeepATopicEndsIt() {
        publish("a");
        days(121);
        Idleness mark = head("a").getSettings().getIdleness();
        settings("a", Settings.newBuilder().setOwner("team").build());
        assertThat(head("a").getSettings().getIdleness()).isEqualTo(mark);
        settings("a", settings(Idleness.newBuilder().setArchivedMs(7)));
        assertThat(head("a").getSettings().getIdleness()).isEqualTo(mark);
        settings("a", settings(Idleness.newBuilder().setArchivedMs(7).setKept(true)));
        assertThat(head("a").getSettings())
                .isEqualTo(settings(Idleness.newBuilder().setKept(true)));
        settings("a", settings(Idleness.newBuilder().setArchivedMs(7)));
        assertThat(head("a").getSettings().hasIdleness()).isFalse();
    }

    private static Settings settings(Idleness.Builder idleness) {
        return Settings.newBuilder().setIdleness(idleness).build();
    }

    private void settings(String topic, Settings wanted) {
        commit(topic, new ChangeSettings(before -> wanted, "settings", null));
    }

    @Test
    void aTopicWithoutVersionsIsIdleSinceItWasMade() {
        settings("a", Settings.newBuilder().setOwner("team").build());
        Instant made = time.instant();
        days(121);
        Idle idle = requireNonNull(idle("a"));
        assertThat(idle.owner()).isEqualTo("team");
        assertThat(idle.since()).isEqualTo(made);
        assertThat(idle.state()).isEqualTo(State.ARCHIVED);
        days(1);
        assertThat(kinds("a")).hasSize(2);
    }

    @Test
    void aRunThatDiesBetweenAnyTwoStepsIsDoneAgainAndOneThatIsNoLongerLedWritesNothing() {
        publish("a");
        days(1);
        now.put("a", Duration.ZERO);
        for (int steps = 0; steps < 8; steps++) {
            int[] left = {steps};
            IdleTask dying = task(Interposed.of(TopicUses.class, uses, at -> {
                if (left[0]-- == 0) {
                    throw new Killed(at);
                }
            }));
            time.pass(Duration.ofHours(1));
            try {
                Runs.of(dying);
            } catch (Killed e) {
                assertThat(topics.rule().knownSince()).isNotNull();
            }
        }
        int writes = uses.writes();
        TopicUses.Watch watch = uses.watch();
        time.pass(DAY.multipliedBy(2));
        Runs.steps(task, 0);
        assertThat(uses.writes()).isEqualTo(writes);
        assertThat(uses.watch()).isEqualTo(watch);
    }

    /** Runs it every day, for so long. */
    private void days(int days) {
        Runs.of(task);
        for (int i = 0; i < days; i++) {
            time.pass(DAY);
            assertThat(Runs.of(task).failedCount()).isZero();
        }
    }

    private @Nullable Idle idle(String topic) {
        return topics.of(topics.rule(), head(topic));
    }

    private double gauge(State state) {
        return meters.get("octavo.idle.topics")
                .tag("state", state.name())
                .gauge()
                .value();
    }

    private List<EventKind> kinds(String topic) {
        return log.eventsBelow(topic, Long.MAX_VALUE, 100).stream()
                .map(TopicEvent::getKind)
                .toList();
    }

    private TopicHead head(String topic) {
        return requireNonNull(log.head(topic, Read.SERIAL));
    }

    private void publish(String topic) {
        commit(
                topic,
                new PublishVersion(
                        List.of(Part.getDefaultInstance()),
                        Map.of(),
                        List.of(Scopes.GLOBAL),
                        null,
                        false,
                        null,
                        0,
                        ""));
    }

    private void commit(String topic, Command command) {
        commits.commit(topic, command, "tester", null);
    }
}
