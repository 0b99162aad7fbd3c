package io.octavo.server.subscribe;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * About how many different instances could not be recorded of late. Costs the same for any number of them: each sets a
 * bit, and how many there are is told from the bits that are still unset (linear counting; Whang, Vander-Zanden and
 * Taylor, 1990). Exact for few, within a few percent up to some hundred thousand. Safe for use by many threads.
 */
final class Unrecorded {
    private static final int WORDS = 1 << 11;
    private static final int BITS = WORDS * Long.SIZE;

    private volatile AtomicLongArray now = new AtomicLongArray(WORDS);
    private volatile AtomicLongArray before = new AtomicLongArray(WORDS);

    /** @param identity spread over all 64 bits */
    void add(long identity) {
        int bit = (int) (identity & (BITS - 1));
        long mask = 1L << bit;
        AtomicLongArray bits = now;
        if ((bits.get(bit / Long.SIZE) & mask) == 0) {
            bits.getAndUpdate(bit / Long.SIZE, word -> word | mask);
        }
    }

    /** Those who were added before the last call of this are forgotten. */
    void turn() {
        before = now;
        now = new AtomicLongArray(WORDS);
    }

    long count() {
        AtomicLongArray first = now;
        AtomicLongArray second = before;
        int set = 0;
        for (int i = 0; i < WORDS; i++) {
            set += Long.bitCount(first.get(i) | second.get(i));
        }
        int unset = Math.max(1, BITS - set);
        return Math.round(BITS * Math.log((double) BITS / unset));
    }
}
