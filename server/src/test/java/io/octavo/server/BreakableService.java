package io.octavo.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.octavo.local.LocalCassandra;
import io.octavo.local.LocalS3;
import io.octavo.rules.Digests;
import io.octavo.server.cassandra.TestCassandra;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A whole installation, each program a process of its own, of which any can be broken and mended: it wants tokens. Safe for use
 * by several threads that keep to topics of their own, but for what breaks and mends.
 */
final class BreakableService implements AutoCloseable {
    private static final String ADMIN = "the-first-token-of-this-installation";
    private static final int LARGE = 2 << 20;

    private static final Duration START = Duration.ofSeconds(90);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Path folder;
    private final LocalCassandra cassandra;
    private final LocalS3 s3;
    private final int http = RealNode.freePort();
    private final int grpc = RealNode.freePort();
    private final Map<String, Long> newest = new ConcurrentHashMap<>();
    private final Map<String, String> firstLines = new ConcurrentHashMap<>();
    private final AtomicInteger published = new AtomicInteger();
    private volatile NodeProcess server;

    private BreakableService(Path folder) throws IOException {
        this.folder = folder;
        this.cassandra = TestCassandra.start();
        this.s3 = LocalS3.start(folder.resolve("s3"));
        this.s3.awaitReady(START);
        this.server = newServer();
    }

    /** Blocks until all of it serves. */
    static BreakableService start(Path folder) throws IOException {
        BreakableService service = new BreakableService(folder);
        service.awaitServer();
        return service;
    }

    LocalS3 s3() {
        return s3;
    }

    LocalCassandra cassandra() {
        return cassandra;
    }

    NodeProcess server() {
        return server;
    }

    void restartServer() throws IOException {
        server = newServer();
        awaitServer();
    }

    private NodeProcess newServer() throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "cassandra.contact-points=127.0.0.1:" + cassandra.port(),
                "cassandra.keyspace=breakable",
                "security.enabled=true",
                "security.admin-token-sha256=" + HexFormat.of().formatHex(Digests.sha256(ADMIN.getBytes(UTF_8))),
                "housekeeping.lease=2s",
                "housekeeping.lease-margin=200ms",
                "housekeeping.export.interval=200ms",
                "payload.create-buckets=true",
                "payload.connect-timeout=2s"));
        List<String> regions = List.of("eu", "us");
        for (String region : regions) {
            String key = "regions[" + regions.indexOf(region) + "].";
            arguments.addAll(List.of(
                    key + "name=" + region,
                    key + "s3.endpoint=" + s3.endpoint(),
                    key + "s3.bucket=octavo-" + region,
                    key + "s3.access-key=" + s3.accessKey(),
                    key + "s3.secret-key=" + s3.secretKey()));
        }
        return NodeProcess.start(
                "server",
                folder,
                http,
                grpc,
                arguments.stream().map(argument -> "--octavo." + argument).toArray(String[]::new));
    }

    private void awaitServer() {
        await().atMost(START)
                .ignoreExceptions()
                .until(() -> send("GET", "/status", "").body().contains("\"ready\":true"));
    }

    void killServer() {
        server.close();
    }

    void restartS3() {
        s3.restart();
        s3.awaitReady(START);
    }

    void restartCassandra() {
        cassandra.restart();
        cassandra.awaitReady(START);
    }

    /** As soon as that can be done again. */
    private long publish(String topic, byte[] payload) {
        return await().atMost(START)
                .ignoreExceptions()
                .until(
                        () -> {
                            HttpResponse<String> answer = send(
                                    "/topics/" + topic + "/versions",
                                    request -> request.POST(BodyPublishers.ofByteArray(payload)));
                            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
                            return JsonMapper.shared()
                                    .readTree(answer.body())
                                    .path("version")
                                    .asLong();
                        },
                        version -> version > 0);
    }

    /**
     * Publishes a new version, whose first line is the topic and a number: of 2 MiB if the topic's name begins with {@code
     * large}.
     */
    void next(String topic) {
        String text = topic + " " + published.incrementAndGet();
        firstLines.put(topic, text);
        newest.put(topic, publish(topic, topic.startsWith("large") ? large(text) : text.getBytes(UTF_8)));
    }

    /** Tries to publish to a topic, once; its answer's status comes when there is one. */
    CompletableFuture<Integer> statusOfPublish(String topic) {
        return HTTP.sendAsync(
                        request("/topics/" + topic + "/versions")
                                .POST(BodyPublishers.ofString(topic))
                                .build(),
                        BodyHandlers.ofString())
                .thenApply(HttpResponse::statusCode);
    }

    /** Holds everybody at a version. */
    void pin(String topic, long version) throws IOException, InterruptedException {
        String pin = "{\"version\":" + version + ",\"reason\":\"back\"}";
        assertThat(send("PUT", "/topics/" + topic + "/pins?scope=*", pin).statusCode())
                .isEqualTo(200);
        newest.put(topic, version);
    }

    /** The version of a topic that everybody is to run: the newest, or the one of the pin; 0 = there is none. */
    long newest(String topic) {
        return newest.getOrDefault(topic, 0L);
    }

    private static byte[] large(String text) {
        byte[] payload = new byte[LARGE];
        byte[] line = (text + "\n").getBytes(UTF_8);
        System.arraycopy(line, 0, payload, 0, line.length);
        return payload;
    }

    /** Everything that was published is in the fallback cache. */
    void awaitExport() {
        await().atMost(START).ignoreExceptions().untilAsserted(() -> {
            HttpResponse<String> run = send("POST", "/housekeeping/export/runs", "");
            assertThat(run.body()).contains("\"outcome\":\"DONE\"");
        });
    }

    /** A new token, for reading. */
    String newToken(String name) throws IOException, InterruptedException {
        HttpResponse<String> made = send(
                "POST", "/tokens", "{\"name\":\"" + name + "\",\"grants\":[{\"role\":\"reader\",\"topics\":[\"*\"]}]}");
        JsonNode token = JsonMapper.shared().readTree(made.body()).path("token");
        assertThat(token.isString()).as(made.body()).isTrue();
        return token.asString();
    }

    HttpResponse<String> send(String method, String path, String body) throws IOException, InterruptedException {
        return send(
                path,
                request -> request.method(method, BodyPublishers.ofString(body))
                        .header("Content-Type", "application/json"));
    }

    private HttpResponse<String> send(String path, UnaryOperator<HttpRequest.Builder> as)
            throws IOException, InterruptedException {
        return HTTP.send(as.apply(request(path)).build(), BodyHandlers.ofString());
    }

    /** What is answered to whom shows this token. */
    HttpResponse<String> sendAs(String token) throws IOException, InterruptedException {
        return send("/topics", request -> request.setHeader("Authorization", "Bearer " + token));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + http + "/api/v1" + path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + ADMIN);
    }

    /** Changes a byte of each object of the newest version of a large topic, in all regions. */
    void corruptNewest(String topic) throws IOException {
        String firstLine = Objects.requireNonNull(firstLines.get(topic), topic);
        int objects = 0;
        for (Path file : files(folder.resolve("s3/objects"))) {
            try {
                if (Files.size(file) == LARGE && startsWith(file, firstLine + "\n")) {
                    flip(file);
                    objects++;
                }
            } catch (NoSuchFileException e) {
                // Another object, which was on its way to its name.
            }
        }
        assertThat(objects).as("objects of %s", firstLine).isGreaterThanOrEqualTo(2);
    }

    private static boolean startsWith(Path file, String text) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(text.length()), UTF_8).equals(text);
        }
    }

    /** Changes a byte in the middle. */
    static void flip(Path file) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            long middle = bytes.length() / 2;
            bytes.seek(middle);
            int there = bytes.read();
            bytes.seek(middle);
            bytes.write(there ^ 1);
        }
    }

    /** The files below a folder; none if there is no such folder. */
    static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        } catch (UncheckedIOException e) {
            // Something was removed meanwhile.
            return files(folder);
        }
    }

    /** How clients find it. */
    Map<String, Object> by(String token) {
        return Map.of("server", "http://127.0.0.1:" + http, "token", token);
    }

    /** The same, with a token that may do everything. */
    Map<String, Object> here() {
        return by(ADMIN);
    }

    /** The same by the node's own address, which is looked up nowhere. */
    Map<String, Object> named() {
        return Map.of("server", "http://127.0.0.1:1", "endpoint", "127.0.0.1:" + grpc, "token", ADMIN);
    }

    /** How they find a service that isn't there. */
    static Map<String, Object> nobody() {
        return Map.of("server", "http://127.0.0.1:1");
    }

    /** How they find the fallback cache. */
    Map<String, Object> fallback() {
        return Map.of("s3", s3.endpoint().toString(), "accessKey", s3.accessKey(), "secretKey", s3.secretKey());
    }

    @Override
    public void close() {
        server.close();
        s3.close();
        cassandra.close();
    }
}
