import com.google.protobuf.ByteString;
import io.octavo.protocol.PublishHeader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The fallback cache of many topics: exported by a node of the housekeeping role alone, and served by one of the subscribe
 * role that can't reach the metadata store. The topics are copies of one, put into the log past the server.
 */
public final class FallbackCost {
    private static final String TEMPLATE = "bench.fallback.template";
    private static final int STEADY_SECONDS = 60;

    private final Stack stack;
    private final HttpClient http = HttpClient.newHttpClient();

    private FallbackCost(Stack stack) {
        this.stack = stack;
    }

    public static void main(String[] args) throws Exception {
        try (Stack stack = new Stack()) {
            new FallbackCost(stack).run(Bench.option(args, "--count", 50_000));
        } finally {
            signal("CONT");
        }
        System.exit(0);
    }

    private static void signal(String name) throws Exception {
        Bench.run(List.of("kill", "-" + name, Long.toString(Long.getLong("bench.server"))));
    }

    private void run(int count) throws Exception {
        stack.publish(
                        PublishHeader.newBuilder()
                                .setTopic(TEMPLATE)
                                .putMetadata("commit", "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567")
                                .build(),
                        ByteString.copyFrom(new byte[100]))
                .join();
        // It would export them too.
        signal("STOP");
        int headBytes = ManyTopics.fill(stack, TEMPLATE, count);
        System.out.printf("%,d topics, their heads %,d bytes each, one region%n", count, headBytes);
        export(count);
        start(count);
    }

    private void export(int count) throws Exception {
        int port = Bench.freePort();
        Process node = node(port, "housekeeping", stack.cassandra());
        try {
            await(port, node, "octavo_fallback_objects_total{kind=\"head\",outcome=\"created\"", 1, 120);
            long start = System.nanoTime();
            await(port, node, "octavo_fallback_objects_total{kind=\"head\",outcome=\"created\"", count, 900);
            double seconds = (System.nanoTime() - start) / 1e9;
            Bench.figure(String.format("first export (%,.0f heads/s)", count / seconds), seconds, "s", 300);
            Thread.sleep(15_000);
            double calls = metric(port, "octavo_s3_calls_seconds_count");
            double cpu = Bench.cpuMicros(node.pid());
            Thread.sleep(STEADY_SECONDS * 1000L);
            double percent = (Bench.cpuMicros(node.pid()) - cpu) / STEADY_SECONDS / 1e4;
            Bench.figure(
                    String.format(
                            "when nothing changes (%.0f calls to S3 a minute)",
                            metric(port, "octavo_s3_calls_seconds_count") - calls),
                    percent,
                    "% core",
                    10);
            Bench.figure("live heap of the node", Bench.liveBytes(node.pid()) / 1e6, "MB", 150);
        } finally {
            node.destroy();
            node.waitFor();
        }
    }

    private void start(int count) throws Exception {
        int port = Bench.freePort();
        long start = System.nanoTime();
        Process node = node(port, "subscribe", 1);
        try {
            await(port, node, "octavo_cache_stale", 1, 300);
            double ready = (System.nanoTime() - start) / 1e9;
            double heads = metric(port, "octavo_cache_heads");
            Bench.require(heads >= count, "topics in memory: " + heads + " (expected: " + count + ")");
            Bench.figure("a node ready from the fallback cache, process start included", ready, "s", 60);
        } finally {
            node.destroy();
            node.waitFor();
        }
    }

    private Process node(int port, String roles, int cassandra) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("bench.libraries"),
                "io.octavo.server.OctavoServer",
                "--server.address=127.0.0.1",
                "--server.port=" + port,
                "--octavo.grpc.endpoint=127.0.0.1:0",
                "--octavo.roles=" + roles,
                "--octavo.environment=local",
                "--octavo.housekeeping.lease=3s",
                "--octavo.housekeeping.lease-margin=500ms",
                "--octavo.cassandra.contact-points=127.0.0.1:" + cassandra,
                "--octavo.cassandra.local-datacenter=dc1",
                "--octavo.cassandra.replication=1"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(stack.work.resolve(roles + ".log").toFile());
        // Where the payloads are, as the other server knows it.
        for (String variable : Files.readString(Path.of("/proc/" + stack.server + "/environ")).split("\0")) {
            if (variable.startsWith("OCTAVO_REGIONS_")) {
                int equals = variable.indexOf('=');
                builder.environment().put(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        Process node = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(node::destroyForcibly));
        return node;
    }

    private void await(int port, Process node, String metric, double least, int seconds) throws Exception {
        long start = System.nanoTime();
        while (metric(port, metric) < least) {
            Bench.require(
                    node.isAlive() && (System.nanoTime() - start) / 1e9 < seconds,
                    metric + ": not " + least + " within " + seconds + " s");
            Thread.sleep(100);
        }
    }

    /** The sum of what begins so; 0 if the node doesn't answer yet. */
    private double metric(int port, String name) throws InterruptedException {
        try {
            URI uri = URI.create("http://127.0.0.1:" + port + "/actuator/prometheus");
            return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException e) {
            return 0;
        }
    }
}
