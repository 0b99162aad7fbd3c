package io.octavo.client;

/**
 * Is told how far a transfer is.
 *
 * <p>Called by the threads that do the transfer, one call at a time, and some hundred times at most: it must return at
 * once. The number never falls, though bytes may be sent again; the last call, if all goes well, has all of them. What it
 * throws is logged and ends nothing.
 */
@FunctionalInterface
public interface TransferListener {
    /**
     * Bytes have moved.
     *
     * @param bytes so many of the payload are over by now; where it goes to several regions, that part of all that is to
     *     be sent
     * @param total so many it has
     */
    void moved(long bytes, long total);
}
