package io.octavo.server.housekeeping;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.local.LocalS3;
import io.octavo.protocol.Part;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Scopes;
import io.octavo.server.cassandra.CassandraStore;
import io.octavo.server.cassandra.TestCassandra;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.NoFallback;
import io.octavo.server.payload.Expected;
import io.octavo.server.payload.MissingPayload;
import io.octavo.server.payload.Payloads;
import io.octavo.server.payload.StoredPayload;
import io.octavo.server.payload.TestPayloads;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Publishes against the sweep, on a real Cassandra and a real S3 store. */
@Timeout(180)
class UploadSweepIT {
    /** Longer than a payload takes to be stored, shorter than publishers dawdle before they commit. */
    private static final Duration MARGIN = Duration.ofMillis(2500);

    private static final int PUBLISHERS = 4;
    private static final int PUBLISHES = 12;
    private static final int LARGE = (1 << 20) + 1;

    @TempDir
    private static Path folder;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Queue<StoredPayload> stored = new ConcurrentLinkedQueue<>();
    private final Queue<VersionRecord> acknowledged = new ConcurrentLinkedQueue<>();
    private final AtomicInteger refused = new AtomicInteger();
    private LocalS3 s3;
    private CassandraStore store;
    private Payloads payloads;
    private TopicCommits commits;

    @BeforeEach
    void open() {
        s3 = LocalS3.start(folder);
        s3.awaitReady(Duration.ofSeconds(60));
        store = TestCassandra.open(TestCassandra.config(TestCassandra.shared()));
        payloads = TestPayloads.of(s3, store);
        payloads.check();
        commits = new TopicCommits(
                store.log(),
                () -> {},
                head -> {},
                InstantSource.system(),
                BoundedPatience.within(Duration.ofSeconds(20)),
                meters);
    }

    @AfterEach
    void close() {
        payloads.close();
        store.close();
        s3.close();
    }

    @Test
    void noAcknowledgedVersionLosesItsBytesAndNoBytesAreLeftWithoutAVersion() throws Exception {
        raceWithTheSweep();
        sweepUntilNothingIsListed();
        assertThat(acknowledged).as("published in time").isNotEmpty();
        assertThat(refused).as("given up by the sweep").hasPositiveValue();
        assertBytesAreThereExactlyForVersions();
    }

    private void raceWithTheSweep() throws Exception {
        AtomicBoolean publishing = new AtomicBoolean(true);
        ExecutorService threads = Executors.newFixedThreadPool(PUBLISHERS + 2);
        try {
            Future<?> sweeping = threads.submit(() -> {
                UploadSweep sweep = sweep();
                while (publishing.get()) {
                    Runs.of(sweep);
                }
            });
            List<Future<?>> publishers = new ArrayList<>();
            for (int i = 0; i < PUBLISHERS; i++) {
                Random random = new Random(i);
                publishers.add(threads.submit(() -> publish(random)));
            }
            publishers.add(threads.submit(this::publishTooLate));
            for (Future<?> publisher : publishers) {
                publisher.get();
            }
            publishing.set(false);
            sweeping.get();
        } finally {
            threads.shutdownNow();
        }
    }

    private Void publish(Random random) throws IOException {
        for (int i = 0; i < PUBLISHES; i++) {
            String topic = "topic-" + random.nextInt(2);
            byte[] bytes = new byte[random.nextInt(3) == 0 ? LARGE : 1 + random.nextInt(5_000)];
            random.nextBytes(bytes);
            StoredPayload payload = store(topic, bytes);
            if (payload == null) {
                continue;
            }
            stored.add(payload);
            if (random.nextInt(3) == 0) {
                Instant until = Instant.now().plusMillis(MARGIN.toMillis() - 200 + random.nextInt(1_600));
                await().pollInterval(Duration.ofMillis(10))
                        .until(() -> Instant.now().isAfter(until));
            }
            if (random.nextInt(8) > 0) {
                commit(topic, payload);
            }
        }
        return null;
    }

    /** Dawdles until the sweep has surely given it up. */
    private Void publishTooLate() throws IOException {
        String topic = "topic-0";
        StoredPayload payload = null;
        while (payload == null) {
            payload = store(topic, new byte[] {1});
        }
        stored.add(payload);
        long uploadId = payload.uploadId();
        await().atMost(Duration.ofSeconds(60)).until(() -> store.log().upload(topic, uploadId) != null);
        assertThat(commit(topic, payload)).as("committed what was given up").isFalse();
        return null;
    }

    /** Null if it took so long, on a busy machine, that the sweep gave it up midway. */
    private @Nullable StoredPayload store(String topic, byte[] bytes) throws IOException {
        try {
            return payloads.store(topic, new ByteArrayInputStream(bytes), Expected.nothing());
        } catch (ServiceException givenUp) {
            assertThat(givenUp.code()).isEqualTo(ErrorCode.UNAVAILABLE);
            return null;
        }
    }

    /** False if the sweep had given it up. */
    private boolean commit(String topic, StoredPayload payload) {
        PublishVersion command = new PublishVersion(
                List.of(payload.part()), Map.of(), List.of(Scopes.GLOBAL), null, false, null, payload.uploadId(), "");
        try {
            Committed done = commits.commit(topic, command, "publisher", null);
            acknowledged.add(requireNonNull(done.version()));
            return true;
        } catch (ServiceException givenUp) {
            assertThat(givenUp).hasMessageContaining("given up");
            refused.incrementAndGet();
            return false;
        }
    }

    private void sweepUntilNothingIsListed() {
        UploadSweep sweep = sweep();
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            assertThat(Runs.of(sweep).failedCount()).isZero();
            List<Object> left = new ArrayList<>();
            store.uploads().days().forEach(day -> store.uploads().visit(day, left::add));
            return left.isEmpty();
        });
    }

    private void assertBytesAreThereExactlyForVersions() throws IOException {
        List<Part> owned = new ArrayList<>();
        for (String topic : List.of("topic-0", "topic-1")) {
            store.log()
                    .versionsBelow(topic, Long.MAX_VALUE, 1_000, Read.SERIAL)
                    .forEach(version -> owned.addAll(version.getPartsList()));
        }
        assertThat(owned).hasSize(acknowledged.size());
        acknowledged.forEach(version -> assertThat(owned).containsAll(version.getPartsList()));
        for (StoredPayload payload : stored) {
            assertThat(isThere(payload.part())).isEqualTo(owned.contains(payload.part()));
        }
    }

    private boolean isThere(Part part) throws IOException {
        try (InputStream body = payloads.open(part, 0, part.getSize())) {
            return body.readAllBytes().length == part.getSize();
        } catch (MissingPayload e) {
            return false;
        }
    }

    private UploadSweep sweep() {
        UnownedBytes bytes = new UnownedBytes() {
            @Override
            public void delete(long payloadId, boolean isDirect) {
                payloads.delete(payloadId, isDirect);
            }

            @Override
            public int abortUnfinished(Instant before) {
                return payloads.abortUnfinished(before);
            }
        };
        return new UploadSweep(
                store.uploads(),
                new Owners(store.log(), NoFallback.cache(), MARGIN, InstantSource.system()),
                bytes,
                new HousekeepingConfig.Sweep(
                        Duration.ofSeconds(1), MARGIN, 1_000, Duration.ofHours(24), 100, Duration.ofDays(400)),
                InstantSource.system(),
                System::nanoTime,
                meters);
    }
}
