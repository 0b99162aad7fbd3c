import io.octavo.client.Deserializers;
import io.octavo.client.Fallback;
import io.octavo.client.OctavoClient;
import io.octavo.client.OctavoClientBuilder;
import io.octavo.client.Source;
import io.octavo.client.Subscription;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts a client with topics from one source, and says how long it took from the first line of this program on until all
 * had a value: {@code seconds cpuSeconds heapBytes classes threads}. The CPU time is that of the whole process.
 */
final class StartClient {
    private static final Duration BOUND = Duration.ofMinutes(3);

    private StartClient() {}

    /** Arguments: where values are to come from, how many topics, what their names begin with, the cache directory. */
    public static void main(String[] arguments) throws Exception {
        long start = System.nanoTime();
        String from = arguments[0];
        int count = Integer.parseInt(arguments[1]);
        OctavoClientBuilder builder = OctavoClient.builder()
                .server(URI.create(System.getProperty("bench.server")))
                .instance("bench-client");
        if (!System.getProperty("bench.server").endsWith(":1")) {
            // It is there, however busy the machine is.
            builder.fallbackAfter(BOUND);
        }
        if (from.equals("cached") || from.equals("disk")) {
            builder.cacheDirectory(Path.of(arguments[3]));
        }
        if (from.equals("fallback") || from.equals("distant")) {
            String store = from.equals("distant")
                    ? System.getProperty("bench.distant")
                    : System.getenv("OCTAVO_REGIONS_0_S3_ENDPOINT");
            builder.fallback(Fallback.of("local", System.getenv("OCTAVO_REGIONS_0_S3_BUCKET"))
                    .endpoint(URI.create(store))
                    .credentials(
                            System.getenv("OCTAVO_REGIONS_0_S3_ACCESSKEY"),
                            System.getenv("OCTAVO_REGIONS_0_S3_SECRETKEY")));
        }
        for (int i = 0; from.equals("override") && i < count; i++) {
            builder.override(arguments[2] + i, 1);
        }
        try (OctavoClient client = builder.build()) {
            List<Subscription<byte[]>> subscriptions = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                subscriptions.add(client.subscription(arguments[2] + i, Deserializers.bytes())
                        .start());
            }
            for (Subscription<byte[]> each : subscriptions) {
                each.awaitValue(BOUND);
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            double cpu = Bench.cpuMicros(ProcessHandle.current().pid()) / 1e6;
            Source expected =
                    switch (from) {
                        case "cached" -> Source.SERVICE;
                        case "distant" -> Source.FALLBACK;
                        default -> Source.valueOf(from.toUpperCase(java.util.Locale.ROOT));
                    };
            for (Subscription<byte[]> each : subscriptions) {
                Bench.require(
                        each.current().source() == expected,
                        each.topic() + ": from " + each.current().source() + " (expected: " + expected + ")");
            }
            int classes = ManagementFactory.getClassLoadingMXBean().getLoadedClassCount();
            System.out.printf(
                    java.util.Locale.ROOT,
                    "%.3f %.3f %d %d %d%n",
                    seconds,
                    cpu,
                    Bench.liveBytes(ProcessHandle.current().pid()),
                    classes,
                    Thread.activeCount());
        }
    }
}
