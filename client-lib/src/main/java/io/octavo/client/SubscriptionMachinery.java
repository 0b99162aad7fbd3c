package io.octavo.client;

import java.util.concurrent.Executor;

/**
 * What all subscriptions of a client share.
 *
 * @param polls     tells them of offers
 * @param downloads gets the offered payloads
 * @param starts    knows what there is without the service
 * @param disk      what is kept
 * @param start     how to start
 * @param threads   where each kind of work is done
 */
record SubscriptionMachinery(
        PollLoop polls,
        Downloads downloads,
        Starts starts,
        DiskCache disk,
        StartConfig start,
        Threads threads,
        Limits limits,
        World world,
        ClientMetrics metrics) {
    /**
     * Threads.
     *
     * @param loads   for downloads and deserializers: as many as may run at once
     * @param workers for lanes: nothing of the user's
     * @param callbacks for listeners without an executor, and for closing values
     * @param lookups for asking the fallback cache
     * @param io      for small files of the cache directory
     */
    record Threads(Executor loads, Executor workers, Executor callbacks, Executor lookups, Executor io) {}

    Executor loads() {
        return threads.loads();
    }

    Executor workers() {
        return threads.workers();
    }

    Executor callbacks() {
        return threads.callbacks();
    }

    Executor lookups() {
        return threads.lookups();
    }

    Executor io() {
        return threads.io();
    }
}
