package io.octavo.acceptance.footprint;

import io.octavo.client.Deserializers;
import io.octavo.client.Fallback;
import io.octavo.client.OctavoClient;
import io.octavo.client.OctavoClientBuilder;
import io.octavo.client.Subscription;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Opens clients, one after the other, and closes each: at work, amid a start with the service and without it, amid a
 * download. Says what is left of them, by name. Arguments: how many, what small topics' names begin with, a topic with a
 * large payload, the cache directory, and the S3 store's address, bucket and keys.
 */
final class ClosedClients {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final int TOPICS = 3;

    private final URI server = URI.create(System.getenv("OCTAVO_SERVER"));
    private final Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    private final String prefix;
    private final String large;
    private final Path cache;
    private final Fallback store;
    private int amidDownload;

    private ClosedClients(String[] arguments) {
        this.prefix = arguments[1];
        this.large = arguments[2];
        this.cache = Path.of(arguments[3]);
        this.store = Fallback.of("local", arguments[5])
                .endpoint(URI.create(arguments[4]))
                .credentials(arguments[6], arguments[7]);
    }

    public static void main(String[] arguments) throws Exception {
        new ClosedClients(arguments).run(Integer.parseInt(arguments[0]));
    }

    private void run(int count) throws Exception {
        List<String> threads = Footprint.threadsNow();
        // Each kind once: the runtime loads and opens what it needs, and the AWS SDK makes a thread for the process at
        // its
        // first read.
        each(4);
        withoutTheService(client -> {
            for (Subscription<String> each : subscribe(client)) {
                each.awaitValue(BOUND);
            }
        });
        awaitNothingLeft(threads, Footprint.descriptorsNow());
        List<String> descriptors = Footprint.descriptorsNow();
        Footprint before = Footprint.settled();
        List<String> then = Footprint.threadsNow();
        amidDownload = 0;
        each(count);
        long closed = System.nanoTime();
        List<String> left = awaitNothingLeft(then, descriptors);
        Footprint.figure("milliseconds until nothing was left", (System.nanoTime() - closed) / 1_000_000);
        left.forEach(name -> System.out.println("left: " + name));
        Footprint.figure("closed amid a download", amidDownload);
        Footprint after = Footprint.settled();
        Footprint.figure("heap left", after.live() - before.live());
        after.printGrowth("grown", before);
    }

    private void each(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            switch (i % 4) {
                case 0 -> atWork();
                case 1 -> amidAStart(i);
                case 2 -> amidAStartWithoutTheService(i);
                default -> amidADownload();
            }
        }
    }

    private void atWork() throws Exception {
        try (OctavoClient client = client(server).build()) {
            for (Subscription<String> each : subscribe(client)) {
                each.awaitValue(BOUND);
            }
        }
    }

    private void amidAStart(int moment) throws Exception {
        try (OctavoClient client = client(server).cacheDirectory(cache).build()) {
            subscribe(client);
            Thread.sleep(moment % 20);
        }
    }

    private void amidAStartWithoutTheService(int moment) throws Exception {
        withoutTheService(client -> {
            subscribe(client);
            Thread.sleep(moment % 50);
        });
    }

    private interface Work {
        void with(OctavoClient client) throws Exception;
    }

    /** Somebody takes the connection, and never answers. */
    private void withoutTheService(Work work) throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                OctavoClient client = client(URI.create("http://127.0.0.1:" + silent.getLocalPort()))
                        .cacheDirectory(cache)
                        .fallback(store)
                        .fallbackAfter(Duration.ZERO)
                        .build()) {
            work.with(client);
        }
    }

    private void amidADownload() throws Exception {
        AtomicBoolean isDone = new AtomicBoolean();
        try (OctavoClient client = client(server).build()) {
            client.subscription(large, payload -> {
                        isDone.set(true);
                        return payload.size();
                    })
                    .start();
            for (long end = System.nanoTime() + BOUND.toNanos(); !isDone.get() && !hasBegun(); ) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException("no download of " + large + " begins");
                }
                Thread.sleep(1);
            }
        }
        amidDownload += isDone.get() ? 0 : 1;
    }

    private boolean hasBegun() throws IOException {
        for (Path file : Footprint.files(temporary)) {
            if (file.toString().endsWith(".payload") && Files.exists(file) && Files.size(file) > 0) {
                return true;
            }
        }
        return false;
    }

    private OctavoClientBuilder client(URI address) {
        return OctavoClient.builder().server(address).app("footprint").requestTimeout(Duration.ofSeconds(5));
    }

    private List<Subscription<String>> subscribe(OctavoClient client) {
        List<Subscription<String>> subscriptions = new ArrayList<>();
        for (int i = 0; i < TOPICS; i++) {
            subscriptions.add(
                    client.subscription(prefix + i, Deserializers.utf8()).start());
        }
        return subscriptions;
    }

    /** Connections and threads that are shared by clients, gRPC's and the JDK's, are kept for some seconds. */
    private List<String> awaitNothingLeft(List<String> threads, List<String> descriptors) throws Exception {
        List<String> left = left(threads, descriptors);
        for (long end = System.nanoTime() + BOUND.toNanos(); !left.isEmpty() && System.nanoTime() < end; ) {
            Thread.sleep(100);
            left = left(threads, descriptors);
        }
        return left;
    }

    private List<String> left(List<String> threads, List<String> descriptors) throws IOException {
        List<String> left = new ArrayList<>();
        more(threads, Footprint.threadsNow()).forEach(name -> left.add("thread " + name));
        more(descriptors, Footprint.descriptorsNow()).forEach(name -> left.add("descriptor " + name));
        Footprint.files(temporary).forEach(file -> left.add("file " + file));
        Footprint.files(cache.resolve("work")).forEach(file -> left.add("file " + file));
        return left;
    }

    private static List<String> more(List<String> before, List<String> now) {
        List<String> more = new ArrayList<>(now);
        before.forEach(more::remove);
        return more;
    }
}
