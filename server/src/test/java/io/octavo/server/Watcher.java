package io.octavo.server;

import io.octavo.client.ClientMetrics;
import io.octavo.client.Deserializer;
import io.octavo.client.Deserializers;
import io.octavo.client.Fallback;
import io.octavo.client.OctavoClient;
import io.octavo.client.OctavoClientBuilder;
import io.octavo.client.OctavoException;
import io.octavo.client.Snapshot;
import io.octavo.client.Subscription;
import io.octavo.client.SubscriptionBuilder;
import io.octavo.client.SubscriptionState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A program with Java clients, as somebody's service would have them: told line by line, in JSON, what to do, and what it
 * sees asked for. It ends when its input does.
 */
public final class Watcher {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int BLOCK = 1 << 16;
    private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");

    private final Map<String, Follower> followers = new ConcurrentHashMap<>();
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    /** Of a value. */
    private final LongAccumulator slowestNanos = new LongAccumulator(Math::max, 0);
    /** In all reads of a round, for a lock or for another thread. */
    private final LongAccumulator longestWaitMillis = new LongAccumulator(Math::max, 0);

    private final AtomicLong rounds = new AtomicLong();

    private Watcher() {}

    /** Obeys, until there is nothing more to read. */
    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        Watcher watcher = new Watcher();
        Thread reader = new Thread(watcher::read, "reader");
        reader.setDaemon(true);
        reader.start();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            ObjectNode answer = JSON.createObjectNode();
            try {
                watcher.obey(JSON.readTree(line), answer);
            } catch (Exception e) {
                answer.put("thrown", e.toString());
            }
            out.println(answer);
        }
        System.exit(0);
    }

    /** Reads all values again and again, as a service does at each request. */
    private void read() {
        threads.setThreadContentionMonitoringEnabled(true);
        while (true) {
            long before = waitedMillis();
            for (Follower follower : followers.values()) {
                slowestNanos.accumulate(follower.read());
            }
            longestWaitMillis.accumulate(waitedMillis() - before);
            rounds.incrementAndGet();
            try {
                TimeUnit.MILLISECONDS.sleep(5);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** How long this thread has waited for anything but the processor, since it began. */
    private long waitedMillis() {
        ThreadInfo self = threads.getThreadInfo(Thread.currentThread().getId());
        return self.getBlockedTime() + self.getWaitedTime();
    }

    /** Of reads that have ended, and of the round that is under way. */
    private void forgetReads() throws InterruptedException {
        long underWay = rounds.get();
        while (rounds.get() == underWay) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        slowestNanos.reset();
    }

    private void obey(JsonNode command, ObjectNode answer) throws Exception {
        String name = command.path("name").asString("");
        switch (command.path("do").asString()) {
            case "open" -> followers.put(name, new Follower(command));
            case "subscribe" -> known(name).subscribe(command.path("topic").asString(), command);
            case "see" -> see(answer);
            case "await" -> known(name).await(command, answer);
            case "token" -> known(name).token = command.path("token").asString();
            case "close" -> {
                Follower closed = known(name);
                followers.remove(name);
                closed.client.close();
            }
            case "release" -> known(name).released.countDown();
            case "count" -> count(answer);
            case "forget" -> forgetReads();
            case "fill" -> fill(Path.of(command.path("directory").asString()));
            case "free" ->
                Files.deleteIfExists(Path.of(command.path("directory").asString(), "filling"));
            default -> throw new IllegalArgumentException(command.toString());
        }
    }

    private Follower known(String name) {
        Follower known = followers.get(name);
        if (known == null) {
            throw new IllegalArgumentException("client " + name + ": not open");
        }
        return known;
    }

    private void see(ObjectNode answer) {
        followers.forEach((name, follower) -> follower.see(answer.putObject(name)));
    }

    private void count(ObjectNode answer) throws IOException {
        System.gc();
        answer.put("threads", Thread.getAllStackTraces().size());
        answer.putPOJO(
                "named",
                Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .sorted()
                        .toList());
        List<String> handles = handles();
        answer.put("handles", handles.size());
        answer.putPOJO("open", handles);
        answer.put("now", System.currentTimeMillis());
        answer.put("slowestMicros", slowestNanos.get() / 1_000);
        answer.put("waitedMillis", longestWaitMillis.get());
    }

    /** What is open, by name. Sockets that lead nowhere are told apart: the Java runtime has one, to close others with. */
    private static List<String> handles() throws IOException {
        String unix = Files.readString(Path.of("/proc/self/net/unix"));
        List<String> handles = new ArrayList<>();
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            for (Path link : links.toList()) {
                try {
                    String name = Files.readSymbolicLink(link).toString();
                    Matcher socket = SOCKET.matcher(name);
                    boolean isUnix = socket.matches() && unix.contains(" " + socket.group(1));
                    handles.add(isUnix ? "unix-" + name : name);
                } catch (IOException e) {
                    // The one by which the folder is listed.
                }
            }
        }
        return handles.stream().sorted().toList();
    }

    /** Until there is no room for a byte more. */
    private static void fill(Path directory) {
        byte[] block = new byte[BLOCK];
        try (OutputStream out = Files.newOutputStream(directory.resolve("filling"))) {
            for (int size = BLOCK; size > 0; ) {
                try {
                    out.write(block, 0, size);
                } catch (IOException full) {
                    size /= 2;
                }
            }
        } catch (IOException e) {
            // To close what is full may fail as well.
        }
    }

    /** A client, and what it follows. */
    private static final class Follower implements ClientMetrics {
        private final OctavoClient client;
        private final Map<String, Subscription<?>> subscriptions = new ConcurrentHashMap<>();
        private final Map<String, AtomicInteger> told = new ConcurrentHashMap<>();
        private final Map<String, AtomicInteger> others = new ConcurrentHashMap<>();
        private final Map<String, AtomicInteger> failures = new ConcurrentHashMap<>();
        private final Set<String> held = new HashSet<>();
        private final AtomicInteger lost = new AtomicInteger();
        private final AtomicInteger failedPolls = new AtomicInteger();
        private final CountDownLatch released = new CountDownLatch(1);
        private volatile String token;

        Follower(JsonNode order) {
            token = order.path("token").asString("");
            client = builder(order).metrics(this).token(() -> token).build();
            for (JsonNode topic : order.path("topics")) {
                subscribe(topic.asString(), order);
            }
        }

        private static OctavoClientBuilder builder(JsonNode order) {
            OctavoClientBuilder builder = OctavoClient.builder()
                    .server(URI.create(order.path("server").asString()))
                    .region("eu")
                    .app("watcher")
                    .instance("one");
            if (order.has("endpoint")) {
                builder.subscribeEndpoints(List.of(order.path("endpoint").asString()));
            }
            if (!order.path("unhurried").asBoolean(false)) {
                builder.pollInterval(Duration.ofSeconds(order.path("interval").asInt(1)))
                        .fallbackAfter(Duration.ofSeconds(2));
            }
            if (order.has("cache")) {
                builder.cacheDirectory(Path.of(order.path("cache").asString()));
            }
            if (order.has("s3")) {
                builder.fallback(fallback("eu", order), fallback("us", order));
            }
            return builder;
        }

        private static Fallback fallback(String region, JsonNode order) {
            return Fallback.of(region, "octavo-" + region)
                    .endpoint(URI.create(order.path("s3").asString()))
                    .credentials(
                            order.path("accessKey").asString(),
                            order.path("secretKey").asString());
        }

        private void subscribe(String topic, JsonNode order) {
            boolean isFile = topic.startsWith("large");
            subscriptions.put(
                    topic,
                    isFile
                            ? start(topic, Deserializers.file(), Path.of("/default"), order)
                            : start(topic, Deserializers.utf8(), "default", order));
        }

        private <T> Subscription<T> start(String topic, Deserializer<T> deserializer, T standard, JsonNode order) {
            SubscriptionBuilder<T> builder = client.subscription(topic, deserializer)
                    .startOnOlder(order.path("older").asInt(0))
                    .listener(snapshot -> listen(topic, snapshot, order))
                    .listener(snapshot -> count(others, topic));
            if (order.path("default").asBoolean(false)) {
                builder.defaultOnError(standard);
            }
            return builder.start();
        }

        private void listen(String topic, Snapshot<?> snapshot, JsonNode order) {
            int times = count(told, topic);
            if (order.path("throws").asBoolean(false)) {
                throw new IllegalStateException("thrown by a listener of the test");
            }
            // One blocks at the version it gets first, another at the one after; longer than its time, until it is
            // told.
            if (order.has("blocks") && times == order.path("blocksAt").asInt(1)) {
                try {
                    TimeUnit.SECONDS.sleep(order.path("blocks").asInt());
                    released.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException("interrupted at version " + snapshot.version(), e);
                }
            }
        }

        /**
         * Reads all values. For one thread.
         *
         * @return ns that the slowest read took
         */
        long read() {
            long slowest = 0;
            for (Map.Entry<String, Subscription<?>> one : subscriptions.entrySet()) {
                long start = System.nanoTime();
                try {
                    one.getValue().current();
                    slowest = Math.max(slowest, System.nanoTime() - start);
                    held.add(one.getKey());
                } catch (OctavoException | IllegalStateException e) {
                    slowest = Math.max(slowest, System.nanoTime() - start);
                    if (held.contains(one.getKey())) {
                        lost.incrementAndGet();
                    }
                }
            }
            return slowest;
        }

        void await(JsonNode order, ObjectNode answer) throws InterruptedException {
            Subscription<?> awaited =
                    Objects.requireNonNull(subscriptions.get(order.path("topic").asString()), "topic");
            long start = System.nanoTime();
            try {
                awaited.awaitValue(Duration.ofMillis(order.path("ms").asLong()));
                answer.put("version", awaited.current().version());
            } catch (OctavoException e) {
                answer.put("error", e.getMessage());
            }
            answer.put("tookMs", Duration.ofNanos(System.nanoTime() - start).toMillis());
        }

        void see(ObjectNode answer) {
            answer.put("up", client.health().isUp());
            // How often there was no value any more.
            answer.put("lost", lost.get());
            answer.put("failedPolls", failedPolls.get());
            subscriptions.forEach((topic, one) -> {
                ObjectNode seen = answer.putObject(topic);
                SubscriptionState state = one.state();
                seen.put("phase", state.phase().name());
                seen.put("offered", state.offered());
                seen.put("error", state.error() == null ? "" : state.error().getMessage());
                seen.put("told", told.getOrDefault(topic, new AtomicInteger()).get());
                seen.put(
                        "othersTold",
                        others.getOrDefault(topic, new AtomicInteger()).get());
                try {
                    Snapshot<?> snapshot = one.current();
                    seen.put("version", snapshot.version());
                    seen.put("source", snapshot.source().name());
                    seen.put("value", text(snapshot.value()));
                    seen.put("asOf", snapshot.asOf().toEpochMilli());
                    seen.put(
                            "ageMs",
                            Duration.between(snapshot.asOf(), Instant.now()).toMillis());
                } catch (OctavoException e) {
                    seen.put("version", 0).put("source", "").put("value", "");
                }
            });
            failures.forEach((kind, count) -> answer.put(kind, count.get()));
        }

        /** Of a file, whether it is there. */
        private static String text(Object value) {
            if (!(value instanceof Path file)) {
                return value.toString();
            }
            try (BufferedReader reader = Files.newBufferedReader(file)) {
                return reader.readLine();
            } catch (IOException e) {
                return e.toString();
            }
        }

        @Override
        public void polled(boolean answered) {
            if (!answered) {
                failedPolls.incrementAndGet();
            }
        }

        @Override
        public void failed(String topic, Failure kind) {
            count(failures, kind.name());
        }

        private static int count(Map<String, AtomicInteger> counts, String what) {
            return counts.computeIfAbsent(what, key -> new AtomicInteger()).incrementAndGet();
        }
    }
}
