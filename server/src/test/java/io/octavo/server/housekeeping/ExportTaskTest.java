package io.octavo.server.housekeeping;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.FallbackRegion;
import io.octavo.server.topic.DeleteTopic;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.RestoreTopic;
import io.octavo.server.topic.UnpinScope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ExportTaskTest extends ExportFixture {
    @Test
    void everyRegionGetsEveryHeadAndThePayloadsItNames() {
        publish("a", "one");
        publish("a.b", "two");
        publish("empty", "");
        assertThat(Runs.of(task).doneCount()).isEqualTo(6);
        for (FallbackRegion region : fallback.regions()) {
            assertThat(region.newest("a")).isEqualTo(head("a"));
            assertThat(region.newest("a.b")).isEqualTo(head("a.b"));
            assertThat(region.newest("empty")).isEqualTo(head("empty"));
            assertThat(region.payload(1)).isEqualTo(ByteString.copyFromUtf8("one"));
            assertThat(region.payload(2)).isEqualTo(ByteString.copyFromUtf8("two"));
            assertThat(region.payload(3)).isNull();
            assertThat(region.completeAt()).isEqualTo(time.instant());
        }
    }

    @Test
    void theBytesAreThereBeforeTheHeadThatNamesThem() {
        List<String> made = new ArrayList<>();
        eu.after((operation, key) -> {
            if (operation.equals("create")) {
                made.add(key);
            }
        });
        publish("a", "one");
        Runs.of(task);
        assertThat(made)
                .containsExactly(
                        KEYS.payload(1), KEYS.head(head("a")), KEYS.mark(time.millis()), KEYS.bundle(time.millis(), 0));
    }

    @Test
    void onlyWhatChangedInMoreThanItsRevisionIsExported() {
        publish("a", "one");
        publish("b", "two");
        Runs.of(task);
        assertThat(Runs.of(task).doneCount()).isZero();
        TopicHead before = head("a");
        stage("a");
        assertThat(head("a").getRevision()).isGreaterThan(before.getRevision());
        assertThat(Runs.of(task).doneCount()).isEqualTo(2);
        assertThat(inEu.newest("a")).isEqualTo(head("a"));
        assertThat(Runs.of(task).doneCount()).isZero();
    }

    @Test
    void aRevisionThatSaysNothingNewIsNotExported() {
        publish("a", "one");
        Runs.of(task);
        TopicHead exported = head("a");
        commit("a", new PinScope(Scopes.GLOBAL, 1, "why", 0));
        commit("a", new UnpinScope(Scopes.GLOBAL, "back"));
        assertThat(head("a").getRevision()).isEqualTo(exported.getRevision() + 2);
        assertThat(Runs.of(task).doneCount()).isZero();
        assertThat(inEu.newest("a")).isEqualTo(exported);
        assertThat(inEu.completeAt()).isEqualTo(time.instant());
    }

    @Test
    void whatTheFeedHasMissedIsFoundByTheNextScan() {
        Runs.of(task);
        announced = false;
        publish("a", "one");
        assertThat(Runs.of(task).doneCount()).isZero();
        time.pass(SCAN);
        assertThat(Runs.of(task).doneCount()).isEqualTo(2);
        assertThat(inUs.newest("a")).isEqualTo(head("a"));
    }

    @Test
    void aTopicThatCanNotBeReadDoesNotHoldUpTheOthers() {
        PartlyReadable partly = new PartlyReadable(log);
        ExportTask task = task(partly.log());
        Runs.of(task);
        partly.lose("bad");
        publish("a", "one");
        publish("bad", "two");
        publish("b", "three");
        time.pass(Duration.ofSeconds(30));
        assertThat(Runs.of(task).failedCount()).isEqualTo(1);
        assertThat(inEu.newest("b")).isEqualTo(head("b"));
        assertThat(inEu.completeAt()).isNotEqualTo(time.instant());
        partly.lose();
        Runs.of(task);
        assertThat(inEu.newest("bad")).isEqualTo(head("bad"));
    }

    @Test
    void whatChangesIsExportedThoughNotAllTopicsCanBeRead() {
        PartlyReadable partly = new PartlyReadable(log);
        ExportTask task = task(partly.log());
        partly.breakOffScans(true);
        announced = false;
        publish("a", "one");
        announced = true;
        assertThat(Runs.of(task).failedCount()).isEqualTo(1);
        publish("b", "two");
        assertThat(Runs.of(task).failedCount()).isEqualTo(1);
        assertThat(inEu.newest("b")).isEqualTo(head("b"));
        assertThat(inEu.completeAt()).isNull();
        partly.breakOffScans(false);
        Runs.of(task);
        assertThat(inEu.newest("a")).isEqualTo(head("a"));
        assertThat(inEu.completeAt()).isEqualTo(time.instant());
    }

    @Test
    void aNodeThatTakesOverFindsWhatIsThereAndDoesTheRest() {
        publish("a", "one");
        publish("b", "two");
        Runs.of(task, 1);
        publish("b", "three");
        ExportTask other = task();
        assertThat(Runs.of(other, 2).doneCount()).isEqualTo(2);
        assertThat(inEu.newest("b")).isEqualTo(head("b"));
        assertThat(Runs.of(task, 1).doneCount()).as("the deposed one").isEqualTo(2);
        assertThat(inEu.newest("b")).isEqualTo(head("b"));
    }

    @Test
    void anOlderHeadGoesOnlyTenMinutesAfterANewerOneIsThere() {
        publish("a", "one");
        Runs.of(task);
        time.pass(KEEP.multipliedBy(2));
        Runs.of(task);
        TopicHead first = head("a");
        publish("a", "two");
        Runs.of(task);
        time.pass(KEEP.minusSeconds(1));
        publish("a", "three");
        Runs.of(task);
        assertThat(inEu.heads("a")).hasSize(3);
        time.pass(Duration.ofSeconds(1));
        Runs.of(task);
        assertThat(inEu.heads("a")).hasSize(2);
        assertThat(eu.keys()).doesNotContain(KEYS.head(first));
        time.pass(KEEP);
        Runs.of(task);
        assertThat(inEu.heads("a")).hasSize(1);
        assertThat(inEu.newest("a")).isEqualTo(head("a"));
        assertThat(inEu.payload(1)).as("bytes go with their version").isNotNull();
    }

    @Test
    void oldHeadsThatADeadNodeHasLeftAreFoundByAScan() {
        publish("a", "one");
        Runs.of(task, 1);
        publish("a", "two");
        Runs.of(task, 1);
        time.pass(KEEP);
        Runs.of(task(), 2);
        assertThat(inEu.heads("a")).hasSize(1);
    }

    @Test
    void aVersionThatIsServedAgainHasItsBytesAgain() {
        publish("a", "one");
        publish("a", "two");
        Runs.of(task);
        assertThat(inEu.payload(1)).isNull();
        commit("a", new PinScope(Scopes.GLOBAL, 1, "back", 0));
        Runs.of(task);
        assertThat(inEu.payload(1)).isEqualTo(ByteString.copyFromUtf8("one"));
    }

    @Test
    void bytesThatWereLostAreBroughtBackByAScan() {
        publish("a", "one");
        Runs.of(task);
        eu.delete(List.of(KEYS.payload(1)));
        time.pass(SCAN);
        Runs.of(task);
        assertThat(inEu.payload(1)).isEqualTo(ByteString.copyFromUtf8("one"));
    }

    @Test
    void bytesThatWereLostAreNotForgottenWhenTheyCanNotBeBroughtBackAtOnce() {
        publish("a", "one");
        Runs.of(task);
        eu.delete(List.of(KEYS.payload(1)));
        eu.before((operation, key) -> {
            if (operation.equals("create")) {
                throw ServiceException.unavailable("slow down", Duration.ofSeconds(1), null);
            }
        });
        time.pass(SCAN);
        assertThat(Runs.of(task).failedCount()).isPositive();
        assertThat(inEu.completeAt()).isBefore(time.instant());
        eu.before((operation, key) -> {});
        time.pass(Duration.ofSeconds(31));
        Runs.of(task);
        assertThat(inEu.payload(1)).isEqualTo(ByteString.copyFromUtf8("one"));
        assertThat(inEu.completeAt()).isEqualTo(time.instant());
    }

    @Test
    void bytesThatNobodyHasDoNotKeepTheHeadBack() {
        publish("a", "one");
        direct.delete(1);
        Runs.of(task);
        assertThat(inEu.newest("a")).isEqualTo(head("a"));
        assertThat(count("payload", "missing")).isEqualTo(1);
    }

    @Test
    void aHeadThatWasReadLongAgoIsReadAgainBeforeItIsPut() {
        publish("a", "one");
        AtomicBoolean slept = new AtomicBoolean();
        eu.after((operation, key) -> {
            if (key.equals(KEYS.payload(1)) && slept.compareAndSet(false, true)) {
                time.pass(PUT_WITHIN.plusMillis(1));
                publish("a", "two");
            }
        });
        Runs.of(task);
        Runs.of(task);
        assertThat(inEu.newest("a")).isEqualTo(head("a"));
        assertThat(inEu.heads("a")).as("the other never came").hasSize(1);
    }

    @Test
    void aDeletedTopicIsExportedAsOne() {
        publish("a", "one");
        Runs.of(task);
        commit("a", new DeleteTopic(head("a").getRevision(), "unused"));
        Runs.of(task);
        assertThat(requireNonNull(inEu.newest("a")).hasDeletion()).isTrue();
        commit("a", new RestoreTopic(""));
        Runs.of(task);
        assertThat(requireNonNull(inEu.newest("a")).hasDeletion()).isFalse();
    }

    @Test
    void aRunThatMayNotGoOnLeavesTheRestToTheNext() {
        for (int i = 0; i < 30; i++) {
            publish("t" + i, "bytes " + i);
        }
        Run first = Runs.steps(task, 12);
        assertThat(first.doneCount()).isBetween(1L, 30L);
        assertThat(inEu.completeAt()).isNull();
        Runs.of(task);
        assertThat(inEu.completeAt()).isEqualTo(time.instant());
        for (int i = 0; i < 30; i++) {
            assertThat(inUs.newest("t" + i)).isEqualTo(head("t" + i));
        }
    }
}
