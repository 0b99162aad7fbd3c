package io.octavo.server.consumers;

import java.util.List;
import java.util.stream.LongStream;

/**
 * How many took how long: a count for each of 96 spans of time, the first up to 16 ms, each other one ending a fifth above
 * the one before (four to a doubling), the last without an end. The spans are the same on all nodes. For one thread.
 */
public final class Delays {
    private static final int SPANS = 96;
    private static final double FIRST_MILLIS = 16;
    private static final int SPANS_IN_A_DOUBLING = 4;

    private final long[] counts = new long[SPANS];

    /** Counts one that took so long. */
    public void add(long millis) {
        double doublings = Math.log(Math.max((double) millis, FIRST_MILLIS) / FIRST_MILLIS) / Math.log(2);
        counts[Math.min(SPANS - 1, (int) Math.ceil(doublings * SPANS_IN_A_DOUBLING))]++;
    }

    /** Counts those that another node has counted, as {@link #toList} says. */
    void addAll(List<Long> others) {
        for (int i = 0; i < Math.min(SPANS, others.size()); i++) {
            counts[i] += others.get(i);
        }
    }

    long count() {
        return LongStream.of(counts).sum();
    }

    /** The end of the span within which so many were done, in ms. */
    long millisOf(long many) {
        int span = 0;
        for (long done = counts[0]; done < many && span < SPANS - 1; done += counts[span]) {
            span++;
        }
        return span == SPANS - 1
                ? Long.MAX_VALUE
                : Math.round(FIRST_MILLIS * Math.pow(2, (double) span / SPANS_IN_A_DOUBLING));
    }

    /** The counts of all spans, for {@link #addAll}. */
    public List<Long> toList() {
        return LongStream.of(counts).boxed().toList();
    }
}
