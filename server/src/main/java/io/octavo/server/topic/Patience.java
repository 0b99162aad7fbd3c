package io.octavo.server.topic;

import java.time.Duration;

/** How long something is tried, with pauses between the tries that grow and are jittered. Serves one thread. */
public interface Patience {
    /** What is left of the time. */
    Duration left();

    /**
     * Pauses before another try.
     *
     * @throws io.octavo.server.errors.ServiceException UNAVAILABLE with that message, if the time is over
     */
    void pause(String problem);
}
