package io.octavo.server.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.EventKind;
import io.octavo.protocol.Idleness;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Scopes;
import io.octavo.server.housekeeping.Interposed.Killed;
import io.octavo.server.idle.IdleConfig;
import io.octavo.server.idle.IdleTopics;
import io.octavo.server.idle.InMemoryTopicUses;
import io.octavo.server.idle.RecentUses;
import io.octavo.server.idle.TopicUses;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.topic.UnarchiveTopic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Publishers, consumers on nodes that can't always be asked, and leaders that die or are deposed between any two of their
 * steps and go on: what is archived was used by nobody for as long as it has to be, and in the end exactly what nobody uses is.
 */
class IdleModelTest {
    private static final int HISTORIES = 30;
    private static final int ACTIONS = 1_500;
    private static final int DEEPEST = 2;
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration UNUSED = Duration.ofDays(20);
    private static final List<String> TOPICS = List.of("a", "b", "c", "d");
    private static final IdleConfig CONFIG =
            new IdleConfig(Duration.ofHours(1), Duration.ofDays(15), Duration.ofDays(5), Duration.ofDays(5));

    private final long seed = Long.getLong("octavo.seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private int archived;
    private int unarchived;
    private int killed;
    private int gaps;

    @Test
    void whatIsArchivedWasUsedByNobodyAndWhatNobodyUsesIs() {
        for (int i = 0; i < HISTORIES; i++) {
            new History("octavo.seed=" + seed + ", history " + i).play();
        }
        assertThat(archived).as("octavo.seed=" + seed).isGreaterThan(HISTORIES * 2);
        assertThat(unarchived).as("octavo.seed=" + seed).isGreaterThan(HISTORIES);
        assertThat(killed).as("octavo.seed=" + seed).isGreaterThan(HISTORIES);
        assertThat(gaps).as("octavo.seed=" + seed).isGreaterThan(HISTORIES / 4);
    }

    private final class History {
        private final String description;
        private final TestTime time = new TestTime();
        private final InMemoryTopicLog log = new InMemoryTopicLog(time);
        private final InMemoryTopicUses uses = new InMemoryTopicUses();
        /** What really happened. */
        private final Map<String, TreeSet<Instant>> used = new HashMap<>();
        /** What each subscribe node remembers, and whether it answers. */
        private final List<Map<String, Instant>> nodes = List.of(new HashMap<>(), new HashMap<>());

        private final boolean[] silent = new boolean[nodes.size()];
        private final Map<String, Long> looked = new HashMap<>();
        private final List<IdleTask> leaders = new ArrayList<>();
        private final Set<IdleTask> running = new HashSet<>();
        private boolean quiet;
        private int depth;

        History(String description) {
            this.description = description;
        }

        void play() {
            TOPICS.forEach(this::publish);
            leaders.add(leader());
            for (int i = 0; i < ACTIONS; i++) {
                act();
                time.pass(Duration.ofHours(random.nextInt(6)));
                TOPICS.forEach(this::look);
            }
            quiet = true;
            silent[0] = false;
            silent[1] = false;
            IdleTask last = leader();
            for (int day = 0; day <= UNUSED.toDays() + 2; day++) {
                consume("a", 0);
                Runs.of(last);
                time.pass(DAY.minusHours(1));
            }
            TOPICS.forEach(this::look);
            assertThat(TOPICS).as(description).filteredOn(this::isArchived).containsExactly("b", "c", "d");
        }

        private void act() {
            depth++;
            if (random.nextInt(10) == 0) {
                silent[0] = false;
                silent[1] = false;
            }
            try {
                String topic = TOPICS.get(random.nextInt(TOPICS.size()));
                switch (random.nextInt(24)) {
                    case 0 -> silent[random.nextInt(nodes.size())] |= random.nextInt(4) == 0;
                    case 1 -> leaders.add(leader());
                    case 2 -> {
                        if (random.nextInt(8) == 0) {
                            publish(topic);
                        }
                    }
                    case 5 -> publishAgain(topic);
                    case 3, 4 -> {
                        if (topic.equals("a") || random.nextInt(6) == 0) {
                            // Where nobody can ask for it, if there is such a node: that is the hard case.
                            consume(topic, silent[1] ? 1 : silent[0] ? 0 : random.nextInt(nodes.size()));
                        }
                    }
                    default -> run(leaders.get(random.nextInt(leaders.size())));
                }
            } finally {
                depth--;
            }
        }

        private void run(IdleTask leader) {
            if (!running.add(leader)) {
                return;
            }
            try {
                Runs.of(leader);
            } catch (Killed e) {
                killed++;
                leaders.remove(leader);
                leaders.add(leader());
            } finally {
                running.remove(leader);
            }
        }

        private void step(String at) {
            if (quiet) {
                return;
            }
            switch (random.nextInt(60)) {
                case 0, 1 -> {
                    if (depth < DEEPEST) {
                        act();
                    }
                }
                case 2 -> time.pass(Duration.ofMinutes(random.nextInt(60)));
                case 3 -> throw new Killed(at);
                default -> {}
            }
        }

        private void publish(String topic) {
            PublishVersion command = new PublishVersion(
                    List.of(Part.getDefaultInstance()), Map.of(), List.of(Scopes.GLOBAL), null, false, null, 0, "");
            commits(log).commit(topic, command, "publisher", null);
            use(topic);
        }

        /** With what is there already: that makes no version, and is noted of an archived topic only. */
        private void publishAgain(String topic) {
            if (isArchived(topic)) {
                commits(log).commit(topic, new UnarchiveTopic("published again, unchanged"), "publisher", null);
                use(topic);
            }
        }

        private void consume(String topic, int node) {
            nodes.get(node).put(topic, time.instant());
            use(topic);
        }

        private void use(String topic) {
            used.computeIfAbsent(topic, name -> new TreeSet<>()).add(time.instant());
        }

        /** As {@code RecentTopics} does: a node that answers knows what was used within 25 hours. */
        private RecentUses.Recent ask() {
            step("before asking");
            Map<String, Duration> ago = new HashMap<>();
            boolean isComplete = true;
            for (int i = 0; i < nodes.size(); i++) {
                isComplete &= !silent[i];
                if (!silent[i]) {
                    nodes.get(i).forEach((topic, at) -> {
                        Duration here = Duration.between(at, time.instant());
                        if (here.compareTo(Duration.ofHours(25)) < 0) {
                            ago.merge(topic, here, (one, other) -> one.compareTo(other) < 0 ? one : other);
                        }
                    });
                }
            }
            return new RecentUses.Recent(ago, isComplete);
        }

        private IdleTask leader() {
            TopicLog stepped = Interposed.of(TopicLog.class, log, this::step);
            return new IdleTask(
                    stepped,
                    commits(stepped),
                    Interposed.of(TopicUses.class, uses, this::step),
                    this::ask,
                    new IdleTopics(stepped, uses, CONFIG, time),
                    CONFIG.interval(),
                    time,
                    new SimpleMeterRegistry());
        }

        private TopicCommits commits(TopicLog to) {
            return new TopicCommits(to, () -> {}, head -> {}, time, Impatience::new, new SimpleMeterRegistry());
        }

        /** Looks at what has happened to a topic since it was looked at last. */
        private void look(String topic) {
            TopicUses.Watch watch = uses.watch();
            gaps += watch != null && watch.since().equals(watch.until()) ? 1 : 0;
            long last = looked.getOrDefault(topic, 0L);
            for (TopicEvent event : log.eventsBelow(topic, Long.MAX_VALUE, 1_000)) {
                if (event.getRevision() > last && event.getKind() == EventKind.TOPIC_ARCHIVED) {
                    archived++;
                    assertUnused(topic, event);
                } else if (event.getRevision() > last && event.getKind() == EventKind.TOPIC_UNARCHIVED) {
                    unarchived++;
                }
            }
            looked.put(topic, head(topic).getRevision());
        }

        private void assertUnused(String topic, TopicEvent event) {
            Idleness mark = event.getDelta().getSettingsAfter().getIdleness();
            Instant since = Instant.ofEpochMilli(mark.getSinceMs());
            Instant at = Instant.ofEpochMilli(mark.getArchivedMs());
            assertThat(Duration.between(since, at)).as(description).isGreaterThanOrEqualTo(UNUSED);
            // A use is noted to a day, and one while the run was under way is found by the next.
            assertThat(Objects.requireNonNull(used.get(topic)).subSet(since.plus(DAY), at.minus(DAY)))
                    .as(description + ": " + topic + " archived at " + at + ", unused since " + since)
                    .isEmpty();
        }

        private boolean isArchived(String topic) {
            return head(topic).getSettings().getIdleness().getArchivedMs() > 0;
        }

        private TopicHead head(String topic) {
            return Objects.requireNonNull(log.head(topic, Read.SERIAL));
        }
    }
}
