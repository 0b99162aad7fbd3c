package io.octavo.client;

import java.time.Duration;

/**
 * How long things may take.
 *
 * @param request    one call that carries no payload, and opening a connection
 * @param stall      a transfer in which nothing moves
 * @param transfer   one upload, or the download of one version with all its attempts
 * @param downloads  attempts at a download, without progress worth counting
 * @param uploads    attempts at a publish; more, for nobody repeats it later
 * @param retry      between attempts of a transfer
 * @param reload     between attempts to load a version
 * @param pollRetry  between polls that fail
 * @param pollPeriod between polls that succeed, unless the service says otherwise
 */
record Limits(
        Duration request,
        Duration stall,
        Duration transfer,
        int downloads,
        int uploads,
        Backoff retry,
        Backoff reload,
        Backoff pollRetry,
        Duration pollPeriod) {
    static final Duration STALL = Duration.ofSeconds(30);

    static Limits of(Duration request, Duration transfer, Duration pollPeriod) {
        return new Limits(
                request,
                STALL,
                transfer,
                5,
                8,
                new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5)),
                new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1)),
                new Backoff(Duration.ofSeconds(1), pollPeriod),
                pollPeriod);
    }
}
