package io.octavo.server.validation;

import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.util.Arrays;

/** Bytes that are kept until they are looked at. For one thread. */
final class KeptBytes implements AutoCloseable {
    private static final int FIRST = 4 << 10;
    private static final byte[] NONE = {};

    private final Memory memory;
    private final int most;
    private byte[] bytes = NONE;
    private int size;

    KeptBytes(Memory memory, int most) {
        this.memory = memory;
        this.most = most;
    }

    /** Keeps some more; false if they would be too many. */
    boolean add(byte[] more, int offset, int length) {
        if (length > most - size) {
            return false;
        }
        if (size + length > bytes.length) {
            int room = (int) Math.min(most, Math.max(FIRST, Math.max(2L * bytes.length, (long) size + length)));
            memory.take(room - bytes.length);
            bytes = Arrays.copyOf(bytes, room);
        }
        System.arraycopy(more, offset, bytes, size, length);
        size += length;
        return true;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** As text; reading fails if it is not UTF-8. */
    Reader text() {
        return new InputStreamReader(new ByteArrayInputStream(bytes, 0, size), Utf8.strict());
    }

    /** Forgets them, and keeps the room for others. */
    void clear() {
        size = 0;
    }

    @Override
    public void close() {
        memory.giveBack(bytes.length);
        bytes = NONE;
        size = 0;
    }
}
