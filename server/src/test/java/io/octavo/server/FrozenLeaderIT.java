package io.octavo.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.octavo.local.LocalS3;
import io.octavo.protocol.EventKind;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Digests;
import io.octavo.server.cassandra.CassandraConfig;
import io.octavo.server.cassandra.CassandraStore;
import io.octavo.server.cassandra.TestCassandra;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.housekeeping.FallbackVerification;
import io.octavo.server.lease.LeaseTable;
import io.octavo.server.payload.Expected;
import io.octavo.server.payload.MissingPayload;
import io.octavo.server.payload.Payloads;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.topic.TopicRows;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Two processes that do the housekeeping. Whoever leads is frozen in the middle of its work (SIGSTOP), the other takes
 * over, and the first wakes up and believes for a moment that it leads.
 */
@Timeout(300)
class FrozenLeaderIT {
    private static final Duration LEASE = Duration.ofSeconds(4);
    /** A lease, the pauses between looks at it, and what a busy machine adds. */
    private static final Duration TAKEOVER = LEASE.multipliedBy(5);

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Set<String> TASKS = Set.of("expiry", "retention", "idle", "sweep", "repair", "export");
    private static final List<String> TOPICS = List.of("frozen.1", "frozen.2");
    private static final int VERSIONS = 16;
    private static final int KEPT = 2;
    private static final int LARGE = (1 << 20) + 1;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    private Path folder;

    private final CassandraConfig cassandra = TestCassandra.config(TestCassandra.shared());
    private final Map<String, LeaseTable.Row> leases = new HashMap<>();
    private final List<Part> abandoned = new ArrayList<>();
    private int pins;
    private int versions;
    private LocalS3 s3;
    private RealNode publisher;
    private NodeProcess one;
    private NodeProcess two;

    @BeforeEach
    void start() throws IOException {
        s3 = LocalS3.start(folder);
        s3.awaitReady(LONG);
        one = housekeeper("one");
        two = housekeeper("two");
        publisher = RealNode.start(arguments("--octavo.roles=publish,subscribe", "--octavo.node.name=publisher"));
        for (NodeProcess node : List.of(one, two)) {
            await().atMost(LONG)
                    .ignoreExceptions()
                    .until(() -> node.get("/status").get("ready").asBoolean());
        }
    }

    @AfterEach
    void stop() {
        for (AutoCloseable each : Arrays.asList(two, one, publisher, s3)) {
            if (each != null) {
                close(each);
            }
        }
    }

    private static void close(AutoCloseable each) {
        try {
            each.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whoIsFrozenIsReplacedAndStopsWhenItWakes() throws Exception {
        publish();
        NodeProcess first = freezeMidway();
        NodeProcess second = other(first);
        awaitLeader(second);
        // Both work for a moment, on the same topics.
        first.thaw();
        assertNotices(first, second);
        awaitAllDone();
        publish();
        NodeProcess next = freezeMidway();
        awaitLeader(other(next));
        awaitAllDone();
        next.thaw();
        assertNotices(next, other(next));
        awaitAllDone();
        for (String topic : TOPICS) {
            assertRight(topic);
        }
        assertExported();
        for (NodeProcess node : List.of(one, two)) {
            assertThat(node.log()).as("%s says nothing of faults", node.name()).doesNotContain(" ERROR ");
        }
    }

    /** Versions of both kinds of which most are to go, pins that expire, and payloads that belong to nothing. */
    private void publish() throws Exception {
        publishVersions();
        for (String topic : TOPICS) {
            long newest = rows(topic).get(0).getVersion();
            for (String app : List.of("a", "b", "c")) {
                String pin = "{\"version\":" + newest + ",\"reason\":\"for a moment\",\"expiresAt\":\""
                        + Instant.now().plusSeconds(5) + "\"}";
                assertThat(call("PUT", topic + "/pins?scope=app%3D" + app, pin.getBytes(UTF_8))
                                .statusCode())
                        .isEqualTo(200);
                pins++;
            }
        }
        for (int size : new int[] {LARGE, 100}) {
            abandoned.add(publisher
                    .bean(Payloads.class)
                    .store("frozen.1", new ByteArrayInputStream(new byte[size]), Expected.nothing())
                    .part());
        }
    }

    private void publishVersions() throws Exception {
        for (String topic : TOPICS) {
            for (int i = 0; i < VERSIONS; i++) {
                byte[] payload = new byte[i % 8 == 0 ? LARGE : 100 + i];
                new Random(topic.hashCode() + i).nextBytes(payload);
                assertThat(call("POST", topic + "/versions", payload).statusCode())
                        .isEqualTo(201);
            }
        }
        versions += VERSIONS;
    }

    /** Freezes whoever leads while some versions have been given up, and their bytes are being removed. */
    private NodeProcess freezeMidway() throws Exception {
        while (true) {
            await().atMost(LONG).pollInterval(Duration.ofMillis(20)).until(() -> underWay() >= 2);
            NodeProcess leader =
                    Objects.requireNonNull(leases().get("retention")).holder().equals(one.name()) ? one : two;
            leader.freeze();
            if (underWay() > 0) {
                return leader;
            }
            // That run had ended by then; there may be nothing left for another.
            leader.thaw();
            publishVersions();
        }
    }

    private NodeProcess other(NodeProcess node) {
        return node == one ? two : one;
    }

    private long underWay() {
        return TOPICS.stream()
                .flatMap(topic -> rows(topic).stream())
                .filter(row -> row.hasDeletion() && row.getBytesGoneMs() == 0)
                .count();
    }

    private void awaitLeader(NodeProcess node) {
        long begun = System.nanoTime();
        await().atMost(TAKEOVER).pollInterval(Duration.ofMillis(20)).until(() -> {
            Map<String, LeaseTable.Row> now = leases();
            now.forEach(this::assertNeverBack);
            return TASKS.stream()
                    .allMatch(task ->
                            now.containsKey(task) && now.get(task).holder().equals(node.name()));
        });
        System.out.printf("%s leads all tasks after %d ms%n", node.name(), (System.nanoTime() - begun) / 1_000_000);
    }

    private void assertNeverBack(String task, LeaseTable.Row row) {
        LeaseTable.Row before = leases.put(task, row);
        if (before != null) {
            assertThat(row.generation()).as(task).isGreaterThanOrEqualTo(before.generation());
            boolean isSameTerm = row.generation() == before.generation();
            assertThat(isSameTerm && row.counter() < before.counter()).as(task).isFalse();
            assertThat(isSameTerm && !row.process().equals(before.process()))
                    .as("%s: two processes in generation %d", task, row.generation())
                    .isFalse();
        }
    }

    /** It says who leads instead, and the run that it was in the middle of has ended with the step. */
    private void assertNotices(NodeProcess node, NodeProcess leader) {
        await().atMost(TAKEOVER).ignoreExceptions().untilAsserted(() -> {
            JsonNode tasks = node.get("/housekeeping").get("tasks");
            assertThat(tasks).hasSize(TASKS.size());
            for (JsonNode task : tasks) {
                assertThat(task.get("leader").asString()).isEqualTo(leader.name());
            }
        });
        await().atMost(TAKEOVER).untilAsserted(() -> {
            for (JsonNode task : node.get("/housekeeping").get("tasks")) {
                if (task.get("task").asString().equals("retention")) {
                    assertThat(task.get("lastRun").get("outcome").asString()).isEqualTo("STOPPED");
                }
            }
            assertThat(node.log()).contains("retention: " + leader.name() + " leads instead of this node");
        });
        leases().forEach(this::assertNeverBack);
        assertThat(leases()).allSatisfy((task, row) -> assertThat(row.holder()).isEqualTo(leader.name()));
    }

    private Map<String, LeaseTable.Row> leases() {
        return store().leases().all();
    }

    private void awaitAllDone() {
        await().atMost(LONG).untilAsserted(() -> {
            for (String topic : TOPICS) {
                List<VersionRecord> rows = rows(topic);
                assertThat(rows.subList(KEPT, rows.size()))
                        .allSatisfy(row -> assertThat(row.getBytesGoneMs()).isPositive());
                assertThat(Objects.requireNonNull(store().log().head(topic, Read.SERIAL))
                                .getPinsList())
                        .isEmpty();
            }
            for (Part part : abandoned) {
                assertGone(part);
            }
        });
    }

    private void assertRight(String topic) throws Exception {
        TopicLog log = store().log();
        TopicRows.assertHeadIsTheFoldOfItsRows(log, topic, topic);
        List<VersionRecord> rows = rows(topic);
        assertThat(rows).hasSize(versions);
        Set<Long> payloads = new HashSet<>();
        for (VersionRecord row : rows) {
            Part part = row.getParts(0);
            long id = part.hasS3()
                    ? part.getS3().getPayloadId()
                    : part.getDirect().getPayloadId();
            assertThat(payloads.add(id)).as("payload %d is of one version", id).isTrue();
            HttpResponse<byte[]> payload =
                    call("GET", topic + "/versions/" + row.getVersion() + "/payload", new byte[0]);
            if (row.hasDeletion()) {
                assertThat(payload.statusCode()).isEqualTo(410);
                assertGone(part);
            } else {
                assertThat(payload.statusCode()).isEqualTo(200);
                assertThat(Digests.sha256(payload.body()))
                        .isEqualTo(part.getSha256().toByteArray());
            }
        }
    }

    private void assertExported() {
        // A minute from now nothing can be on its way any more.
        FallbackVerification verification = new FallbackVerification(
                store().log(),
                publisher.bean(FallbackCache.class),
                () -> Instant.now().plusSeconds(90));
        await().atMost(LONG)
                .untilAsserted(() ->
                        assertThat(verification.page("", 100).differences()).isEmpty());
        long expired = TOPICS.stream()
                .flatMap(topic -> store().log().eventsBelow(topic, Long.MAX_VALUE, 10_000).stream())
                .map(TopicEvent::getKind)
                .filter(EventKind.UNPINNED::equals)
                .count();
        assertThat(expired).as("each pin expires once").isEqualTo(pins);
    }

    private void assertGone(Part part) {
        assertThatThrownBy(() -> {
                    try (InputStream body = publisher.bean(Payloads.class).open(part, 0, part.getSize())) {
                        body.readAllBytes();
                    }
                })
                .isInstanceOf(MissingPayload.class);
    }

    private List<VersionRecord> rows(String topic) {
        return store().log().versionsBelow(topic, Long.MAX_VALUE, 10_000, Read.SERIAL);
    }

    private CassandraStore store() {
        return publisher.bean(CassandraStore.class);
    }

    private HttpResponse<byte[]> call(String method, String path, byte[] body) throws Exception {
        URI address = URI.create(publisher.base("http") + "/api/v1/topics/" + path);
        HttpRequest.Builder request = HttpRequest.newBuilder(address).method(method, BodyPublishers.ofByteArray(body));
        if (method.equals("PUT")) {
            request.header("Content-Type", "application/json");
        }
        return CLIENT.send(request.build(), BodyHandlers.ofByteArray());
    }

    private NodeProcess housekeeper(String name) throws IOException {
        return NodeProcess.start(name, folder, arguments("--octavo.roles=housekeeping"));
    }

    private String[] arguments(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "--octavo.cassandra.keyspace=" + cassandra.keyspace(),
                "--octavo.regions[0].s3.endpoint=" + s3.endpoint(),
                "--octavo.regions[0].s3.access-key=" + s3.accessKey(),
                "--octavo.regions[0].s3.secret-key=" + s3.secretKey(),
                "--octavo.regions[0].s3.path-style=true",
                "--octavo.payload.connect-timeout=2s",
                "--octavo.payload.attempts=3",
                "--octavo.payload.create-buckets=true",
                "--octavo.housekeeping.lease=" + LEASE.toSeconds() + "s",
                "--octavo.housekeeping.lease-margin=300ms",
                "--octavo.housekeeping.expiry.interval=100ms",
                "--octavo.housekeeping.export.interval=100ms",
                "--octavo.housekeeping.export.keep=1s",
                "--octavo.housekeeping.export.put-within=1s",
                "--octavo.housekeeping.sweep.interval=300ms",
                "--octavo.housekeeping.sweep.margin=6s",
                "--octavo.housekeeping.repair.interval=300ms",
                "--octavo.housekeeping.retention.interval=200ms",
                "--octavo.housekeeping.retention.max-versions=" + KEPT,
                "--octavo.housekeeping.retention.grace=2s",
                "--octavo.housekeeping.retention.brake-topic-percent=100",
                "--octavo.housekeeping.retention.deletes-per-second=8"));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }
}
