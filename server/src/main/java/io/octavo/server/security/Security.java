package io.octavo.server.security;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Puts together what finds out who calls. */
public final class Security {
    private Security() {}

    /**
     * What finds out who calls. Asks nobody yet.
     *
     * @param timer    for short tasks
     * @param nanoTime as {@link System#nanoTime}
     */
    public static SignIns signIns(
            SecurityConfig config,
            OidcConfig oidc,
            TokenStore store,
            Lookups lookups,
            ScheduledExecutorService timer,
            InstantSource clock,
            LongSupplier nanoTime,
            MeterRegistry meters) {
        KnownTokens tokens = new KnownTokens(
                store, lookups, (task, wait) -> later(timer, task, wait), clock, nanoTime, config.tokenOutage());
        return new SignIns(
                config,
                tokens,
                oidc.isOn() ? new OidcTokens(oidc, new KeyFetch(oidc, meters), lookups, clock) : null,
                new FailedSignIns(nanoTime),
                meters);
    }

    private static void later(ScheduledExecutorService timer, Runnable task, Duration wait) {
        var unused = timer.schedule(task, wait.toMillis(), TimeUnit.MILLISECONDS);
    }
}
