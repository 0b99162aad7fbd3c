package io.octavo.server.subscribe;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.octavo.protocol.ReadPayloadResponse;

/** Sends bytes in chunks, as fast as the caller takes them; stops when it goes away. One step at a time. */
final class ChunkStream {
    /** The largest chunk. */
    static final int CHUNK_BYTES = 256 << 10;

    private final ServerCallStreamObserver<ReadPayloadResponse> caller;
    private final ByteString bytes;
    private int sent;
    private boolean done;

    private ChunkStream(ServerCallStreamObserver<ReadPayloadResponse> caller, ByteString bytes) {
        this.caller = caller;
        this.bytes = bytes;
    }

    /** Sends as much as is taken now, and the rest whenever more is taken. No bytes are one empty chunk. */
    static void send(ByteString bytes, ServerCallStreamObserver<ReadPayloadResponse> caller) {
        ChunkStream stream = new ChunkStream(caller, bytes);
        // With a handler for it, a call that was cancelled throws nothing at whoever answers it.
        caller.setOnCancelHandler(() -> stream.done = true);
        caller.setOnReadyHandler(stream::sendWhatIsTaken);
        stream.sendWhatIsTaken();
    }

    private void sendWhatIsTaken() {
        while (!done && !caller.isCancelled() && caller.isReady()) {
            int end = Math.min(bytes.size(), sent + CHUNK_BYTES);
            caller.onNext(ReadPayloadResponse.newBuilder()
                    .setChunk(bytes.substring(sent, end))
                    .build());
            sent = end;
            if (sent == bytes.size()) {
                done = true;
                caller.onCompleted();
            }
        }
    }
}
