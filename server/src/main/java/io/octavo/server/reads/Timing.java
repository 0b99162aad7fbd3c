package io.octavo.server.reads;

import java.time.Duration;

/** How time passes for those who wait. */
interface Timing {
    /** As {@link System#nanoTime}. */
    long nanoTime();

    /**
     * Does something later, which must not block.
     *
     * @return takes it back
     */
    Runnable after(Duration wait, Runnable work);
}
