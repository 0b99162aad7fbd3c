package io.octavo.server.housekeeping;

import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.Patience;
import java.time.Duration;

/** Ten tries, without waiting. */
final class Impatience implements Patience {
    private int tries;

    @Override
    public Duration left() {
        return Duration.ofSeconds(10);
    }

    @Override
    public void pause(String problem) {
        tries++;
        if (tries > 10) {
            throw ServiceException.unavailable(problem, Duration.ofSeconds(1), null);
        }
    }
}
