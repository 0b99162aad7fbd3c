package io.octavo.server.housekeeping;

import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** One run of a task: whether it may go on, and what it has done so far. For one thread. */
public final class Run {
    private final long term;
    private final BooleanSupplier leads;
    private final DoubleSupplier spent;
    private final boolean asked;
    private long examined;
    private long done;
    private long failed;
    private @Nullable String error;

    /**
     * @param term  the lease's generation
     * @param leads whether this node still leads in that term, and isn't stopping
     * @param spent how much of the run's time is over: 0 = nothing, 1 and more = all
     */
    Run(long term, BooleanSupplier leads, DoubleSupplier spent) {
        this(term, leads, spent, false);
    }

    /** @param asked somebody has asked for it */
    Run(long term, BooleanSupplier leads, DoubleSupplier spent, boolean asked) {
        this.term = term;
        this.leads = leads;
        this.spent = spent;
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

    /** How much of its time is over: 0 = nothing, 1 and more = all. */
    double spent() {
        return spent.getAsDouble();
    }

    boolean isLed() {
        return leads.getAsBoolean();
    }

    boolean isInTime() {
        return spent() < 1;
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
