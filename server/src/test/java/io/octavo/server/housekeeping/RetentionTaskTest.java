package io.octavo.server.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.ExternalPointer;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Scopes;
import io.octavo.server.topic.HoldVersion;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RetentionTaskTest extends RetentionFixture {
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
}
