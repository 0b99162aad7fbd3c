package io.octavo.server.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.octavo.protocol.Hint;
import io.octavo.protocol.HintRequest;
import io.octavo.protocol.NodeServiceGrpc;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NodeServiceTest {
    private static final Hint GOOD = TestHeads.hint("good", 7);

    private final TestServer server = TestServer.start();
    private final ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
            .usePlaintext()
            .build();

    @AfterEach
    void close() {
        channel.shutdownNow();
        server.close();
    }

    @Test
    void hintsWithAndWithoutAHeadAreTaken() {
        Hint large = TestHeads.hint("large", 8, HintFormat.LARGEST_HEAD);
        assertThat(large.hasHead()).isFalse();
        call(HintRequest.newBuilder().addHints(GOOD).addHints(large).build());
        assertThat(server.hints()).containsExactly(GOOD, large);
    }

    static Stream<Arguments> wrong() {
        Hint.Builder good = GOOD.toBuilder();
        return Stream.of(
                Arguments.of(good.clone().setTopic("").clearHead(), "hints[1].topic"),
                Arguments.of(good.clone().setTopic("UPPER").clearHead(), "hints[1].topic"),
                Arguments.of(good.clone().setTopic("x".repeat(100_000)).clearHead(), "hints[1].topic"),
                Arguments.of(good.clone().setRevision(-1).clearHead(), "hints[1].revision"),
                Arguments.of(good.clone().setRevision(0).clearHead(), "hints[1].revision"),
                Arguments.of(good.clone().setEpoch(0).clearHead(), "hints[1].epoch"),
                Arguments.of(good.clone().setHead(TestHeads.head("other", 7)), "hints[1].head"),
                Arguments.of(good.clone().setHead(TestHeads.head("good", 6)), "hints[1].head"),
                Arguments.of(good.clone().setEpoch(1), "hints[1].head"),
                Arguments.of(good.clone().clearHead().setPayload(ByteString.copyFromUtf8("x")), "hints[1].payload"),
                Arguments.of(
                        good.clone().setPayload(ByteString.copyFrom(new byte[HintFormat.LARGEST_HEAD])),
                        "hints[1].head"),
                Arguments.of(
                        good.clone().setHead(TestHeads.head("good", 7, HintFormat.LARGEST_HEAD)), "hints[1].head"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void oneWrongHintRefusesTheCallAndNothingOfItIsTaken(Hint.Builder wrong, String field) {
        assertRefused(HintRequest.newBuilder().addHints(GOOD).addHints(wrong).build(), field);
    }

    @Test
    void tooManyHintsAreRefused() {
        Hint position = HintFormat.position(GOOD.getHead());
        assertRefused(
                HintRequest.newBuilder()
                        .addAllHints(Collections.nCopies(1001, position))
                        .build(),
                "hints");
    }

    @Test
    void tooManyBytesAreRefused() {
        Hint large = TestHeads.hint("good", 7, 30_000);
        assertRefused(
                HintRequest.newBuilder()
                        .addAllHints(Collections.nCopies(80, large))
                        .build(),
                "hints");
    }

    private void assertRefused(HintRequest request, String field) {
        assertThatThrownBy(() -> call(request)).isInstanceOfSatisfying(StatusRuntimeException.class, refusal -> {
            assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(refusal.getStatus().getDescription())
                    .startsWith(field + ": ")
                    .contains("(expected: ")
                    .hasSizeLessThan(500);
        });
        assertThat(server.hints()).isEmpty();
    }

    private void call(HintRequest request) {
        var unused = NodeServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .hint(request);
    }
}
