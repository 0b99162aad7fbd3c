package io.octavo.server.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.Part;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.housekeeping.Interposed.Killed;
import io.octavo.server.payload.InMemoryUploadLedger;
import io.octavo.server.payload.UploadLedger;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Publishes and sweeps that interrupt one another between any two of their steps, die there, and lose answers: no
 * acknowledged version is ever without its bytes, and in the end no bytes are without a version.
 */
class UploadSweepModelTest {
    private static final int HISTORIES = 100;
    private static final int ACTIONS = 25;
    private static final int DEEPEST = 4;
    private static final Duration MARGIN = Duration.ofHours(1);

    private final long seed = Long.getLong("octavo.seed", new Random().nextLong());
    private final Random random = new Random(seed);

    private int aborted;
    private int committed;
    private int killed;

    @Test
    void everyAcknowledgedVersionHasItsBytesAndAllBytesHaveAVersion() {
        for (int i = 0; i < HISTORIES; i++) {
            new History("octavo.seed=" + seed + ", history " + i).play();
        }
        assertThat(aborted).as("octavo.seed=" + seed).isGreaterThan(HISTORIES / 4);
        assertThat(committed).as("octavo.seed=" + seed).isGreaterThan(HISTORIES);
        assertThat(killed).as("octavo.seed=" + seed).isGreaterThan(HISTORIES / 4);
    }

    private final class History {
        private final String description;
        private final TestTime time = new TestTime();
        private final InMemoryTopicLog log = new InMemoryTopicLog(time);
        private final InMemoryUploadLedger ledger = new InMemoryUploadLedger(time);
        private final TestBytes bytes = new TestBytes();
        private final Set<String> acknowledged = new TreeSet<>();
        private boolean quiet;
        private long ids;
        private int depth;

        History(String description) {
            this.description = description;
            log.loseAnswersUnless(commit -> quiet || random.nextInt(6) > 0);
        }

        void play() {
            for (int i = 0; i < ACTIONS; i++) {
                act();
                assertAcknowledgedVersionsHaveTheirBytes();
            }
            quiet = true;
            for (int i = 0; i < 4; i++) {
                time.pass(MARGIN.multipliedBy(3));
                sweep();
            }
            assertThat(ledger.uploads()).as(description).isEmpty();
            assertAcknowledgedVersionsHaveTheirBytes();
            assertThat(bytes.kept()).as(description).isEqualTo(owned());
        }

        /** A process does something, until it ends or dies. */
        private void act() {
            depth++;
            try {
                if (random.nextBoolean()) {
                    publish();
                } else {
                    sweep();
                }
            } catch (Killed e) {
                killed++;
            } finally {
                depth--;
            }
        }

        /** Between two steps. */
        private void step(String at) {
            if (quiet) {
                return;
            }
            switch (random.nextInt(24)) {
                case 0, 1, 2 -> {
                    if (depth < DEEPEST) {
                        act();
                    }
                }
                case 3, 4, 5 -> time.pass(MARGIN.dividedBy(1 + random.nextInt(4)));
                case 6 -> throw new Killed(at);
                default -> {}
            }
        }

        private void sweep() {
            new UploadSweep(
                            Interposed.of(UploadLedger.class, ledger, this::step),
                            Interposed.of(TopicLog.class, log, this::step),
                            Interposed.of(UnownedBytes.class, bytes, this::step),
                            new HousekeepingConfig.Sweep(Duration.ofMinutes(10), MARGIN, 10_000),
                            time,
                            () -> 0,
                            new SimpleMeterRegistry())
                    .run(new Run(1, () -> true, () -> true));
        }

        private void publish() {
            Instant begun = time.instant();
            long id = ++ids;
            boolean direct = random.nextBoolean();
            Interposed.of(UploadLedger.class, ledger, this::step).started("topic", id, direct);
            for (String place : TestBytes.places(id, direct)) {
                step("before store");
                if (Duration.between(begun, time.instant()).compareTo(MARGIN.multipliedBy(2)) >= 0) {
                    // Stores' time-outs end a publish long before.
                    return;
                }
                bytes.store(place);
            }
            step("after store");
            Part part = Part.newBuilder()
                    .setSize(direct ? 1 : 2)
                    .setDirect(DirectPointer.newBuilder().setPayloadId(id))
                    .build();
            try {
                commits()
                        .commit(
                                "topic",
                                new PublishVersion(
                                        List.of(part), Map.of(), List.of(Scopes.GLOBAL), null, false, null, id, ""),
                                "publisher",
                                null);
            } catch (ServiceException notNow) {
                aborted++;
                return;
            }
            committed++;
            acknowledged.addAll(TestBytes.places(id, direct));
        }

        private TopicCommits commits() {
            return new TopicCommits(
                    Interposed.of(TopicLog.class, log, this::step),
                    () -> {},
                    head -> {},
                    time,
                    Impatience::new,
                    new SimpleMeterRegistry());
        }

        private void assertAcknowledgedVersionsHaveTheirBytes() {
            assertThat(bytes.kept()).as(description).containsAll(acknowledged);
        }

        /** The places of all versions there are, acknowledged or not. */
        private Set<String> owned() {
            Set<String> owned = new TreeSet<>();
            for (VersionRecord version : log.versionsBelow("topic", Long.MAX_VALUE, Integer.MAX_VALUE, Read.SERIAL)) {
                Part part = version.getParts(0);
                owned.addAll(TestBytes.places(part.getDirect().getPayloadId(), part.getSize() == 1));
            }
            return owned;
        }
    }
}
