package io.octavo.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The server dies under thirty publishers, twice: what was acknowledged is there, and repeating makes the rest whole. */
@ExtendWith(SharedStack.class)
final class KilledServerIT {
    private static final long SEED = Long.getLong("octavo.seed", System.nanoTime());
    private static final int THREADS = 30;
    private static final int TOPICS = 3;
    private static final int MOST_PER_THREAD = 500;
    private static final int SMALL = 4 << 10;
    private static final int LARGE = 3 << 19;
    private static final Duration BOUND = Duration.ofMinutes(3);

    private final Stack stack;
    private final Rest rest;
    private final Map<Order, Long> acknowledged = new ConcurrentHashMap<>();
    private final Queue<Order> unacknowledged = new ConcurrentLinkedQueue<>();
    private final AtomicInteger replays = new AtomicInteger();
    private final AtomicBoolean enough = new AtomicBoolean();

    KilledServerIT(Stack stack) {
        this.stack = stack;
        this.rest = new Rest(stack);
    }

    /** One version that somebody wants published, whose bytes follow from its key. */
    private record Order(String topic, String key, int size) {
        static Order of(int thread, int number) {
            // A few are too large to be stored with the metadata.
            boolean isLarge = thread % 10 == 0 && number % 5 == 0;
            return new Order("killed." + thread % TOPICS, thread + "-" + number, isLarge ? LARGE : SMALL);
        }

        byte[] payload() {
            byte[] bytes = new byte[size];
            new SplittableRandom(SEED + key.hashCode()).nextBytes(bytes);
            return bytes;
        }
    }

    @Test
    void everyAcknowledgedVersionSurvivesAndEveryKeyMakesExactlyOne() throws Exception {
        ExecutorService publishers = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                running.add(publishers.submit(() -> {
                    publishUntilEnough(thread);
                    return thread;
                }));
            }
            for (int kill = 1; kill <= 2; kill++) {
                awaitAcknowledged(150, running);
                int then = acknowledged.size();
                long start = System.nanoTime();
                stack.killServer();
                stack.awaitReady();
                System.out.printf(
                        "server killed after %d acknowledged publishes, ready again after %.1f s%n",
                        then, (System.nanoTime() - start) / 1e9);
            }
            awaitAcknowledged(100, running);
            enough.set(true);
            for (Future<?> publisher : running) {
                publisher.get(BOUND.toSeconds(), TimeUnit.SECONDS);
            }
        } finally {
            enough.set(true);
            publishers.shutdownNow();
        }
        int before = acknowledged.size();
        int open = unacknowledged.size();
        for (Order order : unacknowledged) {
            await().atMost(BOUND).until(() -> publish(order));
        }
        System.out.printf(
                "server killed twice: %d publishes acknowledged, %d not; of those repeated %d had happened (seed %d)%n",
                before, open, replays.get(), SEED);
        for (int topic = 0; topic < TOPICS; topic++) {
            verify("killed." + topic);
        }
    }

    private void awaitAcknowledged(int more, List<Future<?>> running) {
        int until = acknowledged.size() + more;
        await().atMost(BOUND).until(() -> {
            for (Future<?> publisher : running) {
                if (publisher.isDone()) {
                    publisher.get();
                }
            }
            return acknowledged.size() >= until;
        });
    }

    private void publishUntilEnough(int thread) throws InterruptedException {
        for (int i = 0; i < MOST_PER_THREAD && !enough.get(); i++) {
            Order order = Order.of(thread, i);
            if (!publish(order)) {
                unacknowledged.add(order);
                stack.awaitReady();
            }
        }
    }

    /** Whether it was acknowledged; refusals that repeating can't help fail. */
    private boolean publish(Order order) throws InterruptedException {
        HttpResponse<byte[]> answer;
        try {
            answer = rest.send(rest.request("/topics/" + order.topic() + "/versions")
                    .header("Idempotency-Key", order.key())
                    .POST(BodyPublishers.ofByteArray(order.payload()))
                    .build());
        } catch (IOException e) {
            return false;
        }
        if (answer.statusCode() == 201) {
            if (answer.headers().firstValue("Octavo-Replayed").isPresent()) {
                replays.incrementAndGet();
            }
            JsonObject version = Rest.json(answer);
            acknowledged.put(order, version.get("version").getAsLong());
            return true;
        }
        String said = new String(answer.body(), StandardCharsets.UTF_8);
        boolean isPassing =
                answer.statusCode() == 503 || answer.statusCode() == 429 || said.contains("REQUEST_RUNNING");
        assertThat(isPassing)
                .as("%s answered %d: %s (seed %d)\n%s", order, answer.statusCode(), said, SEED, stack.logs())
                .isTrue();
        return false;
    }

    private void verify(String topic) throws IOException, InterruptedException {
        Map<Long, Order> orders = acknowledged.entrySet().stream()
                .filter(entry -> entry.getKey().topic().equals(topic))
                .collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
        List<JsonObject> versions = rest.versions(topic);
        assertThat(versions)
                .as("versions of %s without a gap, one for each key (seed %d)", topic, SEED)
                .extracting(version -> version.get("version").getAsLong())
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, orders.size()).boxed().toList());
        for (JsonObject version : versions) {
            long number = version.get("version").getAsLong();
            Order order = Objects.requireNonNull(orders.get(number));
            assertThat(version.get("sha256").getAsString())
                    .as("%s version %d of key %s (seed %d)", topic, number, order.key(), SEED)
                    .isEqualTo(Sha256.of(order.payload()));
            assertThat(Sha256.of(rest.bytes("/topics/" + topic + "/versions/" + number + "/payload")))
                    .as("bytes of %s version %d (seed %d)", topic, number, SEED)
                    .isEqualTo(version.get("sha256").getAsString());
        }
    }
}
