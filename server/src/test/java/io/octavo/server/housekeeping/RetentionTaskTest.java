package io.octavo.server.housekeeping;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.EventKind;
import io.octavo.protocol.ExternalPointer;
import io.octavo.protocol.Part;
import io.octavo.protocol.S3Pointer;
import io.octavo.protocol.Settings;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.TestCommits;
import io.octavo.server.retention.Retention;
import io.octavo.server.retention.RetentionConfig;
import io.octavo.server.topic.ChangeSettings;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.DeleteTopic;
import io.octavo.server.topic.DeleteVersion;
import io.octavo.server.topic.HoldVersion;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.ReleaseHold;
import io.octavo.server.topic.RestoreTopic;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class RetentionTaskTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final RetentionConfig DEFAULTS = new Binder(new MapConfigurationPropertySource(Map.of()))
            .bindOrCreate("octavo.housekeeping.retention", RetentionConfig.class);
    private static final Duration UNDER_WAY = Duration.ofMinutes(10);

    private final TestTime time = new TestTime();
    private final InMemoryTopicLog log = new InMemoryTopicLog(time);
    private final TopicCommits commits = TestCommits.of(log, Duration.ofSeconds(5), time);
    private final TestBytes bytes = new TestBytes();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Set<Long> running = new HashSet<>();
    private final Set<Long> exported = new HashSet<>();
    private boolean leads = true;
    private int asked;
    private boolean nodesAnswer = true;
    private boolean regionsAnswer = true;
    private Consumer<String> between = step -> {};
    private final RetentionTask task = task(config(50, 100, 5));
    private long ids;

    @Test
    void whatNothingKeepsIsGivenUpThenItsBytesAreRemovedAndThenThatIsNoted() {
        publish("a", 6);
        time.pass(DAY);
        Run run = Runs.of(task);

        assertThat(deleted("a")).containsExactly(3L, 2L, 1L);
        assertThat(row("a", 3).getBytesGoneMs()).isPositive();
        assertThat(row("a", 3).getDeletion().getReason()).isEqualTo("retention keeps the newest 3, and what is used");
        assertThat(bytes.kept()).isEqualTo(places(4, 5, 6));
        assertThat(kinds("a")).startsWith(EventKind.BYTES_REMOVED, EventKind.VERSIONS_COLLECTED, EventKind.PUBLISHED);
        assertThat(run.doneCount()).isEqualTo(3);
        assertThat(meters.counter("octavo.gc.versions").count()).isEqualTo(3);

        TopicHead settled = head("a");
        assertThat(Runs.of(task).doneCount()).isZero();
        assertThat(head("a")).isEqualTo(settled);
    }

    @Test
    void whatWasRunUntilAShortTimeAgoGoesWhenItsTimeComesWithoutAnyChange() {
        publish("a", 6);
        Runs.of(task);
        assertThat(deleted("a")).isEmpty();
        time.pass(DAY.minusMillis(1));
        Runs.of(task);
        assertThat(deleted("a")).isEmpty();
        time.pass(Duration.ofMillis(1));
        Runs.of(task);
        assertThat(deleted("a")).containsExactly(3L, 2L, 1L);
    }

    @Test
    void theOwnersSettingsCount() {
        keep("a", 5);
        publish("a", 6);
        time.pass(DAY);
        Runs.of(task);
        assertThat(deleted("a")).containsExactly(1L);
    }

    @Test
    void whileASubscribeNodeOrARegionCanNotBeAskedAllStays() {
        publish("a", 6);
        time.pass(DAY);
        nodesAnswer = false;
        Runs.of(task);
        nodesAnswer = true;
        regionsAnswer = false;
        Runs.of(task);
        assertThat(deleted("a")).isEmpty();
        assertThat(meters.counter("octavo.gc.unasked").count()).isEqualTo(2);
        regionsAnswer = true;
        running.add(1L);
        exported.add(2L);
        Runs.of(task);
        assertThat(deleted("a")).containsExactly(3L);
        running.clear();
        Runs.of(task);
        assertThat(deleted("a")).as("nothing has changed in the topic").containsExactly(3L, 1L);
    }

    @Test
    void aPinThatComesInBetweenMakesItBeDecidedAnew() {
        publish("a", 6);
        time.pass(DAY);
        AtomicInteger readings = new AtomicInteger();
        between = step -> {
            // The first reading is the survey's.
            if (step.equals("after versionsBelow") && readings.incrementAndGet() == 2) {
                commits.commit("a", new PinScope(Scopes.GLOBAL, 2, "incident", 0), "operator", null);
            }
        };
        Run run = Runs.of(task);
        assertThat(deleted("a")).isEmpty();
        assertThat(run.failedCount()).isZero();
        Runs.of(task);
        assertThat(deleted("a")).containsExactly(3L, 1L);
    }

    @Test
    void bytesThatCouldNotBeRemovedAreRemovedByALaterRun() {
        publish("a", 6);
        time.pass(DAY);
        bytes.away("us", true);
        Run run = Runs.of(task);
        assertThat(run.failedCount()).isPositive();
        assertThat(deleted("a")).hasSize(3);
        assertThat(row("a", 2).getBytesGoneMs()).isZero();
        assertThat(row("a", 3).getBytesGoneMs()).as("it is not in S3").isPositive();
        bytes.away("us", false);
        Runs.of(task(config(50, 100, 5)));
        assertThat(row("a", 2).getBytesGoneMs()).isPositive();
        assertThat(bytes.kept()).isEqualTo(places(4, 5, 6));
    }

    @Test
    void whatWasDeletedByHandLosesItsBytesOnceNoRegionNamesItAnyMore() {
        publish("a", 3);
        exported.add(2L);
        commit("a", new DeleteVersion(2, "leaked"));
        Runs.of(task);
        time.pass(UNDER_WAY);
        Runs.of(task);
        assertThat(row("a", 2).getBytesGoneMs()).isZero();
        assertThat(bytes.kept()).containsAll(places(2));
        exported.clear();
        Runs.of(task);
        assertThat(row("a", 2).getBytesGoneMs()).isPositive();
        assertThat(bytes.kept()).isEqualTo(places(1, 3));
    }

    @Test
    void whatWasDeletedByHandKeepsItsBytesWhileAHeadThatNamesItMayBeOnItsWay() {
        publish("a", 3);
        commit("a", new DeleteVersion(2, "leaked"));
        Runs.of(task);
        time.pass(UNDER_WAY.minusMillis(1));
        Runs.of(task);
        assertThat(bytes.kept()).containsAll(places(2));
        time.pass(Duration.ofMillis(1));
        Runs.of(task);
        assertThat(row("a", 2).getBytesGoneMs()).isPositive();
        assertThat(bytes.kept()).isEqualTo(places(1, 3));
    }

    @Test
    void objectsOfOthersAreNotRemoved() {
        for (int i = 0; i < 5; i++) {
            publish(
                    "a",
                    Part.newBuilder()
                            .setExternal(ExternalPointer.getDefaultInstance())
                            .build());
        }
        bytes.store("eu/0");
        time.pass(DAY);
        Runs.of(task);
        assertThat(deleted("a")).containsExactly(2L, 1L);
        assertThat(row("a", 1).getBytesGoneMs()).isPositive();
        assertThat(bytes.kept()).containsExactly("eu/0");
    }

    @Test
    void aDeletedTopicCanBeRestoredForTheGraceAndThenGoesWhole() {
        publish("a", 4);
        commit("a", new DeleteTopic(head("a").getRevision(), "unused"));
        time.pass(DAY.minusMillis(1));
        Runs.of(task);
        assertThat(deleted("a")).isEmpty();
        commit("a", new RestoreTopic(""));
        commit("a", new DeleteTopic(head("a").getRevision(), "unused"));
        commit("a", new RestoreTopic(""));
        commit("a", new DeleteTopic(head("a").getRevision(), "unused after all"));
        running.add(4L);
        time.pass(DAY);
        nodesAnswer = false;
        Runs.of(task);
        assertThat(head("a").getDeletion().getFinalMs()).isZero();
        nodesAnswer = true;
        Runs.of(task);
        assertThat(deleted("a")).containsExactly(3L, 2L, 1L);
        assertThat(row("a", 1).getDeletion().getReason())
                .isEqualTo("the topic was deleted by tester: unused after all");
        assertThatThrownBy(() -> commit("a", new RestoreTopic("")))
                .isInstanceOfSatisfying(
                        ServiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.GONE));
        running.clear();
        Runs.of(task);
        assertThat(deleted("a")).hasSize(4);
        assertThat(bytes.kept()).isEmpty();
        publish("a", 1);
        assertThat(head("a").getNewestVersion()).isEqualTo(5);
    }

    @Test
    void aDeletedTopicThatIsHeldStaysAndCanBeRestored() {
        publish("a", 4);
        commit("a", new HoldVersion(1, null, "audit", 0));
        commit("a", new DeleteTopic(head("a").getRevision(), "unused"));
        time.pass(DAY.multipliedBy(9));
        Runs.of(task);
        assertThat(deleted("a")).isEmpty();
        commit("a", new RestoreTopic(""));
        commit("a", new ReleaseHold(1, "tester", ""));
        commit("a", new DeleteTopic(head("a").getRevision(), "unused"));
        time.pass(DAY);
        Runs.of(task);
        assertThat(deleted("a")).hasSize(4);
    }

    @Test
    void versionsOfAnEarlierLifeGoAsSoonAsTheyWereNotRunForTheGrace() {
        publish("a", 2);
        commit("a", new DeleteTopic(head("a").getRevision(), "unused"));
        publish("a", 1);
        time.pass(DAY);
        Runs.of(task);
        assertThat(deleted("a")).containsExactly(2L, 1L);
        assertThat(head("a").hasDeletion()).isFalse();
    }

    @Test
    void aTopicOfWhichMostWouldGoIsLeftAloneUntilThatIsConfirmedAndNoMoreGoesThanWasShown() {
        publish("a", 20);
        publish("b", 5);
        time.pass(DAY);
        Run stopped = Runs.of(task);
        assertThat(stopped.failedCount()).isEqualTo(1);
        assertThat(deleted("a")).isEmpty();
        assertThat(deleted("b")).as("this is as usual").hasSize(2);
        assertThat(task.stopped()).contains("17 versions of 1 topics", "(a 17)", "--confirm ");
        assertThat(meters.get("octavo.gc.stopped").gauge().value()).isEqualTo(17);
        leads = false;
        assertThat(meters.get("octavo.gc.stopped").gauge().value())
                .as("who leads now knows better")
                .isZero();
        leads = true;
        String shown = shown();

        assertThatThrownBy(() -> task.confirm("00000000"))
                .hasMessageContaining("confirm: 00000000 (expected: " + shown);
        publish("a", 4);
        time.pass(DAY);
        task.confirm(shown);
        assertThat(task.stopped()).isNull();
        Run confirmed = Runs.of(task);
        assertThat(deleted("a"))
                .as("as many as were shown, the oldest")
                .hasSize(17)
                .last()
                .isEqualTo(1L);
        assertThat(confirmed.failedCount())
                .as("there is more, which nobody has seen")
                .isEqualTo(1);
        assertThat(Runs.of(task).failedCount())
                .as("four of seven: fewer than five go without asking")
                .isZero();
        assertThat(deleted("a")).hasSize(21);
        assertThatThrownBy(() -> task.confirm(shown)).hasMessageContaining("retention is not stopped");
    }

    @Test
    void byDefaultATopicThatIsToKeepTwoOfAHundredVersionsIsLeftAlone() {
        RetentionTask byDefault = task(DEFAULTS);
        publish("a", 100);
        time.pass(DAY);
        assertThat(Runs.of(byDefault).failedCount()).isZero();
        keep("a", 2);
        assertThat(Runs.of(byDefault).failedCount()).isEqualTo(1);
        assertThat(byDefault.stopped()).contains("98 versions of 1 topics");
        assertThat(deleted("a")).isEmpty();
    }

    @Test
    void byDefaultWhatIsPublishedDayByDayGoesWithoutAQuestion() {
        RetentionTask byDefault = task(DEFAULTS);
        keep("a", 5);
        for (int hour = 0; hour < 100; hour++) {
            publish("a", 2);
            time.pass(Duration.ofHours(1));
            assertThat(Runs.of(byDefault).failedCount()).as("hour %d", hour).isZero();
        }
        assertThat(deleted("a")).hasSizeGreaterThan(100);
    }

    @Test
    void aConfirmationThatIsSaidTwiceAllowsNoMoreThanOnce() {
        publish("a", 20);
        time.pass(DAY);
        Runs.of(task);
        String shown = shown();
        task.confirm(shown);
        Runs.of(task);
        assertThat(deleted("a")).hasSize(17);
        publish("a", 20);
        time.pass(DAY);
        task.confirm(shown);
        Runs.of(task);
        assertThat(deleted("a")).as("nobody has seen the other twenty").hasSize(17);
        task.confirm(shown());
        Runs.of(task);
        assertThat(deleted("a")).hasSize(37);
        publish("a", 20);
        time.pass(DAY);
        Runs.of(task);
        assertThat(deleted("a")).as("as many as before, and others").hasSize(37);
        task.confirm(shown());
        Runs.of(task);
        assertThat(deleted("a")).hasSize(57);
    }

    @Test
    void topicsThatFailDoNotKeepTheOthersFromTheirTurn() {
        for (int topic = 0; topic <= 20; topic++) {
            publish("bad%02d".formatted(topic), 6);
        }
        publish("good", 6);
        time.pass(DAY);
        assertThat(Runs.of(task).failedCount()).as("so many in a row end a run").isEqualTo(20);
        assertThat(Runs.of(task).failedCount()).as("one before the good one").isEqualTo(21);
        assertThat(deleted("good")).hasSize(3);
    }

    @Test
    void aRunThatIsCutBeginsWithAnotherTopicThanTheOneBefore() {
        for (int topic = 0; topic < 3; topic++) {
            publish("t" + topic, 6);
        }
        for (int run = 0; run < 3; run++) {
            publish("t0", 1);
            time.pass(DAY);
            int before = asked;
            task.run(new Run(1, () -> asked < before + 2, () -> 0));
        }
        assertThat(deleted("t0")).isNotEmpty();
        assertThat(deleted("t1")).isNotEmpty();
        assertThat(deleted("t2")).isNotEmpty();
    }

    @Test
    void ifMuchOfAllTopicsWouldGoNothingGoesNotEvenDeletedTopics() {
        RetentionTask careful = task(config(100, 20, 1));
        for (int topic = 0; topic < 6; topic++) {
            publish("t" + topic, 5);
        }
        commit("t0", new DeleteTopic(head("t0").getRevision(), "by mistake"));
        time.pass(DAY);
        assertThat(Runs.of(careful).failedCount()).isEqualTo(1);
        for (int topic = 0; topic < 6; topic++) {
            assertThat(deleted("t" + topic)).isEmpty();
        }
        commit("t0", new RestoreTopic("as long as nobody confirms"));
        Runs.of(careful);
        careful.confirm(shown(careful));
        assertThat(Runs.of(careful).failedCount()).isZero();
        assertThat(deleted("t0")).hasSize(2);
        assertThat(deleted("t5")).hasSize(2);
    }

    @Test
    void theTrailIsTrimmedByNumberButNotWhatIsNeeded() {
        for (int i = 0; i < 120; i++) {
            publish("a", 1);
        }
        task(config(100, 100, 1000)).run(new Run(1, () -> true, () -> 0));
        assertThat(head("a").hasHorizon()).isFalse();
        time.pass(Duration.ofDays(9));
        publish("a", 3);
        RetentionTask often = task(config(100, 100, 1000));
        Runs.of(often);
        Runs.of(often);
        List<TopicEvent> events = log.eventsBelow("a", Long.MAX_VALUE, 1_000);
        assertThat(events).hasSizeBetween(100, 111);
        assertThat(events.get(events.size() - 1).getRevision())
                .isEqualTo(head("a").getHorizon().getRevision());
        assertThat(head("a").getHorizon().getAtMs()).isPositive();
        TopicHead settled = head("a");
        Runs.of(often);
        assertThat(head("a")).isEqualTo(settled);
    }

    @Test
    void whatIsVeryOldGoesFromTheTrailAndTheRecordsWithIt() {
        publish("a", 20);
        time.pass(DAY);
        RetentionTask free = task(config(100, 100, 1000));
        Runs.of(free);
        assertThat(deleted("a")).hasSize(17);
        time.pass(Duration.ofDays(399));
        Runs.of(free);
        assertThat(head("a").hasHorizon()).as("less than a tenth too old").isFalse();
        time.pass(Duration.ofDays(3));
        commit("a", new HoldVersion(20, null, "audit", 0));
        Runs.of(free);
        assertThat(kinds("a")).containsExactly(EventKind.HISTORY_TRIMMED, EventKind.HELD);
        Runs.of(free);
        Runs.of(free);
        assertThat(log.versionsBelow("a", 100, 100, Read.SERIAL))
                .extracting(VersionRecord::getVersion)
                .containsExactly(20L, 19L, 18L);
        assertThat(meters.counter("octavo.gc.records").count()).isEqualTo(17);
    }

    @Test
    void moreThanOneVisitTakesGoesInOneRun() {
        publish("a", 2 * RetentionPass.MOST + 10);
        time.pass(DAY);
        RetentionTask free = task(config(100, 100, 10_000));
        assertThat(Runs.of(free).doneCount()).isEqualTo(2 * RetentionPass.MOST + 7);
        assertThat(log.versionsBelow("a", Long.MAX_VALUE, 5_000, Read.SERIAL))
                .filteredOn(row -> !row.hasDeletion())
                .hasSize(3);
        Runs.of(free);
        assertThat(log.versionsBelow("a", Long.MAX_VALUE, 5_000, Read.SERIAL))
                .filteredOn(row -> row.hasDeletion() && row.getBytesGoneMs() == 0)
                .isEmpty();
    }

    @Test
    void aRunThatIsBrokenOffGoesOnWhereItWas() {
        for (int topic = 0; topic < 3; topic++) {
            publish("t" + topic, 6);
        }
        time.pass(DAY);
        for (int i = 0; i < 60; i++) {
            Runs.steps(task, 4);
        }
        for (int topic = 0; topic < 3; topic++) {
            assertThat(deleted("t" + topic)).as("t" + topic).hasSize(3);
        }
        assertThat(bytes.kept()).isEqualTo(places(4, 5, 6, 10, 11, 12, 16, 17, 18));
    }

    private String shown() {
        return shown(task);
    }

    private static String shown(RetentionTask task) {
        String text = requireNonNull(task.stopped());
        return text.substring(text.lastIndexOf(' ') + 1);
    }

    private RetentionTask task(RetentionConfig config) {
        TopicLog stepped = Interposed.of(TopicLog.class, log, step -> between.accept(step));
        Retention retention = new Retention(stepped, config.policy(), this::running, topic -> exported(), time);
        RetentionTask made = new RetentionTask(
                stepped, commits, retention, bytes::delete, config, UNDER_WAY, time, System::nanoTime, meters);
        made.measure(() -> leads);
        return made;
    }

    /** By its owner's word. */
    private void keep(String topic, int versions) {
        commit(
                topic,
                new ChangeSettings(
                        before -> {
                            Settings.Builder settings = Settings.newBuilder(before);
                            settings.getRetentionBuilder().setMaxVersions(versions);
                            return settings.build();
                        },
                        Integer.toString(versions),
                        null));
    }

    private static RetentionConfig config(int topicPercent, int percent, int from) {
        return new RetentionConfig(
                Duration.ofHours(1),
                3,
                Duration.ZERO,
                DAY,
                Duration.ZERO,
                10_000,
                topicPercent,
                percent,
                from,
                100,
                Duration.ofDays(365));
    }

    private @Nullable Set<Long> running(String topic) {
        asked++;
        if (topic.startsWith("bad")) {
            throw ServiceException.unavailable("nobody knows", Duration.ofSeconds(1), null);
        }
        return nodesAnswer ? running : null;
    }

    private Set<Long> exported() {
        if (!regionsAnswer) {
            throw ServiceException.unavailable("a region is away", DAY, null);
        }
        return exported;
    }

    /** Odd ones beside the metadata, even ones in S3. */
    private void publish(String topic, int versions) {
        for (int i = 0; i < versions; i++) {
            long id = ++ids;
            bytes.storeAll(id, id % 2 == 1);
            publish(
                    topic,
                    id % 2 == 1
                            ? Part.newBuilder()
                                    .setDirect(DirectPointer.newBuilder().setPayloadId(id))
                                    .build()
                            : Part.newBuilder()
                                    .setS3(S3Pointer.newBuilder().setPayloadId(id))
                                    .build());
        }
    }

    private void publish(String topic, Part part) {
        commit(topic, new PublishVersion(List.of(part), Map.of(), List.of(Scopes.GLOBAL), null, false, null, 0, ""));
    }

    private void commit(String topic, Command command) {
        commits.commit(topic, command, "tester", null);
    }

    private static Set<String> places(long... ids) {
        Set<String> places = new HashSet<>();
        for (long id : ids) {
            places.addAll(TestBytes.places(id, id % 2 == 1));
        }
        return places;
    }

    private List<Long> deleted(String topic) {
        return log.versionsBelow(topic, Long.MAX_VALUE, 1_000, Read.SERIAL).stream()
                .filter(VersionRecord::hasDeletion)
                .map(VersionRecord::getVersion)
                .toList();
    }

    private List<EventKind> kinds(String topic) {
        return log.eventsBelow(topic, Long.MAX_VALUE, 1_000).stream()
                .map(TopicEvent::getKind)
                .toList();
    }

    private VersionRecord row(String topic, long version) {
        return requireNonNull(log.version(topic, version, Read.SERIAL));
    }

    private TopicHead head(String topic) {
        return requireNonNull(log.head(topic, Read.SERIAL));
    }
}
