package io.octavo.client;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Tells a listener how far a transfer is: now and then, never with less than before, and guarded. */
final class Progress {
    private static final Logger LOG = System.getLogger("io.octavo.client");
    /** So often it is told, at most. */
    private static final int STEPS = 200;

    private final TransferListener listener;
    private final long total;
    private long told;

    Progress(TransferListener listener, long total) {
        this.listener = listener;
        this.total = total;
    }

    /** So many bytes are over. Safe for several threads. */
    synchronized void at(long bytes) {
        long now = Math.min(bytes, total);
        boolean isStep = now - told >= Math.max(1, total / STEPS) || (now == total && told < total);
        if (!isStep) {
            return;
        }
        told = now;
        try {
            listener.moved(now, total);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "a transfer's listener threw", e);
        }
    }
}
