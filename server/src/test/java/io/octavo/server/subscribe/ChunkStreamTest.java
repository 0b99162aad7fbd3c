package io.octavo.server.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.octavo.protocol.ReadPayloadResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChunkStreamTest {
    private final Caller caller = new Caller();
    private boolean isCutOff;
    private final ChunkStream stream = new ChunkStream(caller, () -> isCutOff = true);

    @Test
    void sendsNoMoreThanTheCallerTakes() {
        ByteString bytes = random(1_000_000);
        stream.send(bytes);
        assertThat(caller.chunks).isEmpty();
        caller.take(1);
        stream.goOn();
        assertThat(caller.chunks).hasSize(1);
        caller.take(2);
        stream.goOn();
        assertThat(caller.chunks).hasSize(3);
        assertThat(caller.completed).isFalse();
        caller.take(5);
        stream.goOn();
        assertThat(caller.completed).isTrue();
        assertThat(caller.chunks).hasSize(4).allMatch(chunk -> chunk.size() <= ChunkStream.CHUNK_BYTES);
        assertThat(ByteString.copyFrom(caller.chunks)).isEqualTo(bytes);
        caller.take(5);
        stream.goOn();
        assertThat(caller.chunks).hasSize(4);
    }

    @Test
    void noBytesAreOneEmptyChunk() {
        caller.room = 1;
        stream.send(ByteString.EMPTY);
        assertThat(caller.chunks).containsExactly(ByteString.EMPTY);
        assertThat(caller.completed).isTrue();
    }

    @Test
    void stopsWhenTheCallerGoesAway() {
        caller.room = 1;
        stream.send(random(1_000_000));
        stream.stop();
        caller.take(5);
        stream.goOn();
        assertThat(caller.chunks).hasSize(1);
        assertThat(caller.completed).isFalse();
    }

    @Test
    void tellsHowMuchWasTakenAndSendsNothingMoreOnceCutOff() {
        caller.room = 2;
        stream.send(random(1_000_000));
        assertThat(stream.chunks()).isEqualTo(2);
        stream.cutOff();
        assertThat(isCutOff).isTrue();
        caller.take(5);
        stream.goOn();
        assertThat(stream.chunks()).isEqualTo(2);
    }

    private static ByteString random(int size) {
        byte[] bytes = new byte[size];
        new Random(7).nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    /** Takes as many messages as it was told to. */
    private static final class Caller extends ServerCallStreamObserver<ReadPayloadResponse> {
        private final List<ByteString> chunks = new ArrayList<>();
        private int room;
        private boolean completed;

        void take(int messages) {
            room = messages;
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public boolean isReady() {
            return room > 0;
        }

        @Override
        public void onNext(ReadPayloadResponse message) {
            room--;
            chunks.add(message.getChunk());
        }

        @Override
        public void onCompleted() {
            completed = true;
        }

        @Override
        public void onError(Throwable failure) {
            throw new AssertionError(failure);
        }

        @Override
        public void setOnCancelHandler(Runnable handler) {}

        @Override
        public void setOnReadyHandler(Runnable handler) {}

        @Override
        public void setCompression(String compression) {}

        @Override
        public void disableAutoInboundFlowControl() {}

        @Override
        public void request(int count) {}

        @Override
        public void setMessageCompression(boolean enable) {}
    }
}
