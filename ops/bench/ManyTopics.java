import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.google.protobuf.ByteString;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletionStage;

/**
 * A node of the subscribe role alone, once with hardly any topic and once with many. They are copies of the head of one
 * that was published three times, put into the log past the server: publishing them all would take minutes.
 */
public final class ManyTopics {
    private static final Map<String, String> METADATA =
            Map.of("commit", "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567", "run", "1234567", "schema", "7");
    private static final String TEMPLATE = "bench.many-topics.template";
    private static final int FILLS_UNDER_WAY = 64;
    private static final int SWEEP_SECONDS = 60;

    private final Stack stack;
    private final HttpClient http = HttpClient.newHttpClient();

    private ManyTopics(Stack stack) {
        this.stack = stack;
    }

    public static void main(String[] args) throws Exception {
        try (Stack stack = new Stack()) {
            new ManyTopics(stack).run(Bench.option(args, "--count", 50_000));
        } finally {
            signal(Long.getLong("bench.server"), "CONT");
        }
        System.exit(0);
    }

    private static void signal(long pid, String name) throws Exception {
        Bench.run(List.of("kill", "-" + name, Long.toString(pid)));
    }

    private void run(int count) throws Exception {
        for (String app : List.of("", "recs", "search")) {
            stack.publish(
                            PublishHeader.newBuilder()
                                    .setTopic(TEMPLATE)
                                    .addScopes(Scope.newBuilder().setApp(app))
                                    .putAllMetadata(METADATA)
                                    .build(),
                            ByteString.copyFrom(new byte[100]))
                    .join();
        }
        // It would read the topics as well, and export them.
        signal(stack.server, "STOP");
        Measured few = measure(1, 10);
        int headBytes = fill(stack, TEMPLATE, count);
        Measured many = measure(count, SWEEP_SECONDS + 5);
        System.out.printf("%,d topics, their heads %,d bytes each, on a node of the subscribe role%n", count, headBytes);
        Bench.figure("live heap of all heads", (many.live - few.live) / 1e6, "MB", 150);
        Bench.figure(
                String.format("loading them all (process ready after %.1f s; %.1f s with one)", many.ready, few.ready),
                many.ready - few.ready,
                "s",
                15);
        Bench.figure(
                String.format("staying fresh, with one %.1f %%", few.corePercent), many.corePercent, "% core", 5);
    }

    private record Measured(double ready, long live, double corePercent) {}

    private Measured measure(int topics, int seconds) throws Exception {
        int port = Bench.freePort();
        long start = System.nanoTime();
        ProcessBuilder command = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("bench.libraries"),
                        "io.octavo.server.OctavoServer",
                        "--server.address=127.0.0.1",
                        "--server.port=" + port,
                        "--octavo.grpc.endpoint=127.0.0.1:0",
                        "--octavo.roles=subscribe",
                        "--octavo.environment=local",
                        "--octavo.cassandra.contact-points=127.0.0.1:" + stack.cassandra(),
                        "--octavo.cassandra.local-datacenter=dc1",
                        "--octavo.cassandra.replication=1")
                .redirectErrorStream(true)
                .redirectOutput(stack.work.resolve("node.log").toFile());
        // Where the payloads are, as the other server knows it.
        for (String variable : Files.readString(Path.of("/proc/" + stack.server + "/environ")).split("\0")) {
            if (variable.startsWith("OCTAVO_REGIONS_")) {
                int equals = variable.indexOf('=');
                command.environment().put(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        Process node = command.start();
        Runtime.getRuntime().addShutdownHook(new Thread(node::destroyForcibly));
        try {
            while (!isReady(port)) {
                double waited = (System.nanoTime() - start) / 1e9;
                Bench.require(
                        node.isAlive() && waited < 120,
                        "the node is not ready: " + Files.readString(stack.work.resolve("node.log")));
                Thread.sleep(50);
            }
            double ready = (System.nanoTime() - start) / 1e9;
            int heads = (int) metric(port, "octavo_cache_heads");
            Bench.require(heads >= topics, "topics in memory: " + heads + " (expected: " + topics + ")");
            Thread.sleep(5_000);
            long live = Bench.liveBytes(node.pid());
            double cpu = Bench.cpuMicros(node.pid());
            Thread.sleep(seconds * 1000L);
            return new Measured(ready, live, (Bench.cpuMicros(node.pid()) - cpu) / seconds / 1e4);
        } finally {
            node.destroy();
            node.waitFor();
        }
    }

    private boolean isReady(int port) throws InterruptedException {
        try {
            return get(port, "/api/v1/status").replace(" ", "").contains("\"ready\":true");
        } catch (IOException e) {
            return false;
        }
    }

    private double metric(int port, String name) throws Exception {
        return get(port, "/actuator/prometheus")
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private String get(int port, String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + port + path);
        return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    }

    /** Copies the head of a topic past the server; answers its size. */
    static int fill(Stack stack, String topic, int count) throws Exception {
        try (CqlSession session = Cassandra.open(stack.cassandra())) {
            ByteBuffer bytes = session.execute(
                            "SELECT head FROM octavo.topic_log WHERE topic = ? LIMIT 1", topic)
                    .one()
                    .getByteBuffer("head");
            TopicHead template = TopicHead.parseFrom(bytes);
            PreparedStatement insert = session.prepare(
                    "INSERT INTO octavo.topic_log (topic, epoch, revision, head) VALUES (?, ?, ?, ?)");
            Queue<CompletionStage<AsyncResultSet>> underWay = new ArrayDeque<>();
            for (int i = 0; i < count; i++) {
                TopicHead head = template.toBuilder()
                        .setTopic("bench.many-topics.copies." + i)
                        .build();
                underWay.add(session.executeAsync(insert.bind(
                        head.getTopic(), head.getEpoch(), head.getRevision(), ByteBuffer.wrap(head.toByteArray()))));
                if (underWay.size() == FILLS_UNDER_WAY) {
                    underWay.remove().toCompletableFuture().join();
                }
            }
            underWay.forEach(result -> result.toCompletableFuture().join());
            return template.getSerializedSize();
        }
    }
}
