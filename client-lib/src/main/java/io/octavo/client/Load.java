package io.octavo.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One load, on a loading thread: makes the value of the wanted version, or, if that can't be had, of the first one in
 * its place that can. Blocks.
 */
final class Load<T> implements Runnable {
    private final @Nullable Target wanted;
    private final StartSources sources;
    private final Making<T> making;
    private final Receiver<T> receiver;
    private volatile boolean cancelled;
    private volatile @Nullable OctavoException failure;

    /** Who has versions loaded. Is called without any lock: on loading threads, and {@link #again} by a timer. */
    interface Receiver<T> {
        /** What may be run in place of a version that can't be had, best first; none once there is a value. Blocks. */
        List<Target> standIns(Target wanted);

        /** A value is there. Its payload is the receiver's, and so is telling {@link Loading} that the load has ended. */
        void made(Load<T> load, Target by, Making.Made<T> made);

        /** Nothing could be had. */
        void failed(Load<T> load, OctavoException why);

        /** The wait after a failure is over. */
        void again();
    }

    /** @param wanted null = the version of the configuration, which has yet to be found */
    Load(@Nullable Target wanted, StartSources sources, Making<T> making, Receiver<T> receiver) {
        this.wanted = wanted;
        this.sources = sources;
        this.making = making;
        this.receiver = receiver;
    }

    @Override
    public void run() {
        try {
            load();
        } catch (Throwable e) {
            // Errors as well, such as a class that is missing: else it would wait for ever, and nobody would know why.
            receiver.failed(this, Errors.from(e, "load " + sources.topic()));
        }
    }

    /** It ends soon, and what comes of it isn't wanted. */
    void cancel() {
        cancelled = true;
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** Why the wanted version couldn't be had, if something is tried in its place. */
    @Nullable
    OctavoException failure() {
        return failure;
    }

    private void load() {
        OctavoException error = attempt(wanted == null ? sources.overridden() : wanted);
        if (error == null) {
            return;
        }
        if (wanted != null && !cancelled) {
            failure = error;
            for (Target other : receiver.standIns(wanted)) {
                if (!cancelled && attempt(other) == null) {
                    return;
                }
            }
        }
        receiver.failed(this, error);
    }

    /** Answers what went wrong; null if there is a value. */
    private @Nullable OctavoException attempt(Target target) {
        Making.Made<T> made;
        try {
            made = making.make(target, this::isCancelled);
        } catch (OctavoException e) {
            return e;
        }
        receiver.made(this, target, made);
        return null;
    }
}
