package io.octavo.client;

import java.util.concurrent.Executor;

/**
 * What all subscriptions of a client share.
 *
 * @param polls     tells them of offers
 * @param downloads gets the offered payloads
 * @param loads     threads for downloads and deserializers: as many as may run at once
 * @param workers   threads for lanes and for listeners without an executor
 */
record SubscriptionMachinery(
        PollLoop polls,
        Downloads downloads,
        Executor loads,
        Executor workers,
        Limits limits,
        World world,
        ClientMetrics metrics) {}
