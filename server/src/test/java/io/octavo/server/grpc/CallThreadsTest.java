package io.octavo.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.octavo.protocol.Part;
import io.octavo.protocol.PayloadLinks;
import io.octavo.server.fallback.NoFallback;
import io.octavo.server.subscribe.ConsumersConfig;
import io.octavo.server.subscribe.HeldConfig;
import io.octavo.server.subscribe.PayloadSource;
import io.octavo.server.subscribe.SubscribeConfig;
import io.octavo.server.subscribe.SubscribeRole;
import io.octavo.server.topic.InMemoryTopicLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.util.unit.DataSize;

@Timeout(60)
class CallThreadsTest {
    @Test
    void pollRunsOnTheTransportsThreadsAndNothingElseDoes() throws Exception {
        InMemoryTopicLog log = new InMemoryTopicLog(InstantSource.system());
        Recorder recorder = new Recorder();
        try (SubscribeRole role = new SubscribeRole(
                        log,
                        log,
                        new NoPayloads(),
                        new SubscribeConfig(
                                Duration.ofMinutes(1), DataSize.ofBytes(0), DataSize.ofBytes(0), Duration.ZERO),
                        new HeldConfig(DataSize.ofMegabytes(1), 1000, DataSize.ofMegabytes(1), DataSize.ofMegabytes(1)),
                        new ConsumersConfig(DataSize.ofMegabytes(1)),
                        NoFallback.cache(),
                        "eu",
                        InstantSource.system(),
                        new Random(1),
                        new SimpleMeterRegistry());
                GrpcFixture grpc = GrpcFixture.of(
                        GrpcFixture.config(100, 4, Duration.ofSeconds(1)),
                        List.of(role.service()),
                        SubscribeRole.ON_TRANSPORT,
                        List.of(recorder))) {
            List<MethodDescriptor<?, ?>> methods = grpc.server().running().getServices().stream()
                    .flatMap(service -> service.getMethods().stream())
                    .<MethodDescriptor<?, ?>>map(ServerMethodDefinition::getMethodDescriptor)
                    .toList();
            assertThat(methods).hasSizeGreaterThanOrEqualTo(7);
            for (MethodDescriptor<?, ?> method : methods) {
                String name = method.getFullMethodName();
                call(grpc, method, recorder.expect(name));
                Set<Thread> threads = recorder.threads(name);
                if (name.equals("octavo.v1.SubscribeService/Poll")) {
                    assertThat(threads).as(name).allMatch(thread -> thread instanceof FastThreadLocalThread);
                } else {
                    assertThat(threads)
                            .as(name)
                            .allMatch(thread -> thread.getName().startsWith(GrpcServer.WORKER));
                }
            }
        }
    }

    private static void call(GrpcFixture grpc, MethodDescriptor<?, ?> method, CountDownLatch halfClosed)
            throws InterruptedException {
        ClientCall<byte[], byte[]> call =
                grpc.channel().newCall(Bytes.method(method.getFullMethodName(), method.getType()), CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<>() {}, new Metadata());
        call.request(1);
        call.sendMessage(new byte[0]);
        call.halfClose();
        assertThat(halfClosed.await(10, TimeUnit.SECONDS))
                .as("%s was called", method.getFullMethodName())
                .isTrue();
        call.cancel("seen enough", null);
    }

    /** Notes on which threads a method's calls begin, take messages and end their input. */
    private static final class Recorder implements ServerInterceptor {
        private final Map<String, Set<Thread>> threads = new ConcurrentHashMap<>();
        private final Map<String, CountDownLatch> halfClosed = new ConcurrentHashMap<>();

        CountDownLatch expect(String method) {
            return halfClosed.computeIfAbsent(method, name -> new CountDownLatch(1));
        }

        Set<Thread> threads(String method) {
            Set<Thread> seen = threads.get(method);
            assertThat(seen).as(method).isNotEmpty();
            return seen == null ? Set.of() : seen;
        }

        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            String method = call.getMethodDescriptor().getFullMethodName();
            note(method);
            return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
                @Override
                public void onMessage(Q message) {
                    note(method);
                    super.onMessage(message);
                }

                @Override
                public void onHalfClose() {
                    note(method);
                    expect(method).countDown();
                    super.onHalfClose();
                }
            };
        }

        private void note(String method) {
            threads.computeIfAbsent(method, name -> ConcurrentHashMap.newKeySet())
                    .add(Thread.currentThread());
        }
    }

    private static final class NoPayloads implements PayloadSource {
        @Override
        public ByteString direct(Part part) {
            return ByteString.EMPTY;
        }

        @Override
        public boolean isMissing(Part part) {
            return false;
        }

        @Override
        public PayloadLinks links(Part part, String region) {
            return PayloadLinks.getDefaultInstance();
        }
    }
}
