package io.octavo.server.housekeeping;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.server.housekeeping.Interposed.Killed;
import io.octavo.server.topic.Commit;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import java.util.Random;
import java.util.function.Consumer;

/**
 * A random history of processes that interrupt one another between any two of their steps, die there, and lose answers.
 * Each call of a store that was made by {@link #stepped} is such a step.
 */
abstract class History {
    final String description;
    final Random random;
    final TestTime time = new TestTime();
    final InMemoryTopicLog log = new InMemoryTopicLog(time);
    private final int deepest;
    private final int oneAnswerLostOf;
    private boolean quiet;
    private int depth;
    private int killed;

    /**
     * @param description   tells how to repeat it
     * @param deepest       so many processes interrupt one another at once
     * @param oneAnswerLost of so many commits
     */
    History(String description, Random random, int deepest, int oneAnswerLost) {
        this.description = description;
        this.random = random;
        this.deepest = deepest;
        this.oneAnswerLostOf = oneAnswerLost;
        log.loseAnswersUnless(commit -> {
            tried(commit);
            return quiet || random.nextInt(oneAnswerLostOf) > 0;
        });
    }

    /** A process does something. */
    abstract void doSomething();

    /** Between two steps something else may happen, beside what other processes do. */
    void happen() {}

    /** A commit was tried; it may have been applied. */
    void tried(Commit commit) {}

    /** A process does something, until it ends or dies. */
    final void act() {
        depth++;
        try {
            doSomething();
        } catch (Killed e) {
            killed++;
        } finally {
            depth--;
        }
    }

    /** Between two steps. */
    final void step(String at) {
        if (quiet) {
            return;
        }
        switch (random.nextInt(32)) {
            case 0, 1, 2 -> {
                if (depth < deepest) {
                    act();
                }
            }
            case 3, 4, 5 -> happen();
            case 6 -> throw new Killed(at);
            default -> {}
        }
    }

    /** From now on, or no more, processes run alone, to their end, and get their answers. */
    final void quiet(boolean isQuiet) {
        quiet = isQuiet;
    }

    final boolean isQuiet() {
        return quiet;
    }

    /** How many processes have died. */
    final int killed() {
        return killed;
    }

    final <T> T stepped(Class<T> type, T store) {
        return Interposed.of(type, store, this::step);
    }

    final TopicCommits commits() {
        return commits(this::step);
    }

    /** @param hook called at each step */
    final TopicCommits commits(Consumer<String> hook) {
        return new TopicCommits(
                Interposed.of(TopicLog.class, log, hook),
                () -> {},
                head -> {},
                time,
                Impatience::new,
                new SimpleMeterRegistry());
    }
}
