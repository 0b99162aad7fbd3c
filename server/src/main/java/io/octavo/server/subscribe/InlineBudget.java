package io.octavo.server.subscribe;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the payload bytes that ride along in answers which the network has not taken yet: what doesn't fit is left out
 * of the answer, and the process reads it by itself, at its own speed. Safe for use by many threads.
 */
final class InlineBudget {
    private final long most;
    private final AtomicLong taken = new AtomicLong();

    InlineBudget(long most) {
        this.most = most;
    }

    boolean tryTake(int bytes) {
        if (taken.addAndGet(bytes) > most) {
            taken.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    void giveBack(int bytes) {
        taken.addAndGet(-bytes);
    }

    long taken() {
        return taken.get();
    }
}
