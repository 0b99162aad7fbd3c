package io.octavo.server.payload;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The memory that large payloads pass through on this node: a bounded number of buffers of one part each. They are
 * kept while any is in use and given back to the heap when none is. Thread-safe.
 */
final class PartBuffers {
    /**
     * Bytes in each part but the last. S3 wants at least 5 MiB and at most 10,000 parts
     * (docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html); 50 GiB are 6,400.
     */
    static final int PART_SIZE = 8 << 20;

    private final int most;
    private final Deque<byte[]> free = new ArrayDeque<>();
    private int inUse;
    private int peak;

    PartBuffers(int most) {
        this.most = most;
    }

    synchronized byte[] take() {
        if (inUse == most) {
            throw new IllegalStateException(
                    "part buffers: all " + most + " in use (expected: gates hold uploads back)");
        }
        inUse++;
        peak = Math.max(peak, inUse);
        byte[] buffer = free.poll();
        return buffer == null ? new byte[PART_SIZE] : buffer;
    }

    synchronized void giveBack(byte[] buffer) {
        inUse--;
        if (inUse == 0) {
            free.clear();
        } else {
            free.push(buffer);
        }
    }

    synchronized int inUse() {
        return inUse;
    }

    /** The most that were ever in use at once. */
    synchronized int peak() {
        return peak;
    }
}
