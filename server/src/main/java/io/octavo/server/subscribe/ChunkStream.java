package io.octavo.server.subscribe;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.octavo.protocol.ReadPayloadResponse;
import org.jspecify.annotations.Nullable;

/**
 * Sends bytes in chunks, as fast as the caller takes them; stops when it goes away. Safe for use by the caller's threads and
 * another one that brings the bytes.
 */
final class ChunkStream implements PayloadTurns.Reader {
    /** The largest chunk. */
    static final int CHUNK_BYTES = 256 << 10;

    private final ServerCallStreamObserver<ReadPayloadResponse> caller;
    private final Runnable cutOff;
    private @Nullable ByteString bytes;
    private int sent;
    private volatile long chunks;

    /** @param cutOff ends the call, with what the network has not taken yet */
    ChunkStream(ServerCallStreamObserver<ReadPayloadResponse> caller, Runnable cutOff) {
        this.caller = caller;
        this.cutOff = cutOff;
    }

    @Override
    public long chunks() {
        return chunks;
    }

    @Override
    public void cutOff() {
        stop();
        cutOff.run();
    }

    /** Sends as much as is taken now; {@link #goOn} sends the rest. No bytes are one empty chunk. */
    synchronized void send(ByteString all) {
        bytes = all;
        goOn();
    }

    /** The caller takes more. */
    synchronized void goOn() {
        while (bytes != null && !caller.isCancelled() && caller.isReady()) {
            int end = Math.min(bytes.size(), sent + CHUNK_BYTES);
            caller.onNext(ReadPayloadResponse.newBuilder()
                    .setChunk(bytes.substring(sent, end))
                    .build());
            sent = end;
            chunks++;
            if (sent == bytes.size()) {
                bytes = null;
                caller.onCompleted();
            }
        }
    }

    /** The caller has gone. */
    synchronized void stop() {
        bytes = null;
    }
}
