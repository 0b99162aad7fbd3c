package io.octavo.server.cassandra;

import java.math.BigInteger;

/** Cutting the ring of Murmur3 tokens, −2⁶³ … 2⁶³−1, into slices of the same size. */
final class TokenRing {
    private static final BigInteger LOWEST = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger TOKENS = BigInteger.ONE.shiftLeft(Long.SIZE);

    private TokenRing() {}

    /** The token after which a slice begins; that of slice {@code slices} is the last token there is. */
    static long start(int slice, int slices) {
        if (slice == slices) {
            return Long.MAX_VALUE;
        }
        return LOWEST.add(TOKENS.multiply(BigInteger.valueOf(slice)).divide(BigInteger.valueOf(slices)))
                .longValueExact();
    }
}
