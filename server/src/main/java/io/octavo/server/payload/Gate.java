package io.octavo.server.payload;

import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A bounded number of places for work, in order of arrival, with a bounded wait for one. */
final class Gate {
    private final Semaphore places;
    private final Duration wait;
    private final String full;

    /** @param full what to tell who waited in vain */
    Gate(int places, Duration wait, String full) {
        this.places = new Semaphore(places, true);
        this.wait = wait;
        this.full = full;
    }

    void enter() {
        if (!acquired(places, wait)) {
            throw ServiceException.rateLimited(full, wait.plusSeconds(1));
        }
    }

    void leave() {
        places.release();
    }

    static boolean acquired(Semaphore semaphore, Duration wait) {
        try {
            return semaphore.tryAcquire(wait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ServiceException.unavailable("interrupted while waiting", Duration.ofSeconds(1), e);
        }
    }
}
