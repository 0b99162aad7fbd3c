package io.octavo.client;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One load at a time, and a wait after one that failed. Not for use by several threads: whoever calls it holds the
 * receiver's lock; only the loads themselves run elsewhere.
 */
final class Loading<T> {
    private static final Logger LOG = System.getLogger("io.octavo.client");

    private final StartSources sources;
    private final Making<T> making;
    private final SubscriptionMachinery machinery;
    private final Load.Receiver<T> receiver;
    private @Nullable Load<T> load;
    private @Nullable Future<?> retry;

    Loading(StartSources sources, Making<T> making, SubscriptionMachinery machinery, Load.Receiver<T> receiver) {
        this.sources = sources;
        this.making = making;
        this.machinery = machinery;
        this.receiver = receiver;
    }

    /**
     * Begins a load, unless one is under way or a failure is being waited out.
     *
     * @param wanted null = the version of the configuration, which has yet to be found
     */
    void start(@Nullable Target wanted) {
        if (load != null || retry != null) {
            return;
        }
        Load<T> next = new Load<>(wanted, sources, making, receiver);
        load = next;
        try {
            machinery.loads().execute(next);
        } catch (RejectedExecutionException e) {
            // This client is closed.
            load = null;
        } catch (RuntimeException | Error e) {
            // No thread can be had now. Who asked must hear nothing of it: the poll loop would stand still.
            LOG.log(Level.WARNING, "topic {0}: can''t begin to load: {1}", sources.topic(), e);
            load = null;
            retryLater(1);
        }
    }

    /** What is under way isn't wanted any more; it stays the one load until it has {@link #ended}. */
    void stop() {
        waitNoMore();
        if (load != null) {
            load.cancel();
        }
    }

    /** The load under way is over, all that was done with its value included. */
    void ended() {
        load = null;
    }

    /** After so many failures in a row, 1 or more, the receiver is told a while later to try again. */
    void retryLater(int failures) {
        waitNoMore();
        Duration wait =
                machinery.limits().reload().around(failures, machinery.world().random());
        retry = machinery.world().timers().after(wait, receiver::again);
    }

    void waitNoMore() {
        if (retry != null) {
            retry.cancel(false);
            retry = null;
        }
    }
}
