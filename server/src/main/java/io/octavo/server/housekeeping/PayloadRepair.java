package io.octavo.server.housekeeping;

import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.server.payload.PayloadRepairs;
import io.octavo.server.payload.PayloadRepairs.Kept;
import io.octavo.server.payload.PayloadRepairs.Repair;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings direct payloads that did not reach every datacentre to those that were away. */
public final class PayloadRepair implements TaskPart {
    private static final Logger LOG = LoggerFactory.getLogger(PayloadRepair.class);
    /** A repair is noted before its payload is written: for so long that payload may be on its way. */
    static final Duration MAY_STILL_COME = Duration.ofMinutes(10);

    /** One after the other: while a datacentre is away, everything fails for the same reason. */
    private static final int FAILURES_THAT_END_A_RUN = 3;

    private static final int MOST_FAILURES = 1_000;

    private final PayloadRepairs repairs;
    private final InstantSource clock;
    private final MeterRegistry meters;
    /** By the run before: the others come first. */
    private Set<Repair> failedBefore = Set.of();

    private Set<Repair> failed = new HashSet<>();
    private int failedInARow;

    public PayloadRepair(PayloadRepairs repairs, InstantSource clock, MeterRegistry meters) {
        this.repairs = repairs;
        this.clock = clock;
        this.meters = meters;
    }

    @Override
    public void run(Run run) {
        failedBefore = failed;
        failed = new HashSet<>();
        failedInARow = 0;
        for (LocalDate day : repairs.days()) {
            if (goesOn(run)) {
                repairs.visit(day, repair -> {
                    if (!failedBefore.contains(repair)) {
                        attempt(repair, run);
                    }
                    return goesOn(run);
                });
            }
        }
        for (Repair repair : failedBefore) {
            if (goesOn(run)) {
                attempt(repair, run);
            }
        }
        if (run.doneCount() > 0 || run.failedCount() > 0) {
            LOG.info("direct payloads repaired: {}, left for later: {}", run.doneCount(), run.failedCount());
        }
    }

    private boolean goesOn(Run run) {
        return run.mayGoOn() && failedInARow < FAILURES_THAT_END_A_RUN && failed.size() < MOST_FAILURES;
    }

    private void attempt(Repair repair, Run run) {
        run.examined();
        try {
            String outcome = repair(repair);
            failedInARow = 0;
            if (outcome.equals("repaired")) {
                run.done();
            }
            count(outcome);
        } catch (RuntimeException e) {
            failed.add(repair);
            failedInARow++;
            run.failed(e);
            count("failed");
            LOG.warn("direct payload {} is not in every datacentre yet: {}", repair.payloadId(), e.getMessage());
        }
    }

    private String repair(Repair repair) {
        Kept kept = repairs.read(repair.payloadId());
        if (kept != null) {
            repairs.write(repair.payloadId(), kept);
            repairs.remove(repair);
            return "repaired";
        }
        if (mayStillCome(repair)) {
            return "left";
        }
        repairs.remove(repair);
        return "missing";
    }

    private boolean mayStillCome(Repair repair) {
        Instant noted = repair.noted();
        return noted != null && noted.plus(MAY_STILL_COME).isAfter(clock.instant());
    }

    private void count(String outcome) {
        meters.counter("octavo.gc.repairs", "outcome", outcome).increment();
    }
}
