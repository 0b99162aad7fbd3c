package io.octavo.server.web;

import java.util.concurrent.CountDownLatch;

/** Checks of stores that do as a test wants. */
record Checks(String store, boolean neededForWrites, Runnable answer) implements StoreCheck {
    static StoreCheck of(String store, boolean neededForWrites, Runnable answer) {
        return new Checks(store, neededForWrites, answer);
    }

    /** Hangs until it is let go or interrupted. */
    static Runnable never(CountDownLatch letGo) {
        return () -> {
            try {
                letGo.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    @Override
    public void check() {
        answer.run();
    }
}
