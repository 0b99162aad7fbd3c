package io.octavo.server.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.EventKind;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Heads;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackConfig;
import io.octavo.server.housekeeping.Interposed.Killed;
import io.octavo.server.housekeeping.LogRestore.Page;
import io.octavo.server.payload.InMemoryDirectPayloads;
import io.octavo.server.payload.InMemoryObjects;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.InMemoryEpoch;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.QuarantineVersion;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.topic.TopicRows;
import io.octavo.server.topic.WithdrawVersion;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What was committed, exported and then lost with the metadata store, which comes back as a backup had it. */
class LogRestoreTest {
    private static final Consumer ANYBODY = Consumer.newBuilder()
            .setRegion("eu")
            .setApp("a")
            .setCluster("c")
            .setInstance("i")
            .build();

    private final TestTime time = new TestTime();
    private final Installation lost = new Installation();
    private final Installation backup = new Installation();
    private final InMemoryObjects eu = new InMemoryObjects("eu", time);
    private final InMemoryObjects us = new InMemoryObjects("us", time);
    private final FallbackCache fallback = new FallbackCache(List.of(eu, us), new FallbackConfig("fallback", 2));
    private final InMemoryEpoch epoch = new InMemoryEpoch(time.millis());
    private final LogRestore restore = new LogRestore(backup.log, epoch, backup.commits, fallback, backup.direct, time);
    private long payloadIds;

    private final class Installation {
        private final InMemoryTopicLog log = new InMemoryTopicLog(time);
        private final InMemoryDirectPayloads direct = new InMemoryDirectPayloads();
        private final TopicCommits commits = commits(log);

        TopicHead head(String topic) {
            return Objects.requireNonNull(log.head(topic, Read.SERIAL));
        }

        void commit(String topic, Command command) {
            commits.commit(topic, command, "tester", null);
        }

        TopicCommits commits(TopicLog to) {
            return new TopicCommits(
                    to,
                    () -> {},
                    head -> log.append(head.getTopic(), head.getRevision()),
                    time,
                    BoundedPatience.within(Duration.ofSeconds(5)),
                    new SimpleMeterRegistry());
        }
    }

    @Test
    void whatOnlyTheFallbackCachesKnowComesBack() {
        both("kept", version("one"));
        both("changed", version("one"));
        both("changed", version("two"));
        lost.commit("changed", version("three"));
        lost.commit("changed", new PinScope(Scopes.parse("region=eu"), 2, "careful", 0));
        lost.commit("new", version("of new"));
        export();
        TopicHead before = lost.head("changed");
        Page plan = restore.plan("", 100);
        assertThat(plan.topics()).isEqualTo(3);
        assertThat(plan.newer()).isEqualTo(2);
        assertThat(plan.unknown()).isEqualTo(1);
        assertThat(backup.log.head("new", Read.SERIAL)).isNull();

        long begun = restore.begin(plan.epoch(), plan.highestEpoch());
        Page done = restore.carryOut("", 100, begun, "admin");

        assertThat(done.changed()).isEqualTo(3);
        TopicHead after = backup.head("changed");
        assertThat(after.getEpoch()).isEqualTo(begun);
        assertThat(Heads.isNewer(after, before)).isTrue();
        assertThat(after.getPublicationsList()).isEqualTo(before.getPublicationsList());
        assertThat(after.getPinsList()).isEqualTo(before.getPinsList());
        assertThat(after.getNewestVersion()).isEqualTo(3);
        assertThat(backup.head("kept").getEpoch()).isEqualTo(begun);
        assertThat(backup.head("new").getNewestVersion()).isEqualTo(1);
        assertThat(backup.log.eventsBelow("changed", Long.MAX_VALUE, 1).get(0).getKind())
                .isEqualTo(EventKind.LOG_RESTORED);
        for (String topic : List.of("kept", "changed", "new")) {
            TopicRows.assertHeadIsTheFoldOfItsRows(backup.log, topic, topic);
            for (VersionRecord version : backup.head(topic).getVersionsList()) {
                long id = version.getParts(0).getDirect().getPayloadId();
                assertThat(backup.direct.read(id)).isEqualTo(lost.direct.read(id));
            }
        }
        backup.commit("changed", version("four"));
        assertThat(backup.head("changed").getNewestVersion()).isEqualTo(4);
    }

    @Test
    void aVersionThatWasTakenBackSinceIsNotServedAgain() {
        both("a", version("one"));
        both("a", version("two"));
        lost.commit("a", new QuarantineVersion(2, "bad"));
        both("b", version("one"));
        both("b", version("two"));
        lost.commit("b", new WithdrawVersion(2, Scopes.GLOBAL, "bad"));
        export();
        restoreAll();
        assertThat(resolved("a")).isEqualTo(1);
        assertThat(resolved("b")).isEqualTo(1);
        for (String topic : List.of("a", "b")) {
            TopicRows.assertHeadIsTheFoldOfItsRows(backup.log, topic, topic);
            backup.commit(topic, new PinScope(Scopes.parse("region=us"), 1, "later", 0));
            assertThat(resolved(topic)).isEqualTo(1);
        }
    }

    @Test
    void numbersGoOnAboveTheHighestOfAnyRegion() {
        both("a", version("one"));
        export();
        lost.commit("a", version("two"));
        us.away(true);
        export();
        us.away(false);
        restoreAll();
        assertThat(backup.head("a").getNewestVersion()).isEqualTo(2);
    }

    @Test
    void aRestoreThatDiesAnywhereIsGoneOnWithAndDoesEachTopicOnce() {
        for (int i = 0; i < 5; i++) {
            both("t" + i, version("one"));
            lost.commit("t" + i, version("two"));
            lost.commit("new" + i, version("one"));
        }
        export();
        Page plan = restore.plan("", 100);
        long begun = restore.begin(plan.epoch(), plan.highestEpoch());
        int deaths = 0;
        for (int steps = 0; ; steps += 3) {
            int[] left = {steps};
            TopicLog mortal = Interposed.of(TopicLog.class, backup.log, at -> {
                if (left[0]-- == 0) {
                    throw new Killed(at);
                }
            });
            LogRestore attempt = new LogRestore(mortal, epoch, backup.commits(mortal), fallback, backup.direct, time);
            Page again = restore.plan("", 100);
            assertThat(again.ahead()).isZero();
            try {
                attempt.carryOut("", 3, attempt.goOn(again.epoch()), "admin");
                @Nullable String next = "";
                while (next != null) {
                    next = attempt.carryOut(next, 3, begun, "admin").next();
                }
                break;
            } catch (Killed e) {
                deaths++;
            }
        }
        assertThat(deaths).isGreaterThan(5);
        for (int i = 0; i < 5; i++) {
            assertThat(backup.head("t" + i).getEpoch()).isEqualTo(begun);
            assertThat(backup.head("t" + i).getRevision()).isEqualTo(2);
            assertThat(backup.head("t" + i).getNewestVersion()).isEqualTo(2);
            assertThat(backup.head("new" + i).getRevision()).isEqualTo(1);
        }
    }

    @Test
    void aRegionThatCannotBeAskedStopsIt() {
        both("a", version("one"));
        export();
        us.away(true);
        assertThatThrownBy(() -> restore.plan("", 10)).isInstanceOf(ServiceException.class);
    }

    @Test
    void twoWhoRestoreAtOnceDoNotMeet() {
        both("a", version("one"));
        long first = restore.begin(epoch.read(), 0);
        assertThatThrownBy(() -> restore.begin(first - 1, 0)).isInstanceOf(ServiceException.class);
        assertThatThrownBy(() -> restore.carryOut("", 10, first - 1, "admin")).isInstanceOf(ServiceException.class);
        assertThat(restore.begin(first, first + 1_000_000_000_000L)).isGreaterThan(first + 1_000_000_000_000L);
    }

    private void restoreAll() {
        Page plan = restore.plan("", 100);
        restore.carryOut("", 100, restore.begin(plan.epoch(), plan.highestEpoch()), "admin");
    }

    private long resolved(String topic) {
        return Resolution.of(backup.head(topic), ANYBODY).version();
    }

    private void both(String topic, PublishVersion version) {
        long id = version.parts().get(0).getDirect().getPayloadId();
        lost.commit(topic, version);
        if (!backup.direct.has(id)) {
            backup.direct.store(id, lost.direct.read(id));
        }
        backup.commit(topic, version);
    }

    private void export() {
        Run run = Runs.of(new ExportTask(
                lost.log,
                lost.log,
                lost.direct,
                fallback,
                new HousekeepingConfig.Export(
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(1),
                        100_000,
                        Duration.ofMinutes(1)),
                time,
                System::nanoTime,
                new SimpleMeterRegistry()));
        assertThat(run.examinedCount()).isPositive();
    }

    private PublishVersion version(String payload) {
        long id = ++payloadIds;
        lost.direct.store(id, ByteString.copyFromUtf8(payload));
        Part part = Part.newBuilder()
                .setSize(payload.length())
                .setDirect(DirectPointer.newBuilder().setPayloadId(id))
                .build();
        return new PublishVersion(List.of(part), Map.of(), List.of(Scopes.GLOBAL), null, false, null, 0, "");
    }
}
