package io.octavo.client;

import java.nio.ByteBuffer;

/** Bytes of a payload that are wanted, in their order, of which the first may be there. One thread at a time adds to it. */
final class Range {
    private final long size;
    private final long from;
    private final long end;
    private final Taker taker;
    private volatile long position;

    /** Where the bytes go. */
    @FunctionalInterface
    interface Taker {
        void take(long position, ByteBuffer bytes);
    }

    /**
     * @param size of the whole payload
     * @param from the first byte wanted
     * @param end  the first one not wanted
     */
    Range(long size, long from, long end, Taker taker) {
        this(size, from, end, from, taker);
    }

    private Range(long size, long from, long end, long position, Taker taker) {
        this.size = size;
        this.from = from;
        this.end = end;
        this.position = position;
        this.taker = taker;
    }

    /** All bytes, of which the sink has some. */
    static Range rest(PayloadSink sink) {
        return new Range(sink.size(), 0, sink.size(), sink.position(), (position, bytes) -> sink.write(bytes));
    }

    /** The next byte wanted. */
    long position() {
        return position;
    }

    boolean isComplete() {
        return position == end;
    }

    /** Whether these are all bytes of the payload: then an answer that brings them from the first one on is one too. */
    boolean isWhole() {
        return from == 0 && end == size;
    }

    /** What to ask a store for, as the header {@code Range} has it; empty = all. */
    String asked() {
        if (isWhole()) {
            return position == 0 ? "" : "bytes=" + position + "-";
        }
        return "bytes=" + position + "-" + (end - 1);
    }

    void take(ByteBuffer bytes) {
        long at = position;
        int count = bytes.remaining();
        if (at + count > end) {
            throw OctavoException.passing("more bytes than were asked for", null);
        }
        taker.take(at, bytes);
        position = at + count;
    }
}
