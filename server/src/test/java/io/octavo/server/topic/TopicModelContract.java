package io.octavo.server.topic;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.Committed.Effect;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What holds for every history of commands, on every log: tried on random ones, whose seed a failure names. */
public abstract class TopicModelContract {
    private static final int WRITERS = 16;

    /** The log under test. */
    protected abstract TopicLog log();

    /** How many histories to draw. */
    protected abstract int histories();

    /** Commands of a history. */
    protected abstract int commands();

    /** What each of the concurrent writers publishes. */
    protected abstract int publishesPerWriter();

    @Test
    protected void afterEachStepTheStoredHeadIsTheFoldOfAllItsRows() {
        long seed = Long.getLong("octavo.seed", new Random().nextLong());
        Random random = new Random(seed);
        for (int history = 0; history < histories(); history++) {
            String topic = "model-" + UUID.randomUUID();
            TopicCommits commits = commits();
            RandomCommands commands = new RandomCommands(random);
            commits.commit(topic, commands.publish(List.of(Scopes.GLOBAL)), "tester", null);
            List<String> steps = new ArrayList<>();
            for (int step = 0; step < commands(); step++) {
                TopicHead head = requireNonNull(log().head(topic, Read.SERIAL));
                Command command = commands.next(head.getNewestVersion(), head.getRevision());
                steps.add(command.toString());
                try {
                    commits.commit(topic, command, "tester", null);
                } catch (ServiceException | InvalidField refused) {
                    assertThat(log().head(topic, Read.SERIAL)).isEqualTo(head);
                }
                TopicRows.assertHeadIsTheFoldOfItsRows(
                        log(), topic, "octavo.seed=" + seed + ", history " + history + ": " + steps);
            }
        }
    }

    @Test
    protected void aDryRunTellsWhatTheCommandThenDoes() {
        long seed = Long.getLong("octavo.seed", new Random().nextLong());
        Random random = new Random(seed);
        String topic = "model-" + UUID.randomUUID();
        TopicCommits commits = commits();
        RandomCommands commands = new RandomCommands(random);
        commits.commit(topic, commands.publish(List.of(Scopes.GLOBAL)), "tester", null);
        for (int step = 0; step < commands(); step++) {
            TopicHead head = requireNonNull(log().head(topic, Read.SERIAL));
            Command command = commands.next(head.getNewestVersion(), head.getRevision());
            String said = said(() -> commits.dryRun(topic, command, "tester"));
            assertThat(log().head(topic, Read.SERIAL)).as("octavo.seed=" + seed).isEqualTo(head);
            assertThat(said(() -> commits.commit(topic, command, "tester", null)))
                    .as("octavo.seed=" + seed + ", step " + step + ": " + command)
                    .isEqualTo(said);
        }
    }

    private static String said(Supplier<Committed> command) {
        try {
            Committed done = command.get();
            return done.impact() + " " + done.head().getPublicationsCount() + " "
                    + done.head().getWithdrawnList();
        } catch (ServiceException | InvalidField refused) {
            return String.valueOf(refused.getMessage());
        }
    }

    @Test
    protected void undoGivesEveryConsumerBackWhatItRan() {
        long seed = Long.getLong("octavo.seed", new Random().nextLong());
        Random random = new Random(seed);
        int undone = 0;
        String topic = "model-" + UUID.randomUUID();
        TopicCommits commits = commits();
        RandomCommands commands = new RandomCommands(random);
        commits.commit(topic, commands.publish(List.of(Scopes.GLOBAL)), "tester", null);
        for (int step = 0; step < commands(); step++) {
            TopicHead before = requireNonNull(log().head(topic, Read.SERIAL));
            Command command = commands.next(before.getNewestVersion(), before.getRevision());
            Committed done;
            try {
                done = commits.commit(topic, command, "tester", null);
            } catch (ServiceException | InvalidField refused) {
                continue;
            }
            List<Command> undo = done.effect() == Effect.DONE ? command.undo(before, done) : List.of();
            if (!undo.isEmpty() && random.nextBoolean()) {
                undo.forEach(each -> commits.commit(topic, each, "tester", null));
                undone++;
                assertThat(RandomCommands.resolved(requireNonNull(log().head(topic, Read.SERIAL))))
                        .as("octavo.seed=" + seed + ", step " + step + ": " + command + " undone by " + undo)
                        .isEqualTo(RandomCommands.resolved(before));
            }
        }
        assertThat(undone).as("octavo.seed=" + seed).isPositive();
    }

    @Test
    protected void concurrentWritersOfATopicLoseDoubleAndSkipNothing() throws Exception {
        String topic = "writers-" + UUID.randomUUID();
        // Two nodes: their writers do not line up with each other, and meet at the log.
        List<TopicCommits> nodes = List.of(commits(), commits());
        ExecutorService executor = Executors.newFixedThreadPool(WRITERS);
        TreeSet<Long> made = new TreeSet<>();
        try {
            List<Future<List<Long>>> writers = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                TopicCommits node = nodes.get(writer % nodes.size());
                RandomCommands commands = new RandomCommands(new Random(writer));
                writers.add(executor.submit(() -> publish(node, topic, commands)));
            }
            for (Future<List<Long>> writer : writers) {
                made.addAll(writer.get());
            }
        } finally {
            executor.shutdownNow();
        }
        int all = WRITERS * publishesPerWriter();
        assertThat(made).hasSize(all).first().isEqualTo(1L);
        assertThat(made).last().isEqualTo((long) all);
        TopicRows.assertHeadIsTheFoldOfItsRows(log(), topic, topic);
    }

    private List<Long> publish(TopicCommits node, String topic, RandomCommands commands) {
        List<Long> made = new ArrayList<>();
        for (int i = 0; i < publishesPerWriter(); i++) {
            Committed committed = node.commit(topic, commands.publish(List.of(Scopes.GLOBAL)), "tester", null);
            made.add(requireNonNull(committed.version()).getVersion());
        }
        return made;
    }

    private TopicCommits commits() {
        return new TopicCommits(
                log(),
                () -> {},
                head -> {},
                InstantSource.system(),
                BoundedPatience.within(Duration.ofSeconds(30)),
                new SimpleMeterRegistry());
    }
}
