package io.octavo.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.rules.Acceptance.Mark;
import io.octavo.rules.Acceptance.Offered;
import io.octavo.rules.Acceptance.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A process that follows the rules of acceptance, and holds each of its steps against what must always be true. */
final class SimulatedProcess {
    private final SimulatedService service;
    private final Map<Verdict, Integer> verdicts;
    private final Set<Long> ranUnderAPin = new HashSet<>();
    private List<Offered> fetches = new ArrayList<>();
    private Mark mark = Mark.NONE;

    SimulatedProcess(SimulatedService service, Map<Verdict, Integer> verdicts) {
        this.service = service;
        this.verdicts = verdicts;
    }

    Mark mark() {
        return mark;
    }

    /** Where in the story the mark is. */
    int position() {
        return service.indexOf(mark.epoch(), mark.revision());
    }

    /** Starts again, with its mark but without a value. */
    void restart() {
        mark = new Mark(mark.epoch(), mark.revision(), 0, false, false);
        fetches.clear();
    }

    void hear(Offered offered) {
        Verdict verdict = Acceptance.judge(mark, offered);
        verdicts.merge(verdict, 1, Integer::sum);
        boolean hasRecord = Heads.record(offered.head(), offered.version()) != null;
        if (mark.version() == 0 && hasRecord) {
            assertThat(verdict).as("without a value").isEqualTo(Verdict.RUN);
        }
        int before = position();
        Mark heard = Acceptance.heard(mark, offered);
        assertThat(heard.version()).as("hearing runs nothing").isEqualTo(mark.version());
        mark = heard;
        assertThat(position()).as("the mark never falls").isGreaterThanOrEqualTo(before);
        if (verdict == Verdict.RUN) {
            assertThat(hasRecord).as("what is to run can be fetched").isTrue();
            assertThat(Acceptance.judge(mark, offered))
                    .as("it can be tried again")
                    .isEqualTo(Verdict.RUN);
            fetches.removeIf(other -> isNumberGivenAgain(other, offered));
            fetches.add(offered);
        }
        if (verdict == Verdict.REFUSE_LOWER) {
            assertThat(service.wasRestored() || isStopgap(offered))
                    .as("what the head resolves to always has its reason")
                    .isTrue();
        }
    }

    /** Whether it was offered to a process without a value, in place of a version held back. */
    private boolean isStopgap(Offered offered) {
        int index = service.indexOf(offered.head().getEpoch(), offered.head().getRevision());
        return service.step(index).version() != offered.version();
    }

    private static boolean isNumberGivenAgain(Offered one, Offered other) {
        return one.version() == other.version() && !one.digests().equals(other.digests());
    }

    boolean isFetching() {
        return !fetches.isEmpty();
    }

    /** Takes away the fetches that are under way, to finish them later; not those that nobody would offer again. */
    List<Offered> detachFetches() {
        List<Offered> detached = new ArrayList<>(fetches);
        detached.removeIf(this::isOfferedOnce);
        fetches.removeAll(detached);
        return detached;
    }

    /** What nobody would offer again is tried again later. */
    void failFetch(int index) {
        Offered failed = fetches.remove(index % fetches.size());
        if (isOfferedOnce(failed)) {
            fetches.add(failed);
        }
    }

    /** A service can't tell what it says it runs from another version that has the same number now. */
    private boolean isOfferedOnce(Offered offered) {
        return offered.version() == mark.version();
    }

    void finishFetch(int index) {
        finish(fetches.remove(index % fetches.size()));
    }

    void finish(Offered offered) {
        if (Acceptance.judge(mark, offered) == Verdict.RUN) {
            run(offered);
        }
    }

    private void run(Offered offered) {
        int offeredAt =
                service.indexOf(offered.head().getEpoch(), offered.head().getRevision());
        SimulatedService.Step step = service.step(offeredAt);
        int before = position();
        if (mark.version() != 0) {
            assertThat(offeredAt).as("never back to an older offer").isGreaterThanOrEqualTo(before);
            if (offered.version() < mark.version()) {
                assertThat(hasReason(step)).as("a reason to go lower").isTrue();
            }
            if (offeredAt == before && mark.settled()) {
                assertThat(offered.fromService() && offered.version() > mark.version())
                        .as("only a higher word of the service stands at a settled revision")
                        .isTrue();
            }
        }
        mark = Acceptance.applied(mark, offered);
        assertThat(mark.version()).isEqualTo(offered.version());
        assertThat(position()).as("the mark is the highest received").isEqualTo(Math.max(before, offeredAt));
        if (step.pinned()) {
            ranUnderAPin.add(mark.version());
        }
    }

    private boolean hasReason(SimulatedService.Step step) {
        return step.pinned()
                || ranUnderAPin.contains(mark.version())
                || service.wasEverPinned(mark.version())
                || step.head().getWithdrawnList().contains(mark.version());
    }
}
