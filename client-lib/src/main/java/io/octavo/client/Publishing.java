package io.octavo.client;

import io.octavo.protocol.PublishResponse;

/** One publish, in one of the ways there are, attempted as often as it takes. Used by one thread. */
interface Publishing {
    /** Blocks. */
    PublishResponse attempt() throws InterruptedException;

    /** Whether another attempt may go better after this failure. */
    default boolean again(OctavoException failure) {
        return failure.isPassing();
    }

    /** Whether an attempt was sent and not answered: the version may have been published. */
    boolean isOpen();
}
