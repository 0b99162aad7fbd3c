package io.octavo.client;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * What the log says of a subscription: one line when its value or its state changes, and none while all stays as it is,
 * however often that is heard. Not for use by several threads: it is told under the subscription's lock.
 */
final class StateLog {
    private static final Logger LOG = System.getLogger("io.octavo.client");

    private final String topic;
    private boolean isTroubled;

    StateLog(String topic) {
        this.topic = topic;
    }

    /** A version is in use from now on. */
    void took(@Nullable Snapshot<?> before, Snapshot<?> now) {
        String knownFrom = switch (now.source()) {
            case SERVICE -> "the service";
            case OVERRIDE -> "the configuration, whatever the service says";
            case FALLBACK, DISK, DEFAULT -> now.source() + ", as of " + now.asOf();
        };
        isTroubled = false;
        tell(
                now.source() == Source.SERVICE ? Level.INFO : Level.WARNING,
                "version " + now.version() + (before == null ? "" : " in place of " + before.version())
                        + ", published at " + now.publishedAt() + ", by the word of " + knownFrom);
    }

    /** What is in use is the service's word, too. */
    void confirmed(Snapshot<?> now) {
        tell(Level.INFO, "version " + now.version() + " is confirmed by the service");
    }

    /**
     * It is doing so from now on.
     *
     * @param isNew      whether a failure is told, rather than one more of its repetitions
     * @param hasDefault whether a default stands for the value that there isn't
     */
    void became(SubscriptionState before, SubscriptionState now, boolean isNew, boolean hasDefault) {
        switch (now.phase()) {
            case FAILED -> failed(before, now, isNew, hasDefault);
            case UNRESOLVED -> {
                if (before.phase() != now.phase()) {
                    isTroubled = true;
                    Level level = hasDefault ? Level.INFO : Level.WARNING;
                    tell(level, "nothing is published for this process; " + kept(now, hasDefault));
                }
            }
            case RUNNING, OVERRIDDEN -> {
                // While another version is on its way, that will tell.
                if (isTroubled && now.offered() == 0) {
                    isTroubled = false;
                    tell(Level.INFO, "version " + now.version() + " is what is meant for this process again");
                }
            }
            case STARTING, CLOSED -> {}
        }
    }

    private void failed(SubscriptionState before, SubscriptionState now, boolean isNew, boolean hasDefault) {
        OctavoException error = now.error();
        if (error == null || error == before.error()) {
            return;
        }
        isTroubled = true;
        if (isNew) {
            tell(Level.WARNING, error.getMessage() + "; " + kept(now, hasDefault));
        }
        LOG.log(Level.DEBUG, "topic " + topic + ": version " + now.offered() + " failed", error);
    }

    private static String kept(SubscriptionState now, boolean hasDefault) {
        if (now.version() > 0) {
            return "version " + now.version() + " stays";
        }
        return hasDefault ? "the default stands for it" : "there is no value";
    }

    private void tell(Level level, String what) {
        LOG.log(level, "topic " + topic + ": " + what);
    }
}
