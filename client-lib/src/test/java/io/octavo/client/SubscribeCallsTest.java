package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.octavo.protocol.PollRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SubscribeCallsTest {
    /** A channel whose calls can't begin. */
    private static final class Broken implements ClientInterceptor {
        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            throw new NoSuchMethodError("by the test");
        }
    }

    @Test
    void aPollThatCanNotBeginFails() {
        Limits limits = Limits.of(Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofSeconds(30), Duration.ZERO);
        try (Endpoints nodes = new Endpoints(
                () -> CompletableFuture.completedFuture(List.of("127.0.0.1:1")),
                address -> NettyChannelBuilder.forAddress("127.0.0.1", 1)
                        .usePlaintext()
                        .intercept(new Broken())
                        .build())) {
            assertThat(new SubscribeCalls(nodes, limits).poll(PollRequest.getDefaultInstance()))
                    .isCompletedExceptionally();
        }
    }
}
