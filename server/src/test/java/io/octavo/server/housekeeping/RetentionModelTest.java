package io.octavo.server.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.Part;
import io.octavo.protocol.S3Pointer;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Heads;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.housekeeping.Interposed.Killed;
import io.octavo.server.retention.Evidence;
import io.octavo.server.retention.ExportedVersions;
import io.octavo.server.retention.Retention;
import io.octavo.server.retention.RetentionConfig;
import io.octavo.server.retention.SlowRetention;
import io.octavo.server.retention.Why.Reason;
import io.octavo.server.topic.Commit;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.RandomCommands;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.topic.TopicRows;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Publishers, operators, consumers, exports and retention that interrupt one another between any two of their steps, die
 * there, and lose answers. At every step that gives versions up a slow reading of the rule agrees with what goes; nothing
 * that anybody is to run is ever without its bytes; and in the end nothing is left that could go.
 */
class RetentionModelTest {
    private static final int HISTORIES = 40;
    private static final int ACTIONS = 60;
    private static final int DEEPEST = 3;
    private static final String TOPIC = "topic";
    private static final RetentionConfig CONFIG = new RetentionConfig(
            Duration.ofHours(1),
            3,
            Duration.ofHours(2),
            Duration.ofHours(6),
            Duration.ZERO,
            10_000,
            100,
            100,
            1_000_000,
            100,
            Duration.ofDays(20));

    private final long seed = Long.getLong("octavo.seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private int collected;
    private int killed;
    private int trimmed;

    @Test
    void nothingThatIsNeededIsDeletedAndNothingThatIsNotStays() {
        for (int i = 0; i < HISTORIES; i++) {
            RetentionHistory history = new RetentionHistory("octavo.seed=" + seed + ", history " + i);
            history.play();
            killed += history.killed();
        }
        assertThat(collected).as("octavo.seed=" + seed).isGreaterThan(HISTORIES * 5);
        assertThat(killed).as("octavo.seed=" + seed).isGreaterThan(HISTORIES / 2);
        assertThat(trimmed).as("octavo.seed=" + seed).isGreaterThan(HISTORIES / 4);
    }

    private final class RetentionHistory extends History {
        private final TestBytes bytes = new TestBytes();
        private final RandomCommands commands = new RandomCommands(random);
        private final List<TopicHead> heads = new ArrayList<>(List.of(TopicHead.getDefaultInstance()));
        private final Set<Long> running = new HashSet<>();
        private final Map<String, TopicHead> exported = new HashMap<>();
        private RetentionTask task = newTask();
        private long ids;

        RetentionHistory(String description) {
            super(description, RetentionModelTest.this.random, DEEPEST, 8);
        }

        void play() {
            quiet(true);
            publish();
            quiet(false);
            for (int i = 0; i < ACTIONS; i++) {
                act();
                assertWhatIsToBeRunIsThere();
            }
            settle();
            Map<Long, Set<Reason>> left = slow(rows(), evidence()).reasons();
            assertThat(left.values())
                    .as(description + ": nothing stays without a reason")
                    .doesNotContain(Set.of());
            Set<String> owned = new TreeSet<>();
            rows().stream().filter(row -> !row.hasDeletion()).forEach(row -> owned.addAll(places(row)));
            assertThat(bytes.kept())
                    .as(description + ": bytes and records belong together")
                    .isEqualTo(owned);
            assertThat(rows())
                    .as(description)
                    .filteredOn(VersionRecord::hasDeletion)
                    .allSatisfy(row -> assertThat(row.getBytesGoneMs()).isPositive());
            TopicRows.assertHeadIsTheFoldOfWhatIsKept(log, TOPIC, description);
        }

        /** All is well again, and time passes. */
        private void settle() {
            quiet(true);
            running.clear();
            bytes.away("eu", false);
            for (int i = 0; i < 3; i++) {
                time.pass(CONFIG.maxHistory());
                exported.replaceAll((region, head) -> head());
                retain();
            }
        }

        @Override
        void doSomething() {
            switch (random.nextInt(10)) {
                case 0, 1 -> publish();
                case 2, 3, 4 -> operate();
                case 5 -> consume();
                case 6 -> export();
                case 7 ->
                    time.pass(
                            random.nextInt(8) == 0
                                    ? Duration.ofDays(9)
                                    : CONFIG.grace().dividedBy(1 + random.nextInt(4)));
                default -> retain();
            }
        }

        @Override
        void happen() {
            if (random.nextBoolean()) {
                time.pass(Duration.ofMinutes(random.nextInt(90)));
            } else {
                bytes.away("eu", random.nextBoolean());
            }
        }

        private void publish() {
            long id = ++ids;
            boolean direct = random.nextBoolean();
            bytes.storeAll(id, direct);
            Part.Builder part = Part.newBuilder().setSize(id);
            if (direct) {
                part.setDirect(DirectPointer.newBuilder().setPayloadId(id));
            } else {
                part.setS3(S3Pointer.newBuilder().setPayloadId(id));
            }
            try {
                commits()
                        .commit(
                                TOPIC,
                                new PublishVersion(
                                        List.of(part.build()), Map.of(), commands.scopes(), null, false, null, id, ""),
                                "publisher",
                                null);
            } catch (ServiceException notNow) {
                forgetUpload(id, direct);
            } catch (Killed e) {
                forgetUpload(id, direct);
                throw e;
            }
        }

        /** What the sweep does, with no more steps in between: it has tests of its own. */
        private void forgetUpload(long id, boolean direct) {
            if (log.abortUpload(TOPIC, id, 0)) {
                bytes.forget(id, direct);
            }
        }

        private void operate() {
            TopicHead head = head();
            try {
                commits()
                        .commit(
                                TOPIC,
                                commands.nextOfOld(head.getNewestVersion(), head.getRevision()),
                                "operator",
                                null);
            } catch (ServiceException | InvalidField refused) {
                // As it may be.
            }
        }

        /** Somebody runs what it is to run, from now on, or stops. */
        private void consume() {
            if (random.nextInt(3) == 0) {
                running.clear();
            }
            RandomCommands.resolved(head()).values().stream()
                    .filter(version -> version > 0)
                    .skip(random.nextInt(40))
                    .findFirst()
                    .ifPresent(running::add);
        }

        private void export() {
            String region = random.nextBoolean() ? "eu" : "us";
            Instant begun = time.instant();
            TopicHead head = head();
            step("before export");
            TopicHead before = exported.get(region);
            // No region lags behind for as long as the time of grace.
            boolean isInTime = time.instant().isBefore(begun.plus(CONFIG.grace()));
            if (isInTime && (before == null || Heads.isNewer(head, before))) {
                exported.put(region, head);
            }
        }

        private void retain() {
            if (random.nextInt(4) == 0) {
                // Another node takes over.
                task = newTask();
            }
            task.run(new Run(1, () -> true, () -> 0));
        }

        private RetentionTask newTask() {
            TopicLog stepped = stepped(TopicLog.class, log);
            Retention retention = new Retention(
                    stepped,
                    CONFIG.policy(),
                    topic -> !isQuiet() && random.nextInt(8) == 0 ? null : Set.copyOf(running),
                    topic -> ExportedVersions.namedBy(List.copyOf(exported.values())),
                    time);
            return new RetentionTask(
                    stepped,
                    commits(),
                    retention,
                    stepped(GivenUpBytes.class, bytes::delete),
                    CONFIG,
                    CONFIG.grace(),
                    time,
                    System::nanoTime,
                    new SimpleMeterRegistry());
        }

        @Override
        void tried(Commit commit) {
            TopicHead stands = head();
            if (stands.getRevision() == commit.head().getRevision() && heads.size() == stands.getRevision()) {
                heads.add(stands);
                switch (commit.event().getKind()) {
                    case VERSIONS_COLLECTED -> assertMayGo(commit);
                    case HISTORY_TRIMMED -> trimmed++;
                    default -> {}
                }
            }
        }

        private void assertMayGo(Commit commit) {
            collected += commit.versions().size();
            Set<Long> going = new HashSet<>();
            commit.versions().forEach(row -> going.add(row.getVersion()));
            List<VersionRecord> before = rows().stream()
                    .map(row -> going.contains(row.getVersion())
                            ? row.toBuilder().clearDeletion().build()
                            : row)
                    .toList();
            Map<Long, Set<Reason>> reasons = slow(before, evidence()).reasons();
            for (long version : going) {
                assertThat(reasons.get(version))
                        .as(description + ": version " + version)
                        .isEmpty();
            }
        }

        private SlowRetention slow(List<VersionRecord> rows, Evidence evidence) {
            return new SlowRetention(
                    rows, heads, CONFIG.policy().with(head().getSettings().getRetention()), evidence, time.instant());
        }

        private Evidence evidence() {
            return new Evidence(Set.copyOf(running), ExportedVersions.namedBy(List.copyOf(exported.values())));
        }

        private void assertWhatIsToBeRunIsThere() {
            Set<Long> needed = new HashSet<>(RandomCommands.resolved(head()).values());
            for (VersionRecord row : rows()) {
                if (needed.contains(row.getVersion())) {
                    assertThat(row.hasDeletion())
                            .as(description + ": version " + row.getVersion())
                            .isFalse();
                }
                if (!row.hasDeletion()) {
                    assertThat(bytes.kept())
                            .as(description + ": version " + row.getVersion())
                            .containsAll(places(row));
                }
            }
        }

        private List<String> places(VersionRecord row) {
            Part part = row.getParts(0);
            return part.hasDirect()
                    ? TestBytes.places(part.getDirect().getPayloadId(), true)
                    : TestBytes.places(part.getS3().getPayloadId(), false);
        }

        private List<VersionRecord> rows() {
            return log.versionsBelow(TOPIC, Long.MAX_VALUE, Integer.MAX_VALUE, Read.SERIAL);
        }

        private TopicHead head() {
            TopicHead head = log.head(TOPIC, Read.SERIAL);
            return head == null ? TopicHead.getDefaultInstance() : head;
        }
    }
}
