package io.octavo.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.octavo.protocol.ReadPayloadRequest;
import io.octavo.protocol.ReadPayloadResponse;
import io.octavo.protocol.SubscribeServiceGrpc;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CutOffTest {
    private static final ReadPayloadResponse CHUNK = ReadPayloadResponse.newBuilder()
            .setChunk(ByteString.copyFrom(new byte[3 << 20]))
            .build();

    private final CompletableFuture<Runnable> sent = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    /** Sends more than the network takes of a caller who reads nothing, and has said all that there is to say. */
    private final class Payloads extends SubscribeServiceGrpc.SubscribeServiceImplBase {
        @Override
        public void readPayload(ReadPayloadRequest request, StreamObserver<ReadPayloadResponse> observer) {
            ServerCallStreamObserver<ReadPayloadResponse> caller =
                    (ServerCallStreamObserver<ReadPayloadResponse>) observer;
            caller.setOnCancelHandler(() -> ended.complete(null));
            caller.onNext(CHUNK);
            caller.onCompleted();
            sent.complete(CutOff.ofThisCall("enough"));
        }
    }

    @Test
    void aCallWhoseAnswerNobodyTakesEndsHereAndThere() throws Exception {
        try (GrpcFixture grpc = GrpcFixture.of(List.of(new Payloads()), Set.of())) {
            ClientCall<ReadPayloadRequest, ReadPayloadResponse> call =
                    grpc.channel().newCall(SubscribeServiceGrpc.getReadPayloadMethod(), CallOptions.DEFAULT);
            CompletableFuture<Status> closed = new CompletableFuture<>();
            call.start(
                    new ClientCall.Listener<>() {
                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            closed.complete(status);
                        }
                    },
                    new Metadata());
            call.sendMessage(ReadPayloadRequest.getDefaultInstance());
            call.halfClose();

            Runnable cutOff = sent.get(20, TimeUnit.SECONDS);
            assertThat(ended).isNotDone();
            cutOff.run();
            ended.get(20, TimeUnit.SECONDS);
            call.request(10);
            assertThat(closed.get(20, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.CANCELLED);
        }
    }
}
