package io.octavo.server.reads;

/**
 * How new an answer must be.
 *
 * @param minRevision of this revision of the topic or a later one; 0 = of any
 * @param strict      it sees every write that was acknowledged before it was asked for
 */
public record Freshness(long minRevision, boolean strict) {
    /** Whatever the node has. */
    public static final Freshness ANY = new Freshness(0, false);

    public Freshness {
        if (minRevision < 0) {
            throw new IllegalArgumentException("minRevision: " + minRevision + " (expected: 0 or more)");
        }
    }

    /** Whether what the node has will do. */
    public boolean isAny() {
        return minRevision == 0 && !strict;
    }
}
