package io.octavo.server.housekeeping;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.server.retention.RetentionConfig;
import io.octavo.server.topic.DeleteTopic;
import io.octavo.server.topic.RestoreTopic;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class RetentionBrakeTest extends RetentionFixture {
    private static final RetentionConfig DEFAULTS = new Binder(new MapConfigurationPropertySource(Map.of()))
            .bindOrCreate("octavo.housekeeping.retention", RetentionConfig.class);

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
                .as("there are four more, which nobody has seen: fewer than five go without asking")
                .isZero();
        Runs.of(task);
        assertThat(deleted("a")).hasSize(21);
        assertThatThrownBy(() -> task.confirm(shown)).hasMessageContaining("retention is not stopped");
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
    void whatWasConfirmedAndTakesSeveralRunsIsNotAskedAgain() {
        publish("a", 20);
        publish("b", 20);
        time.pass(DAY);
        Runs.of(task);
        task.confirm(shown());
        AtomicInteger first = new AtomicInteger();
        between = step -> first.addAndGet(step.equals("before commit") ? 1 : 0);
        Run cut = new Run(1, () -> first.get() < 1, () -> 0);
        task.run(cut);
        assertThat(task.stopped()).as("one of the topics is left").isNull();
        publish("b", 1);
        time.pass(DAY);
        assertThat(Runs.of(task).failedCount()).isZero();
        assertThat(task.stopped()).isNull();
        assertThat(deleted("a")).hasSize(17);
        assertThat(deleted("b")).hasSizeGreaterThanOrEqualTo(17);
        publish("b", 10);
        time.pass(DAY);
        assertThat(Runs.of(task).failedCount()).as("ten are more than five").isEqualTo(1);
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

    private String shown() {
        return shown(task);
    }

    private static String shown(RetentionTask task) {
        String text = requireNonNull(task.stopped());
        return text.substring(text.lastIndexOf(' ') + 1);
    }
}
