import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A bare gRPC server in a JVM of its own that sends back what it gets. Ends with its standard input. */
public final class Echo {
    static final String METHOD = "bench.Echo/Echo";

    private Echo() {}

    public static void main(String[] args) throws Exception {
        Server server = NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])))
                .directExecutor()
                .addService(ServerServiceDefinition.builder("bench.Echo")
                        .addMethod(bytes(METHOD, MethodDescriptor.MethodType.UNARY), ServerCalls.asyncUnaryCall((bytes, caller) -> {
                            caller.onNext(bytes);
                            caller.onCompleted();
                        }))
                        .build())
                .build()
                .start();
        while (System.in.read() >= 0) {
            // until whoever started this has gone
        }
        server.shutdownNow();
    }

    /** A method whose messages are bytes as they are. */
    static MethodDescriptor<byte[], byte[]> bytes(String name, MethodDescriptor.MethodType type) {
        MethodDescriptor.Marshaller<byte[]> asIs = new MethodDescriptor.Marshaller<>() {
            @Override
            public InputStream stream(byte[] value) {
                return new ByteArrayInputStream(value);
            }

            @Override
            public byte[] parse(InputStream stream) {
                try {
                    return stream.readAllBytes();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
        return MethodDescriptor.newBuilder(asIs, asIs)
                .setType(type)
                .setFullMethodName(name)
                .build();
    }
}
