package io.octavo.server.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.octavo.protocol.PollRequest;
import io.octavo.server.grpc.GrpcFixture;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NodeSecretTest {
    private static final String SECRET = "the secret that all nodes share!".replace(' ', '-');
    private static final MethodDescriptor<PollRequest, PollRequest> OF_NODES = method("octavo.v1.NodeService");
    private static final MethodDescriptor<PollRequest, PollRequest> OF_OTHERS = method("octavo.v1.OtherService");

    @Test
    void nodesThatShowTheSecretComeThroughAndOthersDoNot() throws IOException {
        NodeSecret own = secret(true, SECRET);
        assertThat(call(own, OF_NODES, secret(true, SECRET))).isEqualTo(Status.Code.OK);
        assertThat(call(own, OF_NODES, secret(true, ""))).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(call(own, OF_NODES, secret(true, SECRET + "x"))).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(call(secret(false, SECRET), OF_NODES, secret(false, ""))).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void withoutASecretNobodyComesThroughUnlessSecurityIsOff() throws IOException {
        assertThat(call(secret(true, ""), OF_NODES, secret(true, ""))).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(call(secret(true, ""), OF_NODES, secret(true, SECRET))).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(call(secret(false, ""), OF_NODES, secret(false, ""))).isEqualTo(Status.Code.OK);
    }

    @Test
    void otherServicesDoNotAskForIt() throws IOException {
        assertThat(call(secret(true, SECRET), OF_OTHERS, secret(true, ""))).isEqualTo(Status.Code.OK);
    }

    private static NodeSecret secret(boolean enabled, String secret) {
        return new NodeSecret(new SecurityConfig(enabled, "", secret, Duration.ZERO));
    }

    private static Status.Code call(
            NodeSecret server, MethodDescriptor<PollRequest, PollRequest> method, NodeSecret caller)
            throws IOException {
        BindableService service = () -> ServerInterceptors.intercept(
                ServerServiceDefinition.builder(String.valueOf(method.getServiceName()))
                        .addMethod(method, ServerCalls.asyncUnaryCall((request, answer) -> {
                            answer.onNext(request);
                            answer.onCompleted();
                        }))
                        .build(),
                server);
        try (GrpcFixture fixture = GrpcFixture.of(List.of(service), Set.of())) {
            var unused = ClientCalls.blockingUnaryCall(
                    ClientInterceptors.intercept(fixture.channel(), caller.shown()),
                    method,
                    CallOptions.DEFAULT,
                    PollRequest.getDefaultInstance());
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            assertThat(String.valueOf(e.getMessage())).doesNotContain(SECRET);
            return e.getStatus().getCode();
        }
    }

    private static MethodDescriptor<PollRequest, PollRequest> method(String service) {
        return MethodDescriptor.<PollRequest, PollRequest>newBuilder(
                        ProtoUtils.marshaller(PollRequest.getDefaultInstance()),
                        ProtoUtils.marshaller(PollRequest.getDefaultInstance()))
                .setFullMethodName(service + "/Hint")
                .setType(MethodType.UNARY)
                .build();
    }
}
