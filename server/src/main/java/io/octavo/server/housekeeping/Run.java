package io.octavo.server.housekeeping;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One run of a task: whether it may go on, and what it has done so far. For one thread. */
public final class Run {
    private final long term;
    private final BooleanSupplier leads;
    private final BooleanSupplier inTime;
    private final boolean asked;
    private long examined;
    private long done;
    private long failed;
    private @Nullable String error;

    /**
     * @param term   the lease's generation
     * @param leads  whether this node still leads in that term, and isn't stopping
     * @param inTime whether the run's time isn't over
     */
    Run(long term, BooleanSupplier leads, BooleanSupplier inTime) {
        this(term, leads, inTime, false);
    }

    /** @param asked somebody has asked for it */
    Run(long term, BooleanSupplier leads, BooleanSupplier inTime, boolean asked) {
        this.term = term;
        this.leads = leads;
        this.inTime = inTime;
        this.asked = asked;
    }

    /** Whether the next step may begin; once it is false, the run is to end. */
    public boolean mayGoOn() {
        return isLed() && isInTime();
    }

    /** The term of this node's leadership; what was learned in another one may be out of date. */
    public long term() {
        return term;
    }

    /** Whether somebody has asked for it: what is looked at once a day or so is looked at now. */
    boolean isAsked() {
        return asked;
    }

    /** Something was looked at. */
    public void examined() {
        examined++;
    }

    /** Something was put in order. */
    public void done() {
        done++;
    }

    /** Something could not be put in order, and is left to a later run. */
    public void failed(RuntimeException e) {
        failed++;
        if (error == null) {
            error = String.valueOf(e.getMessage());
        }
    }

    boolean isLed() {
        return leads.getAsBoolean();
    }

    boolean isInTime() {
        return inTime.getAsBoolean();
    }

    long examinedCount() {
        return examined;
    }

    long doneCount() {
        return done;
    }

    long failedCount() {
        return failed;
    }

    @Nullable
    String error() {
        return error;
    }
}
