import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A node of its own beside the server under test, on the same stores, and stopped when it is closed. */
final class Node implements AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final int port = Bench.freePort();
    private final long started = System.nanoTime();
    private final Path log;
    private final Process process;

    /** @param cassandra the port where it looks for Cassandra */
    Node(Stack stack, String roles, int cassandra, String... keys) throws IOException {
        log = stack.work.resolve(roles + ".log");
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
                "--octavo.cassandra.contact-points=127.0.0.1:" + cassandra,
                "--octavo.cassandra.local-datacenter=dc1",
                "--octavo.cassandra.replication=1"));
        command.addAll(List.of(keys));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(stack.regions);
        process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    long pid() {
        return process.pid();
    }

    double secondsSinceStart() {
        return (System.nanoTime() - started) / 1e9;
    }

    /** Waits until it says that it is ready. */
    void awaitReady(int seconds) throws Exception {
        while (!isReady()) {
            goOn(seconds, started, "ready");
            Thread.sleep(50);
        }
    }

    /** Waits until a metric is as high. */
    void await(String metric, double least, int seconds) throws Exception {
        long from = System.nanoTime();
        while (metric(metric) < least) {
            goOn(seconds, from, metric + ": " + least);
            Thread.sleep(100);
        }
    }

    private void goOn(int seconds, long from, String what) throws IOException {
        Bench.require(
                process.isAlive() && (System.nanoTime() - from) / 1e9 < seconds,
                what + ": not within " + seconds + " s: " + Files.readString(log));
    }

    /** The sum of what begins so; 0 if the node doesn't answer yet. */
    double metric(String name) throws InterruptedException {
        try {
            return get("/actuator/prometheus")
                    .lines()
                    .filter(line -> line.startsWith(name))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .filter(value -> !Double.isNaN(value))
                    .sum();
        } catch (IOException e) {
            return 0;
        }
    }

    String get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString())
                .body();
    }

    HttpResponse<String> post(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri(path))
                .POST(BodyPublishers.noBody())
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    private boolean isReady() throws InterruptedException {
        try {
            return get("/api/v1/status").replace(" ", "").contains("\"ready\":true");
        } catch (IOException e) {
            return false;
        }
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }
}
