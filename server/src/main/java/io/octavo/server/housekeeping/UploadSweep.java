package io.octavo.server.housekeeping;

import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.server.housekeeping.Owners.Owner;
import io.octavo.server.payload.UploadLedger;
import io.octavo.server.payload.UploadLedger.Upload;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the bytes of uploads that became part of nothing. An upload older than the margin is first given up in the
 * log, by a condition that a commit of it decides against or fails by; only then are its bytes removed. A margin later
 * they are removed once more, for what a slow writer has stored meanwhile, and the upload is struck off the list. Each
 * step can be repeated, and follows from what the steps before have left.
 */
public final class UploadSweep implements TaskPart {
    private static final Logger LOG = LoggerFactory.getLogger(UploadSweep.class);
    /** After so many failures in S3 one after the other, the rest of a run leaves S3 alone. */
    private static final int FAILURES_IN_A_ROW = 5;
    /** A day that isn't over is looked through this often in the time of a margin. */
    private static final int LOOKS_PER_MARGIN = 4;
    /** A day stays on the list for so long after its end at least: clocks may differ. */
    private static final Duration STAYS = Duration.ofDays(1);

    private final UploadLedger ledger;
    private final Owners owners;
    private final UnownedBytes bytes;
    private final HousekeepingConfig.Sweep config;
    private final InstantSource clock;
    private final Pace pace;
    private final MeterRegistry meters;
    private final Map<LocalDate, Instant> looked = new HashMap<>();

    /** What becomes of an upload in one run. */
    enum Fate {
        /** Too young, or given up too short a time ago, or nobody can say yet whose it is. */
        LEFT,
        /** Part of a version: only struck off the list. */
        COMMITTED,
        /** Given up, and its bytes removed. */
        ABORTED,
        /** Its bytes removed again, and struck off the list. */
        REMOVED,
        /** Something could not be asked; tried again with the next run. */
        FAILED
    }

    /** @param nanoTime as {@link System#nanoTime} */
    public UploadSweep(
            UploadLedger ledger,
            Owners owners,
            UnownedBytes bytes,
            HousekeepingConfig.Sweep config,
            InstantSource clock,
            LongSupplier nanoTime,
            MeterRegistry meters) {
        this.ledger = ledger;
        this.owners = owners;
        this.bytes = bytes;
        this.config = config;
        this.clock = clock;
        this.pace = new Pace(config.deletesPerSecond(), nanoTime, Pace.Pause.REAL);
        this.meters = meters;
    }

    @Override
    public void run(Run run) {
        Instant before = clock.instant().minus(config.margin());
        Pass pass = new Pass(run, before);
        List<LocalDate> days = ledger.days();
        for (LocalDate day : days) {
            if (run.mayGoOn() && isDue(day, before)) {
                pass.look(day);
            }
        }
        looked.keySet().retainAll(days);
        int unfinished = run.mayGoOn() ? abortUnfinished(before, run) : 0;
        pass.tell(unfinished);
    }

    private boolean isDue(LocalDate day, Instant before) {
        if (day.isAfter(LocalDate.ofInstant(before, ZoneOffset.UTC))) {
            return false;
        }
        Instant last = looked.getOrDefault(day, Instant.EPOCH);
        // Most of what a day that isn't over has is too young: reading it every time would be for nothing.
        return !end(day).isAfter(before)
                || !last.plus(config.margin().dividedBy(LOOKS_PER_MARGIN)).isAfter(clock.instant());
    }

    private static Instant end(LocalDate day) {
        return day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private int abortUnfinished(Instant before, Run run) {
        try {
            int aborted = bytes.abortUnfinished(before);
            meters.counter("octavo.gc.unfinished").increment(aborted);
            return aborted;
        } catch (RuntimeException e) {
            run.failed(e);
            LOG.warn("unfinished uploads stay for now: {}", e.getMessage());
            return 0;
        }
    }

    /** One run's way through the list. */
    private final class Pass {
        private final Run run;
        private final Instant before;
        private final Map<Fate, Integer> fates = new EnumMap<>(Fate.class);
        private int failuresInARow;
        private long seen;

        Pass(Run run, Instant before) {
            this.run = run;
            this.before = before;
        }

        /** Looks through a day; should that fail, the others are looked through nevertheless. */
        void look(LocalDate day) {
            long seenBefore = seen;
            try {
                ledger.visit(day, this::sweep);
                looked.put(day, clock.instant());
                boolean isLongOver =
                        !end(day).isAfter(before) && !end(day).plus(STAYS).isAfter(clock.instant());
                if (isLongOver && seen == seenBefore) {
                    strikeOff(day);
                }
            } catch (RuntimeException e) {
                run.failed(e);
                LOG.warn("uploads of {} stay on the list for now: {}", day, e.getMessage());
            }
        }

        /** All copies of the list are asked, which need not be there: it stays until they are, and does no harm. */
        private void strikeOff(LocalDate day) {
            try {
                ledger.removeIfEmpty(day);
            } catch (RuntimeException e) {
                LOG.info("the day {} stays on the list of uploads for now: {}", day, e.getMessage());
            }
        }

        /** Whether to go on. */
        private boolean sweep(Upload upload) {
            seen++;
            if (!run.mayGoOn()) {
                return false;
            }
            Fate fate = fateOf(upload);
            fates.merge(fate, 1, Integer::sum);
            if (fate != Fate.LEFT) {
                run.examined();
                meters.counter("octavo.gc.uploads", "outcome", fate.name().toLowerCase(Locale.ROOT))
                        .increment();
            }
            if (fate == Fate.ABORTED || fate == Fate.REMOVED) {
                run.done();
            }
            return true;
        }

        private Fate fateOf(Upload upload) {
            boolean tooMuchFails = !upload.direct() && failuresInARow >= FAILURES_IN_A_ROW;
            try {
                Fate fate = upload.aborted() == null ? giveUp(upload, tooMuchFails) : lookAgain(upload, tooMuchFails);
                if (fate == Fate.ABORTED || fate == Fate.REMOVED) {
                    failuresInARow = upload.direct() ? failuresInARow : 0;
                }
                return fate;
            } catch (RuntimeException e) {
                run.failed(e);
                failuresInARow += upload.direct() ? 0 : 1;
                LOG.warn("upload {} of {} stays for now: {}", upload.uploadId(), upload.topic(), e.getMessage());
                return Fate.FAILED;
            }
        }

        private Fate giveUp(Upload upload, boolean bytesStay) {
            if (upload.started().isAfter(before)) {
                return Fate.LEFT;
            }
            Owner owner = owners.settle(upload.topic(), upload.uploadId());
            if (owner == Owner.VERSION) {
                ledger.remove(upload);
                return Fate.COMMITTED;
            }
            if (owner == Owner.UNDECIDED || bytesStay || !pace.await()) {
                return Fate.LEFT;
            }
            bytes.delete(upload.uploadId(), upload.direct());
            ledger.aborted(upload, clock.instant());
            return Fate.ABORTED;
        }

        private Fate lookAgain(Upload upload, boolean bytesStay) {
            Instant aborted = upload.aborted();
            if (bytesStay || aborted == null || aborted.isAfter(before) || !pace.await()) {
                return Fate.LEFT;
            }
            bytes.delete(upload.uploadId(), upload.direct());
            ledger.remove(upload);
            return Fate.REMOVED;
        }

        void tell(int unfinished) {
            fates.remove(Fate.LEFT);
            if (!fates.isEmpty() || unfinished > 0) {
                LOG.info("uploads older than {}: {}, unfinished in S3: {}", config.margin(), fates, unfinished);
            }
        }
    }
}
