package io.octavo.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Offer;
import io.octavo.rules.Acceptance.Mark;
import io.octavo.rules.Acceptance.Offered;
import io.octavo.rules.Acceptance.Verdict;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A process among nodes of different age: random histories, answers that arrive in any order or never, fetches that
 * fail, take long and end in any order, restarts, fallback, payloads held back, and restored backups.
 */
final class AcceptanceModelTest {
    private static final int STORIES = 1_000;
    private static final int EVENTS = 100;
    private static final int MOST_FAILURES = 3;

    @Test
    void comesToTheNewestHeadAndIsNeverMovedBackAndForth() {
        Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
        Seeds.forEach(STORIES, random -> new Story(random, verdicts, Restores.NONE).tell());
        assertThat(verdicts)
                .as("each is seen")
                .containsKeys(Verdict.RUN, Verdict.KEEP, Verdict.KEEP_UNRESOLVED, Verdict.IGNORE_OLD);
    }

    @Test
    void aRestoredBackupOrdersAboveAndTakesNobodyBackWithoutAReason() {
        Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
        Seeds.forEach(STORIES, random -> new Story(random, verdicts, Restores.GO_ON).tell());
        assertThat(verdicts).as("each is seen").containsOnlyKeys(Verdict.values());
    }

    @Test
    void aNumberThatIsGivenAgainAfterARestoreIsTakenForAnotherVersion() {
        Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
        Seeds.forEach(STORIES, random -> new Story(random, verdicts, Restores.GIVE_NUMBERS_AGAIN).tell());
        assertThat(verdicts).as("each is seen").containsOnlyKeys(Verdict.values());
    }

    private enum Restores {
        NONE,
        /** Numbers go on above all that were given. */
        GO_ON,
        /** What was lost without a trace is not known to have had a number. */
        GIVE_NUMBERS_AGAIN
    }

    private static final class Story {
        private final RandomGenerator random;
        private final Restores restores;
        private final Consumer consumer;
        private final SimulatedService service;
        private final SimulatedProcess process;
        private final List<Offered> underway = new ArrayList<>();

        Story(RandomGenerator random, Map<Verdict, Integer> verdicts, Restores restores) {
            this.random = random;
            this.restores = restores;
            this.consumer = Fleet.consumer(random);
            this.service = new SimulatedService(consumer);
            this.process = new SimulatedProcess(service, verdicts);
        }

        void tell() {
            for (int event = 0; event < EVENTS; event++) {
                happen();
            }
            if (random.nextBoolean()) {
                startAgainWithAnOldAnswer();
            }
            List<Offered> late = new ArrayList<>(process.detachFetches());
            late.addAll(underway.subList(0, underway.size() / 2));
            settle();
            converged();
            Mark converged = process.mark();
            if (converged.version() == 0) {
                return;
            }
            late.forEach(process::finish);
            assertThat(process.mark()).as("what comes late changes nothing").isEqualTo(converged);
        }

        private void happen() {
            int node = random.nextInt(SimulatedService.NODES);
            switch (random.nextInt(20)) {
                case 0, 1, 2, 3 -> service.change(random);
                case 4, 5, 6 -> service.advance(random);
                case 7, 8, 9 -> send(service.answer(node, process.mark(), random));
                case 10 -> send(service.answerHoldingBack(node, process.mark(), random));
                case 11, 12, 13 -> arrive();
                case 14 -> process.hear(service.fallback());
                case 15, 16, 17, 18 -> finishOrFailAFetch();
                default -> {
                    if (restores != Restores.NONE && random.nextInt(4) == 0) {
                        restore();
                    } else if (random.nextInt(3) == 0) {
                        process.restart();
                    }
                }
            }
        }

        private void restore() {
            if (restores == Restores.GO_ON) {
                service.restore();
            } else {
                // Else a process that starts again might be given what was lost, under a number that stands by then.
                underway.clear();
                service.restoreAndGiveNumbersAgain();
            }
        }

        private void send(@Nullable Offer answer) {
            if (answer != null) {
                underway.add(Offered.byService(answer, consumer));
            }
        }

        private void arrive() {
            if (!underway.isEmpty()) {
                Offered answer = underway.remove(random.nextInt(underway.size()));
                if (random.nextInt(8) > 0) {
                    process.hear(answer);
                }
            }
        }

        private void finishOrFailAFetch() {
            if (process.isFetching()) {
                int which = random.nextInt(100);
                if (random.nextInt(3) == 0) {
                    process.failFetch(which);
                } else {
                    process.finishFetch(which);
                }
            }
        }

        /** Without a value, it takes an old answer although it knows of the newest head. */
        private void startAgainWithAnOldAnswer() {
            Offered old = service.fallback();
            service.catchUp();
            process.hear(service.fallback());
            process.restart();
            process.hear(old);
            if (process.isFetching()) {
                process.finishFetch(0);
            }
        }

        /** Both nodes are up to date, and the process polls both, until its fetches have failed often enough. */
        private void settle() {
            service.catchUp();
            long held = process.mark().version();
            int failures = random.nextInt(MOST_FAILURES + 1);
            for (int round = 0; round <= MOST_FAILURES; round++) {
                for (int node = 0; node < SimulatedService.NODES; node++) {
                    Offer answer = service.answer(node, process.mark(), random);
                    if (answer != null) {
                        process.hear(Offered.byService(answer, consumer));
                    }
                    while (process.isFetching()) {
                        if (failures-- > 0) {
                            process.failFetch(0);
                        } else {
                            process.finishFetch(0);
                        }
                    }
                }
            }
            if (service.newest().version() == 0) {
                assertThat(process.mark().version())
                        .as("it holds its value if nothing resolves")
                        .isEqualTo(held);
            }
        }

        private void converged() {
            SimulatedService.Step newest = service.newest();
            Mark mark = process.mark();
            assertThat(newest.isAt(mark.epoch(), mark.revision()))
                    .as("the mark %s is at the newest head", mark)
                    .isTrue();
            boolean refusedWithReason = service.wasRestored()
                    && mark.version() > newest.version()
                    && !newest.pinned()
                    && !newest.head().getWithdrawnList().contains(mark.version());
            if (newest.version() != 0 && !refusedWithReason) {
                assertThat(mark.version())
                        .as("it runs what the newest head says")
                        .isEqualTo(newest.version());
                assertThat(mark.digests())
                        .as("and not what had that number before")
                        .isEqualTo(Offered.resolved(newest.head(), consumer).digests());
            }
        }
    }
}
