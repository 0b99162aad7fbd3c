package io.octavo.server.subscribe;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Publication;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import io.octavo.rules.Shares;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.RandomCommands;
import io.octavo.server.topic.TopicLog.Read;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/**
 * Random changes of a topic, payloads that go and come back, stores that are away, checks that are late or refused: what
 * is offered is what the head resolves to or a lower version that may stand in for it, and once all is calm again, it is
 * what it has to be.
 */
class HeldBackModelTest {
    private static final int STORIES = 100;
    private static final int EVENTS = 60;
    /** Few enough for a search to look at all of them. */
    private static final int MOST_VERSIONS = StandInSearch.MOST_ASKED - 1;

    @Test
    void nobodyIsGivenWhatIsMissingAndEverybodyGetsWhatIsBack() {
        long seed = Long.getLong("octavo.seed", new Random().nextLong());
        int standIns = 0;
        for (int story = 0; story < STORIES; story++) {
            try {
                standIns += new Story(new Random(seed + story)).tell();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("octavo.seed=" + (seed + story), e);
            }
        }
        assertThat(standIns).as("the stories are about something").isGreaterThan(STORIES);
    }

    private static final class Story {
        private final Random random;
        private final RandomCommands commands;
        private final List<Runnable> waiting = new ArrayList<>();
        private final CheckedTopic topic = new CheckedTopic(task -> submit(task));
        private final Set<Long> lost = new HashSet<>();
        /** The version rows as they were at each revision. */
        private final TreeMap<Long, List<VersionRecord>> rows = new TreeMap<>();

        Story(Random random) {
            this.random = random;
            this.commands = new RandomCommands(random);
        }

        /** Answers how many consumers were given a stand-in in the end. */
        int tell() {
            topic.publish(List.of(Scopes.GLOBAL));
            changed();
            topic.refresh();
            for (int event = 0; event < EVENTS; event++) {
                switch (random.nextInt(8)) {
                    case 0, 1 -> change();
                    case 2 -> topic.refresh();
                    case 3 -> loseOrBringBack();
                    case 4 -> topic.payloads.away(random.nextInt(3) == 0);
                    case 5 -> runOne();
                    case 6 -> topic.again();
                    default -> topic.consistency.suspect(CheckedTopic.TOPIC, anyVersion());
                }
                everybodyIsOfferedWhatMayBe();
            }
            return settle();
        }

        private void submit(Runnable task) {
            if (random.nextInt(10) == 0) {
                throw new RejectedExecutionException();
            }
            waiting.add(task);
        }

        private void runOne() {
            if (!waiting.isEmpty()) {
                waiting.remove(random.nextInt(waiting.size())).run();
            }
        }

        private void change() {
            TopicHead head = topic.head();
            Command command = commands.next(head.getNewestVersion(), head.getRevision());
            try {
                if (!(command instanceof PublishVersion publish)) {
                    topic.commit(command);
                } else if (head.getNewestVersion() < MOST_VERSIONS) {
                    topic.publish(publish.scopes());
                }
            } catch (ServiceException | InvalidField refused) {
                return;
            }
            changed();
        }

        private void changed() {
            rows.put(topic.head().getRevision(), rowsNow());
        }

        private List<VersionRecord> rowsNow() {
            return topic.log.versionsBelow(CheckedTopic.TOPIC, Long.MAX_VALUE, 1000, Read.SERIAL);
        }

        private void loseOrBringBack() {
            long version = anyVersion();
            if (lost.remove(version)) {
                topic.payloads.bringBack(version);
            } else {
                lost.add(version);
                topic.payloads.lose(version);
            }
        }

        private long anyVersion() {
            long newest = topic.head().getNewestVersion();
            return Math.max(1, newest - random.nextInt(5));
        }

        private void everybodyIsOfferedWhatMayBe() {
            CachedTopic cached = topic.cached();
            for (Consumer consumer : consumers()) {
                Resolution resolution = Resolution.of(cached.head(), consumer);
                Resolution offered = requireNonNull(cached.offered(consumer, 0));
                if (!offered.equals(resolution)) {
                    assertThat(cached.heldBack().of(resolution.version())).isNotNull();
                    assertThat(offered.pinned()).isFalse();
                    assertThat(offered.version()).isLessThan(resolution.version());
                    assertThat(offered.version() == 0 || couldStandIn(offered.version(), cached, consumer))
                            .as("version %d of %s for %s", offered.version(), cached.head(), consumer)
                            .isTrue();
                    assertThat(cached.offered(consumer, offered.version() + 100))
                            .isNull();
                    assertThat(cached.offered(consumer, resolution.version())).isEqualTo(resolution);
                }
            }
        }

        /** It was servable and published to the consumer when the head was made, or at some time since then. */
        private boolean couldStandIn(long version, CachedTopic cached, Consumer consumer) {
            return rows.tailMap(cached.revision(), true).values().stream()
                    .flatMap(List::stream)
                    .anyMatch(row -> row.getVersion() == version && canStandIn(row, cached.head(), consumer));
        }

        private int settle() {
            topic.payloads.away(false);
            topic.refresh();
            int given = 0;
            for (int round = 0; round < 3; round++) {
                for (long version : topic.cached().deciding()) {
                    topic.clock.advance(Consistency.SUSPECTED_ONCE_IN.plusMillis(1));
                    // It may be refused now and then.
                    for (int i = 0; i < 4; i++) {
                        topic.clock.advance(Consistency.SUSPECTED_ONCE_IN.plusMillis(1));
                        topic.consistency.suspect(CheckedTopic.TOPIC, version);
                    }
                }
                for (int i = 0; i < 4; i++) {
                    topic.again();
                    while (!waiting.isEmpty()) {
                        runOne();
                    }
                }
            }
            CachedTopic cached = topic.cached();
            for (Consumer consumer : consumers()) {
                Resolution resolution = Resolution.of(cached.head(), consumer);
                Resolution offered = requireNonNull(cached.offered(consumer, 0));
                if (lost.contains(resolution.version())) {
                    assertThat(offered.version())
                            .as("%s for %s, lost: %s", cached.head(), consumer, lost)
                            .isEqualTo(newestStandIn(resolution.version(), consumer));
                    given += offered.version() == 0 ? 0 : 1;
                } else {
                    assertThat(offered).isEqualTo(resolution);
                    assertThat(cached.offered(consumer, 1000)).isEqualTo(resolution);
                }
            }
            return given;
        }

        private long newestStandIn(long below, Consumer consumer) {
            return rowsNow().stream()
                    .filter(row -> row.getVersion() < below && !lost.contains(row.getVersion()))
                    .filter(row -> canStandIn(row, topic.head(), consumer))
                    .mapToLong(VersionRecord::getVersion)
                    .max()
                    .orElse(0);
        }

        private static boolean canStandIn(VersionRecord row, TopicHead head, Consumer consumer) {
            return !row.hasQuarantine()
                    && !row.hasDeletion()
                    && row.getVersion() > head.getBaseVersion()
                    && row.getPublicationsList().stream().anyMatch(publication -> isFor(publication, consumer));
        }

        private static boolean isFor(Publication publication, Consumer consumer) {
            return !publication.hasWithdrawal()
                    && Scopes.matches(publication.getScope(), consumer)
                    && Shares.includes(publication, consumer.getInstance());
        }

        private Set<Consumer> consumers() {
            Map<Consumer, Long> all = RandomCommands.resolved(topic.cached().head());
            return all.keySet();
        }
    }
}
