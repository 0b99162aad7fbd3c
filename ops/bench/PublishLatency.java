import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;

/**
 * Publishes 1 KB again and again on one kept connection, and after each publish reads the topic as a baseline: both see
 * the same machine in the same state. Prints percentiles and their ratios.
 */
public final class PublishLatency {
    private static final int PAYLOAD_BYTES = 1024;
    private static final int WARM_UP = 200;
    private static final Duration BOUND = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(BOUND)
            .build();
    private final URI topic;
    private final Random random = new Random(20_261_122);

    private PublishLatency(String server) {
        this.topic = URI.create(server + "/api/v1/topics/bench.publish-latency." + UUID.randomUUID());
    }

    public static void main(String[] args) throws Exception {
        String server = System.getenv().getOrDefault("OCTAVO_SERVER", "http://127.0.0.1:8080");
        int count = 2000;
        for (int i = 0; i < args.length; i += 2) {
            if (i + 1 < args.length && args[i].equals("--server")) {
                server = args[i + 1];
            } else if (i + 1 < args.length && args[i].equals("--count") && args[i + 1].matches("[1-9]\\d{0,6}")) {
                count = Integer.parseInt(args[i + 1]);
            } else {
                System.err.println(args[i] + ": unknown (expected: --server URL, --count 1…9999999)");
                System.exit(2);
            }
        }
        try {
            new PublishLatency(server).run(count);
        } catch (IOException e) {
            System.err.println(server + ": " + e + " (expected: a running server; ./octavo up starts one)");
            System.exit(1);
        }
    }

    private void run(int count) throws IOException, InterruptedException {
        measure(new long[WARM_UP], new long[WARM_UP]);
        long[] publish = new long[count];
        long[] read = new long[count];
        long start = System.nanoTime();
        measure(publish, read);
        double seconds = (System.nanoTime() - start) / 1e9;
        Arrays.sort(publish);
        Arrays.sort(read);
        System.out.printf("%,d publishes of %,d bytes and %,d reads in %.1f s%n", count, PAYLOAD_BYTES, count, seconds);
        System.out.println("         publish      read   ratio");
        for (int percent : new int[] {50, 90, 99, 100}) {
            double written = percentile(publish, percent) / 1e6;
            double looked = percentile(read, percent) / 1e6;
            String name = percent == 100 ? "max" : "p" + percent;
            System.out.printf("%-4s  %7.2f ms %6.2f ms %7.1f%n", name, written, looked, written / looked);
        }
    }

    private void measure(long[] publish, long[] read) throws IOException, InterruptedException {
        byte[] payload = new byte[PAYLOAD_BYTES];
        for (int i = 0; i < publish.length; i++) {
            random.nextBytes(payload);
            HttpRequest post = HttpRequest.newBuilder(URI.create(topic + "/versions"))
                    .timeout(BOUND)
                    .header("Idempotency-Key", UUID.randomUUID().toString())
                    .POST(BodyPublishers.ofByteArray(payload))
                    .build();
            publish[i] = time(post, 201);
            read[i] = time(HttpRequest.newBuilder(topic).timeout(BOUND).build(), 200);
        }
    }

    private long time(HttpRequest request, int expected) throws IOException, InterruptedException {
        long start = System.nanoTime();
        HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
        long took = System.nanoTime() - start;
        if (answer.statusCode() != expected) {
            throw new IOException(request.method() + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return took;
    }

    private static long percentile(long[] sorted, int percent) {
        return sorted[Math.min(sorted.length - 1, (int) ((long) sorted.length * percent / 100))];
    }
}
