package io.octavo.server.subscribe;

import io.octavo.protocol.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A process that polls this node, by its own word. Times are as of {@link System#nanoTime}. Its report is changed under
 * its lock; everything is read without.
 */
final class KnownInstance {
    /** About the bytes of this, its consumer, its name and its place in the map. */
    private static final int OWN_BYTES = 200;

    private final Consumer consumer;
    private volatile Report report;
    private volatile long seen;
    private volatile long until;
    private volatile boolean forgotten;

    KnownInstance(Consumer consumer, Report report, long now, long lifetime) {
        this.consumer = consumer;
        this.report = report;
        this.seen = now;
        this.until = now + lifetime;
    }

    /** The same consumer, with names that are kept once. */
    static Consumer compact(Consumer consumer) {
        return Consumer.newBuilder()
                .setRegion(consumer.getRegion().intern())
                .setApp(consumer.getApp().intern())
                .setCluster(consumer.getCluster().intern())
                .setInstance(consumer.getInstance())
                .build();
    }

    /** About the bytes of memory that it takes without its report. */
    static int weight(Consumer consumer) {
        return OWN_BYTES
                + consumer.getRegion().length()
                + consumer.getApp().length()
                + consumer.getCluster().length()
                + consumer.getInstance().length();
    }

    Consumer consumer() {
        return consumer;
    }

    Report report() {
        return report;
    }

    /** When its last poll came. */
    long seen() {
        return seen;
    }

    /** It has polled. */
    void see(long now, long lifetime) {
        seen = now;
        until = now + lifetime;
    }

    /** The poll that came then was given up by its process, which may be the end of it. */
    void leave(long polled, long now, long grace) {
        if (seen == polled) {
            until = now + grace;
        }
    }

    boolean isLive(long now) {
        return until - now > 0;
    }

    boolean isForgotten() {
        return forgotten;
    }

    /** Takes a report, and answers the one before; null if it is forgotten, for then nobody would see it. */
    synchronized @Nullable Report replace(Report latest) {
        if (forgotten) {
            return null;
        }
        Report before = report;
        report = latest;
        return before;
    }

    /** Answers whether the caller is the one who does it. */
    synchronized boolean forget() {
        boolean first = !forgotten;
        forgotten = true;
        return first;
    }
}
