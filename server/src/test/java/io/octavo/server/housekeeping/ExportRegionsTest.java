package io.octavo.server.housekeeping;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.FallbackRegion;
import io.octavo.server.payload.Origin;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.RestampTopic;
import io.octavo.server.topic.UnpinScope;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ExportRegionsTest extends ExportFixture {
    private boolean leads = true;

    @Test
    void aRegionThatIsAwayDoesNotStopTheOthersAndIsCaughtUp() {
        publish("a", "one");
        Runs.of(task);
        us.away(true);
        for (int i = 0; i < 10; i++) {
            publish("t" + i, "bytes " + i);
        }
        Run away = Runs.of(task);
        assertThat(away.failedCount()).isPositive();
        assertThat(inEu.newest("t9")).isEqualTo(head("t9"));
        time.pass(Duration.ofSeconds(20));
        Runs.of(task);
        assertThat(inEu.completeAt()).isEqualTo(time.instant());
        us.away(false);
        assertThat(inUs.completeAt()).isBefore(time.instant());
        assertThat(inUs.newest("t9")).isNull();
        time.pass(Duration.ofSeconds(30));
        publish("t3", "newer");
        assertThat(Runs.of(task).failedCount()).isZero();
        for (int i = 0; i < 10; i++) {
            assertThat(inUs.newest("t" + i)).isEqualTo(head("t" + i));
        }
        assertThat(inUs.completeAt()).isEqualTo(time.instant());
    }

    @Test
    void whoAsksForARunDoesNotWaitUntilARegionIsTriedAgain() {
        publish("a", "one");
        Runs.of(task);
        us.away(true);
        publish("a", "two");
        Runs.of(task);
        publish("a", "three");
        Runs.of(task);
        publish("a", "four");
        assertThat(Runs.asked(task).failedCount()).as("it is still away").isPositive();
        us.away(false);
        for (int i = 0; i < 2; i++) {
            Runs.of(task);
        }
        assertThat(Runs.asked(task).failedCount()).isZero();
        assertThat(inUs.newest("a")).isEqualTo(head("a"));
    }

    @Test
    void aRegionThatIsAwayFromTheStartIsListedAndFilledWhenItIsBack() {
        us.away(true);
        publish("a", "one");
        assertThat(Runs.of(task).failedCount()).isEqualTo(1);
        assertThat(inEu.newest("a")).isEqualTo(head("a"));
        us.away(false);
        time.pass(Duration.ofSeconds(31));
        Runs.of(task);
        assertThat(inUs.newest("a")).isEqualTo(head("a"));
    }

    @Test
    void aLogThatWasSetBackIsToldAndReplacesNothing() {
        publish("a", "one");
        TopicHead later =
                head("a").toBuilder().setRevision(9).setNewestVersion(8).build();
        inEu.createHead(later);
        Runs.of(task);
        assertThat(inEu.newest("a")).isEqualTo(later);
        assertThat(ahead("eu")).isEqualTo(1);
        assertThat(ahead("us")).isZero();
        assertThat(task.found()).contains("newer state than the log: 1; ").contains("octavo help restore");
    }

    @Test
    void aTopicThatTheLogHasLostAltogetherIsToldUntilItIsThereAgain() {
        publish("a", "one");
        TopicHead lost = head("a").toBuilder().setTopic("b").build();
        inUs.createHead(lost);
        Runs.of(task);
        assertThat(ahead("eu")).isZero();
        assertThat(ahead("us")).isEqualTo(1);
        assertThat(task.found()).contains("newer state than the log: 1; ");
        commit("b", new RestampTopic(lost.getEpoch() + 1, lost));
        Runs.of(task);
        assertThat(ahead("us")).isZero();
        assertThat(task.found()).isNull();
    }

    private double ahead(String region) {
        task.measure(() -> leads);
        return meters.get("octavo.fallback.ahead").tag("region", region).gauge().value();
    }

    @Test
    void theAgeIsThatOfTheNewestStateThatIsThereCompletely() {
        task.measure(() -> leads);
        publish("a", "one");
        Runs.of(task);
        time.pass(Duration.ofMinutes(2));
        assertThat(ageMillis("us")).isEqualTo(120_000);
        us.away(true);
        publish("a", "two");
        Runs.of(task);
        time.pass(Duration.ofMinutes(1));
        assertThat(ageMillis("eu")).isEqualTo(60_000);
        assertThat(ageMillis("us")).isEqualTo(180_000);
        leads = false;
        assertThat(ageMillis("us")).isNaN();
    }

    @Test
    void aNewLeaderGoesOnFromTheMarkThatItFinds() {
        publish("a", "one");
        Runs.of(task);
        time.pass(Duration.ofMinutes(3));
        ExportTask other = task();
        eu.before((operation, key) -> {
            if (operation.equals("create")) {
                throw ServiceException.unavailable("read only", Duration.ofSeconds(1), null);
            }
        });
        publish("a", "two");
        meters.clear();
        other.measure(() -> true);
        Runs.of(other, 2);
        assertThat(ageMillis("eu")).isEqualTo(180_000);
        assertThat(ageMillis("us")).isZero();
    }

    @Test
    void whatTakesLongerToListThanARunMayTakeIsListedByOneRunAfterTheOther() {
        fill(inEu, 3_500, 1_500);
        publish("a", "one");
        listTakes(Duration.ofMinutes(1));
        Duration timeout = Duration.ofMinutes(2);

        Runs.within(timeout, task, time);
        assertThat(inUs.newest("a")).as("the other region doesn't wait").isEqualTo(head("a"));
        publish("b", "two");
        Runs.within(timeout, task, time);
        assertThat(inUs.newest("b")).isEqualTo(head("b"));
        eu.away(true);
        assertThat(Runs.within(timeout, task, time).failedCount()).isEqualTo(1);
        eu.away(false);
        time.pass(Duration.ofSeconds(30));
        Runs.within(timeout, task, time);
        assertThat(inEu.newest("a")).isNull();
        Runs.within(timeout, task, time);
        assertThat(inEu.newest("a")).as("all heads are listed, and no payload").isEqualTo(head("a"));
        assertThat(inEu.newest("b")).isEqualTo(head("b"));
        assertThat(inEu.completeAt()).isNotNull();
    }

    @Test
    void aRegionThatIsListedAgainGoesOnWithWhatIsKnownOfIt() {
        fill(inEu, 3_500, 1_500);
        publish("a", "one");
        publish("b", "two");
        publish("c", "three");
        Runs.of(task);
        TopicHead lost = head("b");
        eu.delete(List.of(KEYS.head(lost), KEYS.payload(3)));
        listTakes(Duration.ofMinutes(1));
        time.pass(SCAN);
        for (int page = 1; page < 4; page++) {
            publish("a", "page " + page);
            assertThat(Runs.within(Duration.ofMinutes(2), task, time).doneCount())
                    .isEqualTo(2);
            assertThat(inEu.newest("a")).isEqualTo(head("a"));
            assertThat(inEu.newest("b")).isNull();
        }
        assertThat(Runs.within(Duration.ofMinutes(2), task, time).doneCount())
                .as("what was put meanwhile is not put again")
                .isEqualTo(1);
        assertThat(inEu.newest("b")).isEqualTo(lost);
        assertThat(inEu.payload(3)).as("the payloads are still to be listed").isNull();
        Runs.within(Duration.ofMinutes(2), task, time);
        Runs.within(Duration.ofMinutes(2), task, time);
        assertThat(inEu.payload(3)).isEqualTo(ByteString.copyFromUtf8("three"));
    }

    /** Objects that nobody knows any more, before all others. */
    private static void fill(FallbackRegion region, int heads, int payloads) {
        for (int i = 0; i < heads; i++) {
            region.createHead(
                    TopicHead.newBuilder().setTopic("0-" + i).setRevision(1).build());
        }
        for (int i = 0; i < payloads; i++) {
            region.createPayload(1_000_000 + i, ByteString.copyFromUtf8("?"), Origin.exported("0-0", 1));
        }
    }

    /** A page of all that Europe has. */
    private void listTakes(Duration duration) {
        eu.after((operation, key) -> {
            if (operation.equals("list") && (key.equals(KEYS.heads()) || key.equals(KEYS.payloads()))) {
                time.pass(duration);
            }
        });
    }

    @Test
    void aRegionThatDoesNotAnswerHoldsUpNobody() {
        Deque<Runnable> stuck = new ArrayDeque<>();
        ExportTask slow = task(stuck::add);
        for (int i = 0; i < 20; i++) {
            publish("t" + i, "bytes " + i);
        }
        Runs.of(slow);
        assertThat(heads())
                .allSatisfy(head -> assertThat(inEu.newest(head.getTopic())).isEqualTo(head));
        assertThat(inEu.completeAt()).isEqualTo(time.instant());
        assertThat(inUs.completeAt()).isNull();
        for (int i = 0; i < 6; i++) {
            stuck.forEach(Runnable::run);
            stuck.clear();
            Runs.of(slow);
        }
        assertThat(heads())
                .allSatisfy(head -> assertThat(inUs.newest(head.getTopic())).isEqualTo(head));
        assertThat(inUs.completeAt()).isEqualTo(time.instant());
    }

    @Test
    void whatIsTakenBackWhileItIsPutIsFollowedByTheNextHead() {
        Deque<Runnable> later = new ArrayDeque<>();
        AtomicBoolean slow = new AtomicBoolean();
        ExportTask task = task(work -> {
            if (slow.get()) {
                later.add(work);
            } else {
                work.run();
            }
        });
        publish("a", "one");
        Runs.of(task);
        slow.set(true);
        commit("a", new PinScope(Scopes.GLOBAL, 1, "why", 0));
        Runs.of(task);
        commit("a", new UnpinScope(Scopes.GLOBAL, "back"));
        Runs.of(task);
        slow.set(false);
        later.forEach(Runnable::run);
        assertThat(requireNonNull(inUs.newest("a")).getPinsList()).hasSize(1);
        Runs.of(task);
        assertThat(requireNonNull(inUs.newest("a")).getPinsList()).isEmpty();
    }

    private double ageMillis(String region) {
        return meters.get("octavo.fallback.age")
                .tag("region", region)
                .timeGauge()
                .value(TimeUnit.MILLISECONDS);
    }
}
