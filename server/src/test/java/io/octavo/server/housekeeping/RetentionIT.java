package io.octavo.server.housekeeping;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.local.LocalS3;
import io.octavo.protocol.Part;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Scopes;
import io.octavo.server.cassandra.CassandraStore;
import io.octavo.server.cassandra.TestCassandra;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.payload.Expected;
import io.octavo.server.payload.MissingPayload;
import io.octavo.server.payload.Payloads;
import io.octavo.server.payload.StoredPayload;
import io.octavo.server.payload.TestPayloads;
import io.octavo.server.retention.ExportedVersions;
import io.octavo.server.retention.Retention;
import io.octavo.server.retention.RetentionConfig;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.DeleteTopic;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.RestoreTopic;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.topic.TopicRows;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Retention on a real Cassandra and a real S3 store; only the clock is the test's, some days ahead. */
@Timeout(180)
class RetentionIT {
    private static final int LARGE = (1 << 20) + 1;
    private static final RetentionConfig CONFIG = new RetentionConfig(
            Duration.ofHours(1),
            3,
            Duration.ZERO,
            Duration.ofHours(24),
            Duration.ZERO,
            1_000,
            100,
            100,
            1_000,
            100,
            Duration.ofDays(365));

    @TempDir
    private static Path folder;

    private final String topic = "retention-" + UUID.randomUUID();
    private volatile Duration ahead = Duration.ZERO;
    private final InstantSource clock = () -> Instant.now().plus(ahead);
    private LocalS3 s3;
    private CassandraStore store;
    private Payloads payloads;
    private TopicCommits commits;
    private RetentionTask task;

    @BeforeEach
    void open() {
        s3 = LocalS3.start(folder);
        s3.awaitReady(Duration.ofSeconds(60));
        store = TestCassandra.open(TestCassandra.config(TestCassandra.shared()));
        payloads = TestPayloads.of(s3, store);
        payloads.check();
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        commits = new TopicCommits(
                store.log(), () -> {}, head -> {}, clock, BoundedPatience.within(Duration.ofSeconds(20)), meters);
        Retention retention =
                new Retention(store.log(), CONFIG.policy(), name -> Set.of(), ExportedVersions.NONE, clock);
        task = new RetentionTask(
                store.log(),
                commits,
                retention,
                payloads::delete,
                CONFIG,
                Duration.ofMinutes(10),
                clock,
                System::nanoTime,
                meters);
    }

    @AfterEach
    void close() {
        payloads.close();
        store.close();
        s3.close();
    }

    @Test
    void whatNothingKeepsGoesFromBothStoresAndADeletedTopicGoesWhole() throws IOException {
        for (int i = 0; i < 6; i++) {
            publish(i % 2 == 0 ? LARGE : 100);
        }
        assertThat(Runs.of(task).failedCount()).isZero();
        assertThat(versionsWithBytes()).hasSize(6);
        ahead = Duration.ofDays(2);
        assertThat(Runs.of(task).failedCount()).isZero();
        assertThat(versionsWithBytes()).containsExactly(6L, 5L, 4L);
        for (long version = 1; version <= 3; version++) {
            assertThat(row(version).getBytesGoneMs()).isPositive();
        }
        assertGone(new PinScope(Scopes.GLOBAL, 2, "incident", 0));

        commit(new DeleteTopic(head().getRevision(), "unused"));
        Runs.of(task);
        commit(new RestoreTopic("not yet"));
        commit(new DeleteTopic(head().getRevision(), "unused"));
        ahead = Duration.ofDays(4);
        assertThat(Runs.of(task).failedCount()).isZero();
        assertThat(versionsWithBytes()).isEmpty();
        assertGone(new RestoreTopic("too late"));
        assertThat(publish(100)).isEqualTo(7);
        TopicRows.assertHeadIsTheFoldOfItsRows(store.log(), topic, topic);
    }

    @Test
    void whoPinsAndPublishesMeanwhileLosesNothing() throws Exception {
        for (int i = 0; i < 20; i++) {
            publish(100);
        }
        // Before anything goes: those that are pinned meanwhile may all have gone by then.
        commit(new PinScope(Scopes.GLOBAL, 7, "incident", 0));
        ahead = Duration.ofDays(2);
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<?> operator = threads.submit(() -> {
                Random random = new Random(7);
                for (int i = 0; i < 30; i++) {
                    operate(random);
                }
                return null;
            });
            while (!operator.isDone()) {
                Runs.of(task);
            }
            operator.get();
        } finally {
            threads.shutdownNow();
        }
        assertThat(Runs.of(task).failedCount()).isZero();
        List<Long> there = versionsWithBytes();
        assertThat(head().getPinsList())
                .extracting(Pin::getVersion)
                .contains(7L)
                .isSubsetOf(there);
        assertThat(there).contains(head().getNewestVersion());
        assertThat(there).filteredOn(version -> version <= 20).hasSizeLessThan(20);
        TopicRows.assertHeadIsTheFoldOfItsRows(store.log(), topic, topic);
    }

    private void operate(Random random) throws IOException {
        if (random.nextInt(3) == 0) {
            publish(100);
            return;
        }
        Scope scope = Scope.newBuilder().setApp("app-" + random.nextInt(3)).build();
        try {
            commit(new PinScope(scope, 1 + random.nextInt(20), "incident", 0));
        } catch (ServiceException gone) {
            assertThat(gone.code()).isEqualTo(ErrorCode.GONE);
        }
    }

    private long publish(int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        StoredPayload payload = payloads.store(topic, new ByteArrayInputStream(bytes), Expected.nothing());
        PublishVersion publish = new PublishVersion(
                List.of(payload.part()), Map.of(), List.of(Scopes.GLOBAL), null, false, null, payload.uploadId(), "");
        return requireNonNull(commits.commit(topic, publish, "publisher", null).version())
                .getVersion();
    }

    private void assertGone(Command command) {
        assertThatThrownBy(() -> commit(command))
                .isInstanceOfSatisfying(
                        ServiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.GONE));
    }

    private void commit(Command command) {
        commits.commit(topic, command, "operator", null);
    }

    /** Those that are not deleted; all of them have their bytes, and no other has. */
    private List<Long> versionsWithBytes() throws IOException {
        for (VersionRecord row : rows()) {
            assertThat(isThere(row.getParts(0)))
                    .as("version " + row.getVersion())
                    .isEqualTo(!row.hasDeletion());
        }
        return rows().stream()
                .filter(row -> !row.hasDeletion())
                .map(VersionRecord::getVersion)
                .toList();
    }

    private boolean isThere(Part part) throws IOException {
        try (InputStream body = payloads.open(part, 0, part.getSize())) {
            return body.readAllBytes().length == part.getSize();
        } catch (MissingPayload e) {
            return false;
        }
    }

    private List<VersionRecord> rows() {
        return store.log().versionsBelow(topic, Long.MAX_VALUE, 1_000, Read.SERIAL);
    }

    private VersionRecord row(long version) {
        return requireNonNull(store.log().version(topic, version, Read.SERIAL));
    }

    private TopicHead head() {
        return requireNonNull(store.log().head(topic, Read.SERIAL));
    }
}
