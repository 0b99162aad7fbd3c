package io.octavo.server.publish;

import com.google.protobuf.ByteString;
import io.octavo.server.errors.ServiceException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A payload on its way from the transport, which must not block, to the worker that reads it as a stream. Never more
 * than two chunks are here: the one being read and the one asked for when its reading began.
 */
final class ChunkPipe extends InputStream {
    /** The chunk asked for, then an end or a break; a break may follow an end. */
    private static final int MOST_WAITING = 3;

    /** How often it is looked whether there is still time to wait. */
    private static final long LOOK_UP_MILLIS = 250;

    private final BlockingQueue<Item> items = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Runnable askForMore;
    private final Duration idleTimeout;
    private final Arrival arrival;
    private ByteBuffer chunk = ByteBuffer.allocate(0);
    private boolean ended;

    /**
     * @param askForMore makes the transport hand over one more chunk; called when one begins to be read
     * @param arrival    sees to it that the payload gets on
     */
    ChunkPipe(Runnable askForMore, Duration idleTimeout, Arrival arrival) {
        this.arrival = arrival;
        this.askForMore = askForMore;
        this.idleTimeout = idleTimeout;
    }

    private sealed interface Item {}

    private record Chunk(ByteString bytes) implements Item {}

    private record End() implements Item {}

    private record Break(RuntimeException why) implements Item {}

    /** Takes the next bytes; for the transport. */
    void write(ByteString bytes) {
        put(new Chunk(bytes));
    }

    /** All bytes have come; for the transport. */
    void end() {
        put(new End());
    }

    /** No more bytes will come: the reader gets this exception after those that are here. */
    void breakOff(RuntimeException why) {
        put(new Break(why));
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        while (!chunk.hasRemaining()) {
            if (ended) {
                return -1;
            }
            next();
        }
        int count = Math.min(length, chunk.remaining());
        chunk.get(target, offset, count);
        return count;
    }

    private void next() {
        Item item = take();
        if (item instanceof Chunk next) {
            arrival.came(next.bytes().size());
            chunk = next.bytes().asReadOnlyByteBuffer();
            askForMore.run();
        } else if (item instanceof Break broken) {
            throw broken.why();
        } else {
            ended = true;
        }
    }

    private Item take() {
        arrival.waiting();
        try {
            for (long left = idleTimeout.toMillis(); left > 0; left -= LOOK_UP_MILLIS) {
                Item item = items.poll(Math.min(left, LOOK_UP_MILLIS), TimeUnit.MILLISECONDS);
                if (item != null) {
                    return item;
                }
                arrival.check();
            }
            throw arrival.stalled();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ServiceException.unavailable("this node is stopping", Duration.ofSeconds(1), e);
        }
    }

    private void put(Item item) {
        // There is room: the transport hands over only what was asked for, ends once and breaks once.
        if (!items.offer(item)) {
            throw new IllegalStateException("more chunks than were asked for");
        }
    }
}
