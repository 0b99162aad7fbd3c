package io.octavo.server.housekeeping;

import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.server.housekeeping.Owners.Owner;
import io.octavo.server.payload.Origin;
import io.octavo.server.payload.StoredObject;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A way through all objects of a place, which goes on with each run and begins anew some time after. For one thread. */
final class ObjectWalk {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectWalk.class);
    /** While the log or a region is away, everything fails for the same reason. */
    private static final int FAILURES_THAT_END_A_RUN = 5;

    private final SweptObjects place;
    private final Pace looks;
    private final Pace deletes;
    private final RandomGenerator random;
    private final MeterRegistry meters;
    private final Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
    private @Nullable Instant begun;
    private boolean isOver = true;
    private boolean isPastTheEnd;
    private String start = "";
    private String after = "";

    /** What becomes of an object. */
    private enum Outcome {
        /** Somebody has it. */
        OWNED,
        /** Of an upload that may still be under way. */
        YOUNG,
        /** Nobody had it. */
        REMOVED,
        /** Nobody has it as far as is known, but the log was restored, or is to be. */
        UNDECIDED,
        /** It doesn't say whose it is, or is another installation's: it stays. */
        UNKNOWN,
        /** Its key is none of ours: it stays. */
        FOREIGN,
        /** Something could not be asked: it stays until the next time. */
        FAILED
    }

    ObjectWalk(SweptObjects place, Pace looks, Pace deletes, RandomGenerator random, MeterRegistry meters) {
        this.place = place;
        this.looks = looks;
        this.deletes = deletes;
        this.random = random;
        this.meters = meters;
    }

    /**
     * Goes on where it was, or begins anew if that is due.
     *
     * @param goOn   asked before each object
     * @param before only what was made before that time is looked at
     * @param again  from the beginning of a walk to that of the next
     * @param most   so many objects at most
     */
    void goOn(Run run, BooleanSupplier goOn, Instant now, Instant before, Duration again, long most) {
        if (isOver) {
            if (begun != null && begun.plus(again).isAfter(now)) {
                return;
            }
            begin(now);
        }
        long looked = 0;
        int failures = 0;
        while (!isOver && looked < most && goOn.getAsBoolean()) {
            List<StoredObject> page = page(run);
            if (page == null) {
                return;
            }
            for (StoredObject object : page) {
                if (looked >= most || failures >= FAILURES_THAT_END_A_RUN || !goOn.getAsBoolean()) {
                    return;
                }
                if (isPastTheEnd && object.key().compareTo(start) > 0) {
                    end();
                    return;
                }
                Outcome outcome = outcomeOf(object, before, run);
                if (outcome == null) {
                    return;
                }
                failures = outcome == Outcome.FAILED ? failures + 1 : 0;
                count(outcome, run);
                looked++;
                after = object.key();
            }
        }
    }

    private void begin(Instant now) {
        begun = now;
        isOver = false;
        isPastTheEnd = false;
        outcomes.clear();
        start = place.prefix() + HexFormat.of().toHexDigits((byte) random.nextInt());
        after = start;
    }

    /** The next objects; null if they can't be listed, none at the end of the list, which goes on at its beginning. */
    private @Nullable List<StoredObject> page(Run run) {
        try {
            List<StoredObject> page = place.list(after);
            if (page.isEmpty()) {
                if (isPastTheEnd) {
                    end();
                } else {
                    isPastTheEnd = true;
                    after = "";
                }
            }
            return page;
        } catch (RuntimeException e) {
            run.failed(e);
            LOG.warn("{} can't be listed: {}", place.name(), e.getMessage());
            return null;
        }
    }

    private void end() {
        isOver = true;
        boolean isNews = outcomes.keySet().stream().anyMatch(outcome -> outcome.compareTo(Outcome.YOUNG) > 0);
        if (isNews) {
            LOG.info("{}: all objects were looked at: {}", place.name(), outcomes);
        }
    }

    /** Null if the run was interrupted. */
    private @Nullable Outcome outcomeOf(StoredObject object, Instant before, Run run) {
        if (object.payloadId() == 0) {
            return Outcome.FOREIGN;
        }
        if (object.modified().isAfter(before)) {
            return Outcome.YOUNG;
        }
        if (!looks.await()) {
            return null;
        }
        try {
            return outcomeOf(object, before);
        } catch (RuntimeException e) {
            run.failed(e);
            LOG.warn("{}: {} stays for now: {}", place.name(), object.key(), e.getMessage());
            return Outcome.FAILED;
        }
    }

    private @Nullable Outcome outcomeOf(StoredObject object, Instant before) {
        Origin origin = place.origin(object.key());
        if (origin == null) {
            return Outcome.UNKNOWN;
        }
        if (origin.started() != null && origin.started().isAfter(before)) {
            return Outcome.YOUNG;
        }
        Owner owner = place.owner(origin, object.payloadId());
        if (owner == null) {
            return Outcome.UNKNOWN;
        }
        return switch (owner) {
            case VERSION -> Outcome.OWNED;
            case UNDECIDED -> Outcome.UNDECIDED;
            case NOBODY -> remove(object, origin);
        };
    }

    private @Nullable Outcome remove(StoredObject object, Origin origin) {
        if (!deletes.await()) {
            return null;
        }
        place.delete(object.payloadId());
        LOG.info("{}: {}, of {}, belonged to nobody and is removed", place.name(), object.key(), origin.topic());
        return Outcome.REMOVED;
    }

    private void count(Outcome outcome, Run run) {
        outcomes.merge(outcome, 1L, Long::sum);
        run.examined();
        if (outcome == Outcome.REMOVED) {
            run.done();
        }
        meters.counter("octavo.gc.objects", "outcome", outcome.name().toLowerCase(Locale.ROOT))
                .increment();
    }
}
