package io.octavo.server.consumers;

import io.octavo.protocol.Consumer;

/**
 * Consumers as numbers: 64 bits that are the same on all nodes, so that an instance which two of them have seen is
 * counted once. FNV-1a over region, app, cluster and instance, with the end mixed as MurmurHash3 does.
 */
public final class Identities {
    private static final long OFFSET = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private Identities() {}

    /** The number of a consumer. Makes no garbage. */
    public static long of(Consumer consumer) {
        long hash = OFFSET;
        hash = add(hash, consumer.getRegion());
        hash = add(hash, consumer.getApp());
        hash = add(hash, consumer.getCluster());
        hash = add(hash, consumer.getInstance());
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }

    private static long add(long before, String text) {
        long hash = before;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * PRIME;
        }
        // What no name has in it, so that ab and c are not a and bc.
        return (hash ^ 0x1F) * PRIME;
    }
}
