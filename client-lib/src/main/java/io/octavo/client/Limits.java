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
 * @param pollPeriod between polls that succeed and are not held, unless the service says otherwise
 * @param hold       how long a poll may wait at the service for something new; 0 = polls are not held
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
        Duration pollPeriod,
        Duration hold) {
    static final Duration STALL = Duration.ofSeconds(30);
    private static final Duration CONNECT = Duration.ofSeconds(2);

    /** To open a connection to a store. */
    Duration connect() {
        return request.compareTo(CONNECT) < 0 ? request : CONNECT;
    }

    static Limits of(Duration request, Duration transfer, Duration pollPeriod, Duration hold) {
        return new Limits(
                request,
                STALL,
                transfer,
                5,
                8,
                new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5)),
                new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1)),
                new Backoff(Duration.ofSeconds(1), pollPeriod),
                pollPeriod,
                hold);
    }
}
