package io.octavo.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.octavo.client.Deserializers;
import io.octavo.client.OctavoClient;
import io.octavo.client.OctavoClientBuilder;
import io.octavo.client.OctavoException;
import io.octavo.client.Subscription;
import io.octavo.rules.Digests;
import io.octavo.rules.ErrorCode;
import io.octavo.server.cassandra.CassandraConfig;
import io.octavo.server.cassandra.TestCassandra;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** A whole node with security on, over a real Cassandra; its bucket is away, which small payloads don't need. */
class SecuredServerIT {
    private static final String ADMIN = "the-first-token-of-this-installation";
    private static final Pattern TOKEN = Pattern.compile("\"token\":\"(octavo_[A-Za-z0-9_-]{43})\"");
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static ConfigurableApplicationContext server;
    private static String address;

    @BeforeAll
    static void start() throws IOException {
        int httpPort;
        int grpcPort;
        try (ServerSocket http = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket grpc = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            httpPort = http.getLocalPort();
            grpcPort = grpc.getLocalPort();
        }
        address = "http://127.0.0.1:" + httpPort;
        CassandraConfig cassandra = TestCassandra.config(TestCassandra.shared());
        SpringApplication application = new SpringApplication(OctavoServer.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.setRegisterShutdownHook(false);
        server = application.run(
                "--server.address=127.0.0.1",
                "--server.port=" + httpPort,
                "--octavo.grpc.endpoint=127.0.0.1:" + grpcPort,
                "--octavo.cassandra.contact-points=" + cassandra.contactPoints().get(0),
                "--octavo.cassandra.local-datacenter=" + cassandra.localDatacenter(),
                "--octavo.cassandra.keyspace=" + cassandra.keyspace(),
                "--octavo.cassandra.replication=1",
                "--octavo.regions[0].name=eu",
                "--octavo.regions[0].s3.endpoint=http://127.0.0.1:1",
                "--octavo.regions[0].s3.bucket=nowhere",
                "--octavo.regions[0].s3.access-key=a",
                "--octavo.regions[0].s3.secret-key=b",
                "--octavo.security.enabled=true",
                "--octavo.security.admin-token-sha256="
                        + HexFormat.of().formatHex(Digests.sha256(ADMIN.getBytes(UTF_8))),
                "--logging.level.root=WARN");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> get("/api/v1/status", "").body().equals("{\"ready\":true}"));
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void aTokenPublishesAndSubscribesByWhatItMayAndNotBeyond() throws Exception {
        String publisher = token("ci", "publisher", "prices*");
        String reader = token("shop", "reader", "prices");
        try (OctavoClient ci = client(publisher).build();
                OctavoClient shop = client(reader).build();
                OctavoClient nobody = client("octavo_guess").build()) {
            ci.publish("prices").string("one");
            assertRefused(ErrorCode.PERMISSION_DENIED, () -> ci.publish("other").string("x"));
            assertRefused(
                    ErrorCode.PERMISSION_DENIED, () -> shop.publish("prices").string("x"));
            assertRefused(
                    ErrorCode.UNAUTHENTICATED, () -> nobody.publish("prices").string("x"));
            try (Subscription<String> prices =
                    shop.subscription("prices", Deserializers.utf8()).start()) {
                prices.awaitValue(Duration.ofSeconds(20));
                assertThat(prices.get()).isEqualTo("one");
            }
        }
        HttpResponse<String> version = get("/api/v1/topics/prices/versions/1", reader);
        assertThat(version.body()).contains("\"publishedBy\":\"token:ci\"");
        assertThat(get("/api/v1/topics/prices/versions/1", "").statusCode()).isEqualTo(401);
        assertThat(get("/api/v1/topics/other/versions/1", reader).statusCode()).isEqualTo(403);
    }

    @Test
    void aRevokedTokenIsRefusedWithinSeconds() throws Exception {
        String leaked = token("leaked", "reader", "*");
        assertThat(get("/api/v1/topics", leaked).statusCode()).isEqualTo(200);
        HttpResponse<String> revoked = send("DELETE", "/api/v1/tokens/leaked?reason=leaked", "", ADMIN);
        assertThat(revoked.statusCode()).as(revoked.body()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> get("/api/v1/topics", leaked).statusCode() == 401);
    }

    private static OctavoClientBuilder client(String token) {
        return OctavoClient.builder()
                .server(URI.create(address))
                .token(token)
                .region("eu")
                .pollInterval(Duration.ofMillis(200));
    }

    private static void assertRefused(ErrorCode code, Runnable publish) {
        assertThatThrownBy(publish::run)
                .isInstanceOf(OctavoException.class)
                .satisfies(e -> assertThat(((OctavoException) e).code()).isEqualTo(code));
    }

    private static String token(String name, String role, String topics) throws Exception {
        String body =
                "{\"name\":\"%s\",\"grants\":[{\"role\":\"%s\",\"topics\":[\"%s\"]}]}".formatted(name, role, topics);
        HttpResponse<String> made = send("POST", "/api/v1/tokens", body, ADMIN);
        Matcher token = TOKEN.matcher(made.body());
        assertThat(token.find()).as(made.body()).isTrue();
        return token.group(1);
    }

    private static HttpResponse<String> get(String path, String token) throws IOException, InterruptedException {
        return send("GET", path, "", token);
    }

    private static HttpResponse<String> send(String method, String path, String body, String token)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (method.equals("POST")) {
            request.header("Content-Type", "application/json");
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }
}
