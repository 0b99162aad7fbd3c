import io.octavo.client.OctavoClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** How long processes with the client start, what subscriptions take of them, and what the client is made of. */
final class ClientStart {
    private static final String PREFIX = "bench.start.";
    private static final int PAYLOAD_BYTES = 20_000;
    private static final int PUBLISHERS = 8;
    private static final String NOBODY = "http://127.0.0.1:1";
    private static final Pattern FALLBACK_AGE = Pattern.compile("\"fallback\":\\[\\{[^}]*\"ageMillis\":(\\d+)");
    private static final List<String> SOURCES = List.of("service", "cached", "disk", "fallback", "distant", "override");
    private static final List<String> WITH_SERVICE = List.of("service", "cached", "override");
    private static final int MILLIS_TO_DISTANT = 20;

    private final String server = "http://127.0.0.1:" + Integer.getInteger("bench.http");
    private final Path work = Path.of(System.getProperty("bench.work"));
    private final Path files = work.resolve("files");
    private final Distant distant;
    private final int pairs;

    /** What a start printed. */
    private record Started(double seconds, double cpu, long heap, long classes, long threads) {}

    private record Read(double seconds, double cpu) {}

    private ClientStart(int pairs) throws IOException {
        this.pairs = pairs;
        this.distant = new Distant(URI.create(System.getenv("OCTAVO_REGIONS_0_S3_ENDPOINT")), MILLIS_TO_DISTANT);
    }

    public static void main(String[] args) throws Exception {
        int most = Bench.option(args, "--topics", 1000);
        ClientStart bench = new ClientStart(Bench.option(args, "--pairs", 3));
        bench.publish(most);
        bench.starts(most);
        bench.size();
    }

    private void publish(int count) throws Exception {
        Files.createDirectories(files);
        ExecutorService publishers = Executors.newFixedThreadPool(PUBLISHERS);
        try (OctavoClient client = OctavoClient.builder().server(URI.create(server)).build()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String topic = PREFIX + i;
                byte[] payload = new byte[PAYLOAD_BYTES];
                new Random(i).nextBytes(payload);
                Files.write(files.resolve(topic), payload);
                running.add(publishers.submit(() -> client.publish(topic).bytes(payload)));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            publishers.shutdown();
        }
        awaitExport();
    }

    /** Until the fallback cache has all that was published before now. */
    private void awaitExport() throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        long begun = System.nanoTime();
        while (true) {
            String status = http.send(
                            HttpRequest.newBuilder(URI.create(server + "/api/v1/status")).build(),
                            BodyHandlers.ofString())
                    .body()
                    .replace(" ", "");
            long waited = (System.nanoTime() - begun) / 1_000_000;
            Matcher age = FALLBACK_AGE.matcher(status);
            if (age.find() && Long.parseLong(age.group(1)) < waited) {
                return;
            }
            Bench.require(waited < 180_000, "nothing is exported: " + status);
            Thread.sleep(500);
        }
    }

    private void starts(int most) throws Exception {
        System.out.println("until all topics of " + PAYLOAD_BYTES + " bytes have a value: seconds, and of CPU; medians of " + pairs
                + ", and ratios to the bytes alone by HTTP/1; and from files");
        System.out.printf(
                "%-18s %8s %8s %8s  %8s %8s %8s  %8s %8s%n",
                "topics, source", "seconds", "http", "ratio", "CPU", "http", "ratio", "files", "classes");
        long heapOfOne = 0;
        int[] counts = IntStream.concat(IntStream.of(1, 100, 1000).filter(few -> few < most), IntStream.of(most))
                .toArray();
        for (int count : counts) {
            Path cache = Files.createDirectories(work.resolve("cache-" + count));
            // Fills the cache directory.
            start("cached", server, count, cache);
            Read http = plain("http", count);
            Read fromFiles = plain("files", count);
            for (String source : SOURCES) {
                List<Started> all = new ArrayList<>();
                for (int i = 0; i < pairs; i++) {
                    all.add(start(source, WITH_SERVICE.contains(source) ? server : NOBODY, count, cache));
                }
                double seconds = median(all, Started::seconds);
                double cpu = median(all, Started::cpu);
                System.out.printf(
                        "%-18s %8.2f %8.2f %8.2f  %8.2f %8.2f %8.2f  %8.2f %8d%n",
                        count + " " + source,
                        seconds,
                        http.seconds(),
                        seconds / http.seconds(),
                        cpu,
                        http.cpu(),
                        cpu / http.cpu(),
                        fromFiles.seconds(),
                        all.get(0).classes());
                if (source.equals("service")) {
                    long heap = all.get(0).heap();
                    if (count == 1) {
                        heapOfOne = heap;
                    } else {
                        System.out.printf(
                                "%d subscriptions: %d bytes of heap each beside the payload, %d threads%n",
                                count,
                                (heap - heapOfOne) / (count - 1) - PAYLOAD_BYTES,
                                all.get(0).threads());
                    }
                }
            }
        }
    }

    private static <T> double median(List<T> all, ToDoubleFunction<T> figure) {
        return Bench.median(all.stream().mapToDouble(figure).toArray());
    }

    private Read plain(String how, int count) throws Exception {
        List<Read> all = new ArrayList<>();
        for (int i = 0; i < pairs; i++) {
            String[] words = java(server, "PlainRead", how, count, files).split(" ");
            all.add(new Read(Double.parseDouble(words[0]), Double.parseDouble(words[1])));
        }
        return new Read(median(all, Read::seconds), median(all, Read::cpu));
    }

    private Started start(String source, String address, int count, Path cache) throws Exception {
        String[] words = java(address, "StartClient", source, count, cache).split(" ");
        return new Started(
                Double.parseDouble(words[0]),
                Double.parseDouble(words[1]),
                Long.parseLong(words[2]),
                Long.parseLong(words[3]),
                Long.parseLong(words[4]));
    }

    /** A fresh process, whose last line is what it has to say. */
    private String java(String address, String main, String how, int count, Path folder)
            throws IOException, InterruptedException {
        String out = Bench.run(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-Dbench.server=" + address,
                "-Dbench.distant=" + distant.address(),
                "-cp",
                System.getProperty("java.class.path"),
                main,
                how,
                Integer.toString(count),
                PREFIX,
                folder.toString()));
        List<String> lines = out.lines().toList();
        return lines.get(lines.size() - 1).strip();
    }

    /** What a user's class path gets longer by. */
    private void size() throws IOException {
        int count = 0;
        int ofSdk = 0;
        long bytes = 0;
        long bytesOfSdk = 0;
        try (Stream<Path> jars = Files.list(Path.of(System.getProperty("bench.jars")))) {
            for (Path jar : jars.filter(file -> file.toString().endsWith(".jar")).toList()) {
                boolean sdk = isOfSdk(jar);
                count++;
                bytes += Files.size(jar);
                ofSdk += sdk ? 1 : 0;
                bytesOfSdk += sdk ? Files.size(jar) : 0;
                if (jar.getFileName().toString().startsWith("octavo-client")) {
                    System.out.printf("%-28s %8.1f MB%n", "1 jar, the client's own", Files.size(jar) / 1e6);
                }
            }
        }
        System.out.printf("%-28s %8.1f MB%n", count + " jars with all it needs", bytes / 1e6);
        System.out.printf(
                "%-28s %8.1f MB%n", (count - ofSdk) + " of them without the SDK", (bytes - bytesOfSdk) / 1e6);
    }

    private static boolean isOfSdk(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream()
                    .anyMatch(entry -> entry.getName().startsWith("software/amazon/")
                            || entry.getName().startsWith("org/reactivestreams/"));
        }
    }
}
