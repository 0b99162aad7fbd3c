package io.octavo.server.subscribe;

import io.octavo.protocol.PollResponse;
import java.util.concurrent.ThreadLocalRandom;

/**
 * When processes are told to poll again: a configured time, a tenth more or less by chance, so that those who were
 * answered together don't come together. The answer with nothing in it is made before, for most are that.
 */
final class NextPolls {
    private static final double JITTER = 0.1;
    private static final int PREPARED = 64;
    private static final PollResponse HELD =
            PollResponse.newBuilder().setHolds(true).build();
    private static final PollResponse HELD_STALE =
            HELD.toBuilder().setStale(true).build();

    private final PollResponse[] nothing = new PollResponse[PREPARED];
    private final PollResponse[] stale = new PollResponse[PREPARED];

    /** @param millis 0 = as the processes think */
    NextPolls(int millis) {
        for (int i = 0; i < PREPARED; i++) {
            double factor = 1 - JITTER + 2 * JITTER * i / (PREPARED - 1);
            nothing[i] = PollResponse.newBuilder()
                    .setNextPollMs((int) Math.round(millis * factor))
                    .build();
            stale[i] = nothing[i].toBuilder().setStale(true).build();
        }
    }

    /** An answer without offers. */
    PollResponse nothing(boolean holds, boolean isStale) {
        if (holds) {
            return isStale ? HELD_STALE : HELD;
        }
        return (isStale ? stale : nothing)[ThreadLocalRandom.current().nextInt(PREPARED)];
    }
}
