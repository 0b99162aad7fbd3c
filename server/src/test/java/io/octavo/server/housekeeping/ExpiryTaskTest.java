package io.octavo.server.housekeeping;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.DeleteTopic;
import io.octavo.server.topic.HoldVersion;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.RestoreTopic;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpiryTaskTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final TestTime time = new TestTime();
    private final InMemoryTopicLog log = new InMemoryTopicLog(time);
    private boolean announced = true;
    private boolean clockIsRight = true;
    private final TopicCommits commits = new TopicCommits(
            log,
            () -> {
                if (!clockIsRight) {
                    throw ServiceException.unavailable("the clock is wrong", MINUTE, null);
                }
            },
            this::announce,
            time,
            BoundedPatience.within(Duration.ofSeconds(5)),
            new SimpleMeterRegistry());
    private final ExpiryTask task = task(log);

    private ExpiryTask task(TopicLog read) {
        return new ExpiryTask(
                read, log, commits, new HousekeepingConfig.Expiry(Duration.ofSeconds(1), Duration.ofMinutes(10)), time);
    }

    @Test
    void whatWasThereBeforeTheTermBeganExpires() {
        publish("a");
        pin("a", MINUTE);
        hold("a", MINUTE);
        assertThat(Runs.of(task).doneCount()).isZero();
        time.pass(MINUTE);
        assertThat(Runs.of(task).doneCount()).isEqualTo(2);
        assertThat(head("a").getPinsList()).isEmpty();
        assertThat(head("a").getHoldsList()).isEmpty();
        assertThat(head("a").getRevision()).isEqualTo(5);
        assertThat(Runs.of(task).examinedCount()).isZero();
    }

    @Test
    void whatIsMadeLaterIsLearnedFromTheFeed() {
        Runs.of(task);
        publish("a");
        pin("a", MINUTE);
        time.pass(Duration.ofSeconds(30));
        Runs.of(task);
        time.pass(Duration.ofSeconds(30));
        assertThat(Runs.of(task).doneCount()).isEqualTo(1);
        assertThat(head("a").getPinsList()).isEmpty();
    }

    @Test
    void whatTheFeedHasMissedIsFoundByTheNextScan() {
        Runs.of(task);
        announced = false;
        publish("a");
        pin("a", MINUTE);
        time.pass(MINUTE);
        assertThat(Runs.of(task).doneCount()).isZero();
        time.pass(Duration.ofMinutes(9));
        assertThat(Runs.of(task).doneCount()).isEqualTo(1);
    }

    @Test
    void whatIsKnownToBeDueGoesThoughNotAllTopicsCanBeRead() {
        publish("a");
        pin("a", MINUTE);
        PartlyReadable partly = new PartlyReadable(log);
        ExpiryTask task = task(partly.log());
        Runs.of(task);
        partly.breakOffScans(true);
        time.pass(Duration.ofMinutes(10));
        Run run = Runs.of(task);
        assertThat(run.failedCount()).isEqualTo(1);
        assertThat(run.doneCount()).isEqualTo(1);
    }

    @Test
    void aTopicThatCanNotBeReadDoesNotHideTheOthers() {
        PartlyReadable partly = new PartlyReadable(log);
        partly.lose("bad");
        ExpiryTask task = task(partly.log());
        Runs.of(task);
        for (String topic : List.of("a", "bad", "b")) {
            publish(topic);
            pin(topic, MINUTE);
        }
        time.pass(MINUTE);
        Run run = Runs.of(task);
        assertThat(run.failedCount()).isEqualTo(1);
        assertThat(run.doneCount()).isEqualTo(2);
    }

    @Test
    void aNewTermBeginsWithAScan() {
        Runs.of(task, 1);
        announced = false;
        publish("a");
        pin("a", MINUTE);
        time.pass(MINUTE);
        assertThat(Runs.of(task, 1).doneCount()).isZero();
        assertThat(Runs.of(task, 3).doneCount()).isEqualTo(1);
    }

    @Test
    void aPinThatIsProlongedExpiresAtItsNewTime() {
        publish("a");
        pin("a", MINUTE);
        Runs.of(task);
        pin("a", MINUTE.multipliedBy(2));
        time.pass(MINUTE);
        assertThat(Runs.of(task).doneCount()).isZero();
        time.pass(MINUTE);
        assertThat(Runs.of(task).doneCount()).isEqualTo(1);
    }

    @Test
    void onlyWhatIsDueGoes() {
        publish("a");
        pin("a", MINUTE);
        hold("a", MINUTE.multipliedBy(2));
        time.pass(MINUTE);
        assertThat(Runs.of(task).doneCount()).isEqualTo(1);
        assertThat(head("a").getHoldsList()).hasSize(1);
        time.pass(MINUTE);
        assertThat(Runs.of(task).doneCount()).isEqualTo(1);
        assertThat(head("a").getHoldsList()).isEmpty();
    }

    @Test
    void aRunThatMayNotGoOnLeavesTheRestToTheNext() {
        announced = false;
        for (String topic : List.of("a", "b", "c")) {
            publish(topic);
            pin(topic, MINUTE);
        }
        time.pass(MINUTE);
        assertThat(Runs.steps(task, 0).doneCount()).isZero();
        assertThat(Runs.steps(task, 4).doneCount()).isEqualTo(2);
        assertThat(Runs.of(task).doneCount()).isEqualTo(1);
    }

    @Test
    void whatFailsIsTriedAgainAWhileLater() {
        publish("a");
        pin("a", MINUTE);
        time.pass(MINUTE);
        clockIsRight = false;
        Run failed = Runs.of(task);
        assertThat(failed.failedCount()).isEqualTo(1);
        assertThat(failed.error()).isEqualTo("the clock is wrong");
        clockIsRight = true;
        assertThat(Runs.of(task).examinedCount()).isZero();
        time.pass(Duration.ofSeconds(10));
        assertThat(Runs.of(task).doneCount()).isEqualTo(1);
    }

    @Test
    void aRunInWhichEverythingFailsEndsEarly() {
        for (int i = 0; i < 20; i++) {
            publish("a" + i);
            pin("a" + i, MINUTE);
        }
        time.pass(MINUTE);
        clockIsRight = false;
        assertThat(Runs.of(task).failedCount()).isEqualTo(5);
    }

    @Test
    void whatADeletedTopicHasExpiresAfterItIsRestored() {
        publish("a");
        pin("a", MINUTE);
        commit("a", new DeleteTopic(head("a").getRevision(), "unused"));
        time.pass(MINUTE);
        assertThat(Runs.of(task).examinedCount()).isZero();
        commit("a", new RestoreTopic(""));
        assertThat(Runs.of(task).doneCount()).isEqualTo(1);
    }

    @Test
    void afterATimeLongerThanTheFeedKeepsChangesAllHeadsAreRead() {
        ExpiryTask patient = new ExpiryTask(
                log, log, commits, new HousekeepingConfig.Expiry(Duration.ofSeconds(1), Duration.ofHours(20)), time);
        Runs.of(patient);
        announced = false;
        publish("a");
        pin("a", MINUTE);
        time.pass(Duration.ofMinutes(54));
        assertThat(Runs.of(patient).doneCount()).isZero();
        time.pass(Duration.ofMinutes(55));
        assertThat(Runs.of(patient).doneCount()).isEqualTo(1);
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

    private void pin(String topic, Duration length) {
        commit(
                topic,
                new PinScope(
                        Scopes.GLOBAL,
                        1,
                        "incident",
                        time.instant().plus(length).toEpochMilli()));
    }

    private void hold(String topic, Duration length) {
        commit(
                topic,
                new HoldVersion(1, null, "audit", time.instant().plus(length).toEpochMilli()));
    }

    private void commit(String topic, Command command) {
        commits.commit(topic, command, "tester", null);
    }

    private void announce(TopicHead head) {
        if (announced) {
            log.append(head.getTopic(), head.getRevision());
        }
    }

    private TopicHead head(String topic) {
        return requireNonNull(log.head(topic, Read.SERIAL));
    }
}
