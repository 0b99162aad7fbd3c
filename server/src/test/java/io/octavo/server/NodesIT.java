package io.octavo.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Digests;
import io.octavo.server.cassandra.TestCassandra;
import io.octavo.server.payload.JustStored;
import io.octavo.server.subscribe.SubscribeRole;
import io.octavo.server.tls.TestTls;
import io.octavo.tls.Authorities;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes of different roles that call one another by TLS, with the secret that they share. */
class NodesIT {
    private static final String ADMIN = "the-first-token-of-this-installation";
    private static final int MOST_VERSIONS = 10;

    @TempDir
    private Path folder;

    @Test
    void aSubscribeNodeIsToldByAPublishNodeWhatItHasPublished() throws Exception {
        TestTls files = new TestTls(folder);
        String keyspace = TestCassandra.config(TestCassandra.shared()).keyspace();
        try (RealNode subscriber = start(files, keyspace, "subscribe");
                RealNode publisher = start(files, keyspace, "publish")) {
            SubscribeRole role = subscriber.bean(SubscribeRole.class);
            await().until(() -> role.cache().ready());
            Counter hinted = subscriber
                    .bean(MeterRegistry.class)
                    .get("octavo.cache.hinted")
                    .counter();
            MeterRegistry telling = publisher.bean(MeterRegistry.class);
            // The first hint waits for a connection: the feed may be faster.
            int versions = 0;
            while (hinted.count() == 0 && versions < MOST_VERSIONS) {
                int version = ++versions;
                assertThat(publish(publisher, files, "bytes of " + version).statusCode())
                        .isEqualTo(201);
                await().atMost(Duration.ofSeconds(30)).until(() -> hints(telling) == version);
                assertThat(role.cache().head("prices"))
                        .extracting(TopicHead::getRevision)
                        .isEqualTo((long) version);
            }
            assertThat(hinted.count()).isEqualTo(1);
            // The bytes have come along.
            assertThat(subscriber
                            .bean(JustStored.class)
                            .ofNewest(Objects.requireNonNull(role.cache().head("prices"))))
                    .isEqualTo(ByteString.copyFromUtf8("bytes of " + versions));
        }
    }

    private static RealNode start(TestTls files, String keyspace, String roles) {
        return RealNode.start(List.of(
                        "--octavo.roles=" + roles,
                        "--octavo.cassandra.keyspace=" + keyspace,
                        "--octavo.tls.certificate=" + files.certificate(),
                        "--octavo.tls.key=" + files.key(),
                        "--octavo.tls.node-ca=" + files.ca(),
                        "--octavo.security.enabled=true",
                        "--octavo.security.node-secret=a-secret-of-more-than-32-characters",
                        "--octavo.security.admin-token-sha256="
                                + HexFormat.of().formatHex(Digests.sha256(ADMIN.getBytes(UTF_8))))
                .toArray(String[]::new));
    }

    /** How many the other node has taken. */
    private static double hints(MeterRegistry telling) {
        return telling.get("octavo.hints").tag("outcome", "sent").counter().count();
    }

    private static HttpResponse<String> publish(RealNode node, TestTls files, String bytes) throws Exception {
        HttpClient client = HttpClient.newBuilder()
                .sslContext(Authorities.context(
                        null, Authorities.read("ca", files.ca()).alone()))
                .build();
        HttpRequest request = HttpRequest.newBuilder(URI.create(node.base("https") + "/api/v1/topics/prices/versions"))
                .header("Authorization", "Bearer " + ADMIN)
                .timeout(Duration.ofSeconds(20))
                .POST(BodyPublishers.ofString(bytes))
                .build();
        return client.send(request, BodyHandlers.ofString());
    }
}
