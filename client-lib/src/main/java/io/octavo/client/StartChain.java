package io.octavo.client;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * How a subscription without a value gets on when the service doesn't answer: after two polls that failed, or its time, the
 * fallback cache and the disk are asked, and again after each failed poll. Safe for use by several threads.
 */
final class StartChain {
    private static final Logger LOG = System.getLogger("io.octavo.client");
    /** Polls that fail in a row until the service is given up as the first one to be asked. */
    private static final int FAILED_POLLS = 2;

    private final String topic;
    private final StartSources sources;
    private final SubscriptionMachinery machinery;
    private final Subscriber subscriber;
    private final Tried tried = new Tried();
    private @Nullable Future<?> patience;
    private int failedPolls;
    private int failures;
    private boolean isAsking;

    /** Who is in need of a value. It may hold its own lock when it calls this, but is called without this one's. */
    interface Subscriber {
        /** Whether it has no value, and nobody has said what there is to run. */
        boolean isInNeed();

        /** This is to run. */
        void found(Target target);

        /** Nobody has anything, for so many times in a row now. */
        void foundNothing(OctavoException why, int times);
    }

    StartChain(StartSources sources, SubscriptionMachinery machinery, Subscriber subscriber) {
        this.topic = sources.topic();
        this.sources = sources;
        this.machinery = machinery;
        this.subscriber = subscriber;
    }

    /** What was tried in vain. */
    Tried tried() {
        return tried;
    }

    /** The service's time begins. */
    synchronized void begin() {
        patience = machinery.world().timers().after(machinery.start().patience(), this::serviceIsSlow);
    }

    /** The service has answered. */
    synchronized void answered() {
        failedPolls = 0;
        tried.forget(Source.SERVICE);
        if (patience != null) {
            patience.cancel(false);
            patience = null;
        }
    }

    void pollFailed(OctavoException error) {
        tried.failed(Source.SERVICE, String.valueOf(error.getMessage()));
        boolean isEnough;
        synchronized (this) {
            isEnough = ++failedPolls >= FAILED_POLLS;
        }
        if (isEnough) {
            askOthers();
        } else {
            prepare();
        }
    }

    /** Uses the time until the next poll. */
    private void prepare() {
        if (!subscriber.isInNeed()) {
            return;
        }
        try {
            machinery.lookups().execute(machinery.starts()::prepare);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.DEBUG, "closed, or no thread can be had", e);
        }
    }

    /** Asks others, unless they are being asked or there is no need. */
    void askOthers() {
        if (!subscriber.isInNeed()) {
            return;
        }
        synchronized (this) {
            if (isAsking) {
                return;
            }
            isAsking = true;
        }
        try {
            machinery.lookups().execute(this::ask);
        } catch (RuntimeException | Error e) {
            // This client is closed, or no thread can be had now: the next poll that fails tries again.
            LOG.log(Level.DEBUG, "topic " + topic + ": can't look for something to start with", e);
            done(null);
        }
    }

    private void serviceIsSlow() {
        Duration waited = machinery.start().patience();
        if (subscriber.isInNeed()) {
            if (!hasFailed()) {
                tried.failed(Source.SERVICE, "no answer within " + waited);
            }
            askOthers();
        }
    }

    private synchronized boolean hasFailed() {
        return failedPolls > 0;
    }

    private void ask() {
        Target found = null;
        try {
            found = sources.withoutService(tried);
            if (found != null && subscriber.isInNeed()) {
                found = machinery.downloads().readAhead(sources.topic(), found);
            }
        } catch (Throwable e) {
            // Errors as well, such as a class that is missing: else it would be asking for ever.
            LOG.log(Level.ERROR, "topic " + topic + ": looking for something to start with failed", e);
        }
        int times = done(found);
        if (found != null) {
            subscriber.found(found);
        } else if (subscriber.isInNeed()) {
            LOG.log(times == 1 ? Level.WARNING : Level.DEBUG, "topic {0} has nothing to start with: {1}", topic, tried);
            subscriber.foundNothing(OctavoException.passing(tried.toString(), null), times);
        }
    }

    private synchronized int done(@Nullable Target found) {
        isAsking = false;
        failures = found == null ? failures + 1 : 0;
        return failures;
    }
}
