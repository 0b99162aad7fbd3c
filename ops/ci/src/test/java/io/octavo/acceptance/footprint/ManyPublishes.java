package io.octavo.acceptance.footprint;

import io.octavo.client.Deserializers;
import io.octavo.client.OctavoClient;
import io.octavo.client.Subscription;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Publishes and follows some topics, every fourth as a file, in one process with a cache directory: what it takes after a
 * tenth of the publishes, and after all. Arguments: how many, host and port of a node, the cache directory.
 */
final class ManyPublishes {
    private static final int TOPICS = 32;
    private static final int THREADS = 32;
    private static final String PREFIX = "footprint.churn.";
    private static final Duration BOUND = Duration.ofSeconds(30);

    private final OctavoClient client;
    private final Path cache;
    private final List<Subscription<?>> subscriptions = new ArrayList<>();
    private final ExecutorService publishers = Executors.newFixedThreadPool(THREADS);
    private int published;

    private ManyPublishes(OctavoClient client, Path cache) {
        this.client = client;
        this.cache = cache;
    }

    public static void main(String[] arguments) throws Exception {
        int all = Integer.parseInt(arguments[0]);
        Path cache = Path.of(arguments[2]);
        try (OctavoClient client = OctavoClient.builder()
                .subscribeEndpoints(List.of(arguments[1]))
                .publishEndpoints(List.of(arguments[1]))
                .app("footprint")
                .cacheDirectory(cache)
                .build()) {
            ManyPublishes story = new ManyPublishes(client, cache);
            story.subscribe();
            Footprint tenth = story.publish(all / 10, "tenth");
            story.publish(all, "all").printGrowth("all", tenth);
            story.publishers.shutdown();
        }
    }

    private void subscribe() {
        for (int i = 0; i < TOPICS; i++) {
            boolean isFile = i % 4 == 0;
            subscriptions.add(client.subscription(PREFIX + i, isFile ? Deserializers.file() : Deserializers.utf8())
                    .start());
        }
    }

    private Footprint publish(int until, String when) throws Exception {
        long start = System.nanoTime();
        int before = published;
        while (published < until) {
            publishSome(Math.min(until, published + 10 * THREADS));
        }
        Footprint.figure(
                when + " publishes a second", (published - before) * 1_000_000_000L / (System.nanoTime() - start));
        Footprint.figure(when + " publishes", published);
        awaitNewest();
        Footprint then = Footprint.settled();
        then.print(when);
        files(when, "work", cache.resolve("work"));
        files(when, "topics", cache.resolve("topics"));
        files(when, "payloads", cache.resolve("payloads"));
        files(when, "temporary", Path.of(System.getProperty("java.io.tmpdir")));
        return then;
    }

    /** In rounds: nothing of them is held by who looks what is. */
    private void publishSome(int until) throws Exception {
        List<Future<?>> running = new ArrayList<>();
        for (; published < until; published++) {
            int number = published;
            running.add(publishers.submit(
                    () -> client.publish(PREFIX + number % TOPICS).string("value " + number)));
        }
        for (Future<?> each : running) {
            each.get(BOUND.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** Versions are numbered from 1 in each topic. */
    private void awaitNewest() throws InterruptedException {
        for (int i = 0; i < TOPICS; i++) {
            int newest = (published - i + TOPICS - 1) / TOPICS;
            for (long end = System.nanoTime() + BOUND.toNanos();
                    subscriptions.get(i).state().version() < newest; ) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException("version " + newest + " of " + PREFIX + i + " doesn't come: "
                            + subscriptions.get(i).state());
                }
                Thread.sleep(20);
            }
        }
    }

    private static void files(String when, String what, Path folder) throws Exception {
        List<Path> files = Footprint.files(folder);
        Footprint.figure(when + " files " + what, files.size());
        if (!what.equals("payloads") && !what.equals("topics")) {
            files.forEach(file -> System.out.println(when + ": file " + file));
        }
    }
}
