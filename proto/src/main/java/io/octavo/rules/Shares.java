package io.octavo.rules;

import io.octavo.protocol.Publication;
import io.octavo.protocol.Share;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Shares: publications for a part of the instances. An instance's bucket is the first 8 bytes of SHA-256(salt, newline,
 * instance), read as an unsigned big-endian number, mod 10000; it is in when its bucket is below the share's bound. So a
 * share that grows keeps who was in, and another salt draws other instances.
 *
 * <p>The resource {@code octavo/v1/share-vectors.tsv} (salt, instance, bucket) is part of the protocol: every
 * implementation must agree with it.
 */
public final class Shares {
    /** Buckets there are; a bound of this many would mean everybody, and is written as no share at all. */
    public static final int BUCKETS = 10_000;

    private Shares() {}

    /** The bucket of an instance, 0…9999. */
    public static int bucket(String salt, String instance) {
        byte[] digest = Digests.sha256((salt + "\n" + instance).getBytes(StandardCharsets.UTF_8));
        return (int) Long.remainderUnsigned(ByteBuffer.wrap(digest).getLong(), BUCKETS);
    }

    /** Whether the publication, by its share alone, is for this instance. */
    public static boolean includes(Publication publication, String instance) {
        if (!publication.hasShare()) {
            return true;
        }
        Share share = publication.getShare();
        return bucket(share.getSalt(), instance) < share.getBound();
    }
}
