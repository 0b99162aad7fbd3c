package io.octavo.server.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.DeleteTopic;
import io.octavo.server.topic.DeleteVersion;
import io.octavo.server.topic.HoldVersion;
import io.octavo.server.topic.ReleaseHold;
import io.octavo.server.topic.RestoreTopic;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeletedTopicsTest extends RetentionFixture {
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
}
