package io.octavo.server.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.housekeeping.Interposed.Killed;
import io.octavo.server.payload.PayloadRepairs;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PayloadRepairTest {
    private static final LocalDate DAY = LocalDate.of(2026, 3, 1);

    private final TestTime time = new TestTime();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Datacentres datacentres = new Datacentres();
    private final PayloadRepair repair = repair(step -> {});

    private PayloadRepair repair(Consumer<String> hook) {
        return new PayloadRepair(Interposed.of(PayloadRepairs.class, datacentres, hook), time, meters);
    }

    /** The list of repairs, a datacentre that has all payloads, and one that may be away. */
    private static final class Datacentres implements PayloadRepairs {
        private final Map<Long, Kept> near = new HashMap<>();
        private final Map<Long, Kept> far = new HashMap<>();
        private final List<Repair> repairs = new ArrayList<>();
        private boolean away;
        private Set<Long> broken = Set.of();

        void note(long id, @Nullable Instant noted) {
            repairs.add(new Repair(DAY, id, noted));
        }

        void store(long id) {
            near.put(id, new Kept(ByteString.copyFromUtf8("bytes of " + id), 1_000 + id));
        }

        @Override
        public List<LocalDate> days() {
            return repairs.stream().map(Repair::day).distinct().toList();
        }

        @Override
        public void visit(LocalDate day, Predicate<Repair> visitor) {
            for (Repair one : List.copyOf(repairs)) {
                if (!visitor.test(one)) {
                    return;
                }
            }
        }

        @Override
        public @Nullable Kept read(long payloadId) {
            return near.get(payloadId);
        }

        @Override
        public void write(long payloadId, Kept kept) {
            if (away || broken.contains(payloadId)) {
                throw ServiceException.unavailable("the far one is away", Duration.ofSeconds(1), null);
            }
            far.put(payloadId, kept);
        }

        @Override
        public void remove(Repair repair) {
            repairs.remove(repair);
        }
    }

    @Test
    void aPayloadIsWrittenWhereItIsMissingAsItWas() {
        datacentres.store(1);
        datacentres.note(1, time.instant());
        Run run = Runs.of(repair);
        assertThat(run.doneCount()).isEqualTo(1);
        assertThat(datacentres.far).isEqualTo(datacentres.near);
        assertThat(datacentres.repairs).isEmpty();
        assertCounted("repaired", 1);
    }

    @Test
    void aPayloadThatWasSweptNeedsNoRepairOnceItCanNotBeOnItsWayAnyMore() {
        datacentres.note(1, time.instant());
        datacentres.note(2, null);
        Runs.of(repair);
        assertThat(datacentres.repairs).hasSize(1);
        time.pass(PayloadRepair.MAY_STILL_COME);
        Runs.of(repair);
        assertThat(datacentres.repairs).isEmpty();
        assertThat(datacentres.far).isEmpty();
        assertCounted("missing", 2);
        assertCounted("left", 1);
    }

    @Test
    void whileTheDatacentreIsAwayRepairsWaitAndFewAreTried() {
        for (long id = 1; id <= 10; id++) {
            datacentres.store(id);
            datacentres.note(id, time.instant());
        }
        datacentres.away = true;
        Run run = Runs.of(repair);
        assertThat(run.failedCount()).isEqualTo(3);
        assertThat(run.error()).isEqualTo("the far one is away");
        assertThat(datacentres.repairs).hasSize(10);
        datacentres.away = false;
        assertThat(Runs.of(repair).doneCount()).isEqualTo(10);
        assertThat(datacentres.far).hasSize(10);
    }

    @Test
    void whatFailsAgainAndAgainDoesNotKeepTheOthersFromTheirTurn() {
        for (long id = 1; id <= 10; id++) {
            datacentres.store(id);
            datacentres.note(id, time.instant());
        }
        datacentres.broken = Set.of(1L, 2L, 3L, 4L);
        assertThat(Runs.of(repair).failedCount()).isEqualTo(3);
        Runs.of(repair);
        assertThat(datacentres.far).hasSize(6);
        datacentres.broken = Set.of();
        assertThat(Runs.of(repair).doneCount()).isEqualTo(4);
    }

    @Test
    void aRunThatMayNotGoOnLeavesTheRestToTheNext() {
        for (long id = 1; id <= 3; id++) {
            datacentres.store(id);
            datacentres.note(id, time.instant());
        }
        assertThat(Runs.steps(repair, 2).doneCount()).isEqualTo(2);
        assertThat(Runs.of(repair).doneCount()).isEqualTo(1);
    }

    @Test
    void aRepairThatIsKilledBetweenAnyTwoStepsIsDoneAgain() {
        for (String fatal : List.of("before read", "after read", "before write", "after write", "before remove")) {
            datacentres.store(1);
            datacentres.note(1, time.instant());
            PayloadRepair mortal = repair(step -> {
                if (step.equals(fatal)) {
                    throw new Killed(step);
                }
            });
            try {
                Runs.of(mortal);
            } catch (Killed e) {
                assertThat(e).hasMessage(fatal);
            }
            assertThat(datacentres.repairs).as(fatal).hasSize(1);
            assertThat(Runs.of(repair).doneCount()).isEqualTo(1);
            assertThat(datacentres.repairs).isEmpty();
            assertThat(datacentres.far).isEqualTo(datacentres.near);
            datacentres.far.clear();
        }
    }

    private void assertCounted(String outcome, int count) {
        assertThat(meters.get("octavo.gc.repairs")
                        .tag("outcome", outcome)
                        .counter()
                        .count())
                .isEqualTo(count);
    }
}
