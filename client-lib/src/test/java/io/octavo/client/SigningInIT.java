package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.PublishServiceGrpc;
import io.octavo.protocol.SubscribeServiceGrpc;
import io.octavo.rules.ErrorCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SigningInIT {
    private final BlockingQueue<String> shown = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> shownByHttp = new LinkedBlockingQueue<>();
    private volatile Status answer = Status.UNAUTHENTICATED;
    private volatile int httpStatus = 200;
    /** What is taken whatever the answer to others is. */
    private volatile String good = "";

    private final Server grpc;
    private final HttpServer http;

    SigningInIT() throws IOException {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        grpc = NettyServerBuilder.forAddress(anyPort)
                .addService(new Subscribe())
                .addService(new PublishServiceGrpc.PublishServiceImplBase() {})
                .intercept(new Shown())
                .build();
        http = HttpServer.create(anyPort, 0);
        http.createContext("/api/v1/status", exchange -> {
            try (exchange) {
                shownByHttp.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
                byte[] body = "{\"nodes\":[{\"roles\":[\"subscribe\",\"publish\"],\"grpc\":\"127.0.0.1:%d\"}]}"
                        .formatted(grpc.getPort())
                        .getBytes(StandardCharsets.UTF_8);
                if (httpStatus / 100 == 3) {
                    exchange.getResponseHeaders().set("Location", "/elsewhere");
                }
                exchange.sendResponseHeaders(httpStatus, body.length);
                exchange.getResponseBody().write(body);
            }
        });
    }

    @BeforeEach
    void start() throws IOException {
        grpc.start();
        http.start();
    }

    @AfterEach
    void stop() {
        grpc.shutdownNow();
        http.stop(0);
    }

    @Test
    void theTokenIsAskedForAtEachCallAndShownToServerAndNodes() throws Exception {
        answer = Status.OK;
        AtomicInteger asked = new AtomicInteger();
        try (OctavoClient client = client().token(() -> "t" + asked.incrementAndGet())
                .pollInterval(Duration.ofMillis(100))
                .build()) {
            var unused = client.subscription("prices", Deserializers.utf8()).start();
            assertThat(shownByHttp.poll(10, TimeUnit.SECONDS)).isEqualTo("Bearer t1");
            assertThat(shown.poll(10, TimeUnit.SECONDS)).isEqualTo("Bearer t2");
            assertThat(shown.poll(10, TimeUnit.SECONDS)).isEqualTo("Bearer t3");
        }
    }

    @Test
    void withoutATokenNothingIsShown() throws Exception {
        answer = Status.OK;
        try (OctavoClient client = client().build()) {
            var unused = client.subscription("prices", Deserializers.utf8()).start();
            assertThat(shownByHttp.poll(10, TimeUnit.SECONDS)).isEqualTo("null");
            assertThat(shown.poll(10, TimeUnit.SECONDS)).isEqualTo("null");
        }
    }

    @Test
    void whoWaitsForAValueGetsItOnceTheTokenIsOneThatIsKnown() throws Exception {
        AtomicReference<String> token = new AtomicReference<>("old");
        try (OctavoClient client = client().token(token::get).build()) {
            Subscription<String> prices = client.subscription("prices", Deserializers.utf8())
                    .defaultIfUnpublished("none yet")
                    .start();
            assertThat(shown.poll(10, TimeUnit.SECONDS)).isEqualTo("Bearer old");
            token.set("new");
            good = "Bearer new";
            assertThat(prices.awaitValue(Duration.ofSeconds(30))).isEqualTo("none yet");
            assertThat(shown).contains("Bearer new");
        }
    }

    @Test
    void whoseTokenIsRefusedToTheEndIsToldSo() throws Exception {
        for (ErrorCode code : List.of(ErrorCode.UNAUTHENTICATED, ErrorCode.PERMISSION_DENIED)) {
            answer = Status.Code.valueOf(code.name()).toStatus().withDescription("by the test");
            try (OctavoClient client = client().token("secret").build()) {
                Subscription<String> prices =
                        client.subscription("prices", Deserializers.utf8()).start();
                // The second time: then the first answer has come.
                assertThat(shown.poll(10, TimeUnit.SECONDS)).isEqualTo("Bearer secret");
                assertThat(shown.poll(10, TimeUnit.SECONDS)).isEqualTo("Bearer secret");
                OctavoException e =
                        catchThrowableOfType(OctavoException.class, () -> prices.awaitValue(Duration.ofMillis(10)));
                assertThat(e.code()).isEqualTo(code);
                assertThat(e).hasMessageContaining("by the test").message().doesNotContain("secret");
            }
            shown.clear();
        }
    }

    @Test
    void aPublishThatIsRefusedIsNotRepeated() {
        for (ErrorCode code : List.of(ErrorCode.UNAUTHENTICATED, ErrorCode.PERMISSION_DENIED)) {
            answer = Status.Code.valueOf(code.name()).toStatus();
            try (OctavoClient client = client().token("secret").build()) {
                assertRefused(client, code);
                assertThat(shown).containsExactly("Bearer secret");
                shown.clear();
            }
        }
    }

    @Test
    void aServerThatDoesNotKnowTheTokenSaysSo() {
        httpStatus = 401;
        try (OctavoClient client = client().token("secret").build()) {
            assertRefused(client, ErrorCode.UNAUTHENTICATED);
        }
        httpStatus = 403;
        try (OctavoClient client = client().token("secret").build()) {
            assertRefused(client, ErrorCode.PERMISSION_DENIED);
        }
        assertThat(shownByHttp).hasSize(2);
        assertThat(shown).isEmpty();
    }

    @Test
    void aSupplierThatFailsIsToldWithoutTheToken() {
        for (String bad : List.of("", "two words", "line\nend")) {
            try (OctavoClient client = toNodes().token(() -> bad).build()) {
                assertThat(assertRefused(client, ErrorCode.UNAUTHENTICATED).getMessage())
                        .contains("token: something else");
            }
        }
        try (OctavoClient client = client().token(() -> {
                    throw new IllegalStateException("no file");
                })
                .build()) {
            assertThat(assertRefused(client, ErrorCode.UNAUTHENTICATED).getMessage())
                    .contains("token: its supplier failed");
        }
        assertThat(shown).isEmpty();
    }

    private static OctavoException assertRefused(OctavoClient client, ErrorCode code) {
        try {
            var unused = client.publish("prices").string("x");
            throw new AssertionError("published");
        } catch (OctavoException e) {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.outcomeUnknown()).isFalse();
            assertThat(String.valueOf(e.getMessage())).doesNotContain("secret");
            return e;
        }
    }

    private OctavoClientBuilder client() {
        return OctavoClient.builder()
                .server(URI.create("http://127.0.0.1:" + http.getAddress().getPort()))
                .instance("test");
    }

    private OctavoClientBuilder toNodes() {
        return OctavoClient.builder()
                .publishEndpoints(List.of("127.0.0.1:" + grpc.getPort()))
                .instance("test");
    }

    private static final class Subscribe extends SubscribeServiceGrpc.SubscribeServiceImplBase {
        @Override
        public void poll(PollRequest request, StreamObserver<PollResponse> caller) {
            caller.onNext(PollResponse.getDefaultInstance());
            caller.onCompleted();
        }
    }

    private final class Shown implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            String token =
                    String.valueOf(headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER)));
            shown.add(token);
            if (!answer.isOk() && !token.equals(good)) {
                call.close(answer, new Metadata());
                return new ServerCall.Listener<>() {};
            }
            return next.startCall(call, headers);
        }
    }
}
