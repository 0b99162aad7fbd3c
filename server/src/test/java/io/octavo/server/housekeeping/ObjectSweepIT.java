package io.octavo.server.housekeeping;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.local.LocalS3;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Scopes;
import io.octavo.server.cassandra.CassandraStore;
import io.octavo.server.cassandra.TestCassandra;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackConfig;
import io.octavo.server.payload.Expected;
import io.octavo.server.payload.Origin;
import io.octavo.server.payload.PayloadObjects;
import io.octavo.server.payload.Payloads;
import io.octavo.server.payload.RegionsConfig;
import io.octavo.server.payload.SmallObjects;
import io.octavo.server.payload.StoredObject;
import io.octavo.server.payload.StoredPayload;
import io.octavo.server.payload.TestPayloads;
import io.octavo.server.payload.UploadLedger.Upload;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.DeleteVersion;
import io.octavo.server.topic.NoteBytesGone;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** What no list has, and what a region has lost, on a real Cassandra and two buckets; only the clock is the test's. */
@Timeout(180)
class ObjectSweepIT {
    private static final int LARGE = (9 << 20) + 1;
    private static final Duration MARGIN = Duration.ofHours(24);

    @TempDir
    private Path folder;

    private final String topic = "topic-" + UUID.randomUUID();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Duration ahead = Duration.ZERO;
    private final InstantSource clock = () -> Instant.now().plus(ahead);
    private LocalS3 s3;
    private CassandraStore store;
    private Payloads payloads;
    private FallbackCache fallback;
    private List<SmallObjects> buckets;
    private TopicCommits commits;

    @BeforeEach
    void open() {
        s3 = LocalS3.start(folder);
        s3.awaitReady(Duration.ofSeconds(60));
        store = TestCassandra.open(TestCassandra.config(TestCassandra.shared()));
        RegionsConfig regions = TestPayloads.regions(s3, "eu-bucket", "us-bucket");
        payloads = TestPayloads.of(regions, store);
        payloads.check();
        buckets = SmallObjects.of(regions, TestPayloads.config(), 4, meters);
        fallback = FallbackCache.of(regions, TestPayloads.config(), new FallbackConfig("fallback", 4), meters);
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
        buckets.forEach(SmallObjects::close);
        fallback.close();
        payloads.close();
        store.close();
        s3.close();
    }

    @Test
    void whatNoListHasGoesAndWhatIsOwnedOrNotOursStays() throws IOException {
        StoredPayload deleted = publish(LARGE);
        StoredPayload small = publish(100);
        StoredPayload served = publish(LARGE);
        StoredPayload forgotten = store(LARGE);
        forgetLedger();
        StoredPayload exported = store(LARGE);
        exportAsIfTheLogWereSetBack(exported);
        buckets.get(0).create("payloads/readme.txt", new byte[1]);
        buckets.get(0).create("payloads/ab/0000000000000bab", new byte[1], new Origin("others", topic, 0, null));

        commit(new DeleteVersion(1, "unused"));
        commit(new DeleteVersion(2, "unused"));
        buckets.get(0).delete(List.of(keyOf(deleted)));
        commit(new NoteBytesGone(List.of(1L, 2L)));
        fallback.regions()
                .get(1)
                .createPayload(small.uploadId(), store.payloads().read(small.uploadId()), Origin.exported(topic, 2));

        assertThat(Runs.of(sweep()).doneCount()).as("all is young").isZero();
        ahead = Duration.ofDays(2);
        Run run = Runs.of(sweep());
        assertThat(run.error()).isNull();
        assertThat(ids(0)).containsExactlyInAnyOrder(served.uploadId(), exported.uploadId(), 0L, 0xbabL);
        assertThat(ids(1)).containsExactlyInAnyOrder(served.uploadId(), exported.uploadId());
        assertThat(fallback.regions().get(1).payload(small.uploadId())).isNull();
        assertThat(run.doneCount())
                .as("the forgotten, once, the deleted, and the exported")
                .isEqualTo(3);
        assertThat(store.log().upload(topic, exported.uploadId()))
                .as("nothing was inserted for what an exported head names")
                .isNull();
        assertThat(requireNonNull(store.log().upload(topic, forgotten.uploadId()))
                        .getOutcome()
                        .name())
                .isEqualTo("ABORTED");
    }

    @Test
    void whatABucketHasLostIsBroughtBackAndWhatBothHaveLostIsTold() throws IOException {
        StoredPayload one = publish(LARGE);
        ReplicaRepair repair = new ReplicaRepair(
                store.log(),
                payloads.replicas(),
                new DirectRepair(store.log(), store.payloads(), fallback, store.uploads()),
                store.uploads(),
                new HousekeepingConfig.Repair(Duration.ofHours(1), Duration.ZERO, 10_000, DataSize.ofGigabytes(1)),
                clock,
                System::nanoTime,
                new Random(),
                meters);
        buckets.get(1).delete(List.of(keyOf(one)));
        runUntilSurveyed(repair);
        assertThat(ids(1)).containsExactly(one.uploadId());
        assertThat(payloads.replicas().look(one.part(), region -> false).missing())
                .isEmpty();

        StoredPayload small = publish(100);
        fallback.regions()
                .get(1)
                .createPayload(small.uploadId(), store.payloads().read(small.uploadId()), Origin.exported(topic, 2));
        store.payloads().delete(small.uploadId());
        runUntilSurveyed(repair);
        assertThat(store.payloads().has(small.uploadId())).isTrue();

        StoredPayload two = publish(LARGE);
        buckets.forEach(bucket -> bucket.delete(List.of(keyOf(two))));
        runUntilSurveyed(repair);
        assertThat(requireNonNull(repair.stopped())).contains(topic + " version 3 (it is nowhere)");
        assertThat(payloads.isMissing(two.part()))
                .as("what keeps consumers from it")
                .isTrue();
    }

    private static void runUntilSurveyed(ReplicaRepair repair) {
        // As much as one run may look at is more than all there is; a copy ends a run.
        for (int i = 0; i < 3; i++) {
            assertThat(Runs.of(repair).error()).isNull();
        }
    }

    private ObjectSweep sweep() {
        UnownedBytes bytes = new UnownedBytes() {
            @Override
            public void delete(long payloadId, boolean isDirect) {
                payloads.delete(payloadId, isDirect);
            }

            @Override
            public int abortUnfinished(Instant before) {
                return 0;
            }
        };
        return ObjectSweep.of(
                buckets.stream().map(PayloadObjects::new).toList(),
                fallback,
                store.uploads()::installation,
                new Owners(store.log(), fallback, MARGIN, clock),
                bytes,
                new HousekeepingConfig.Sweep(
                        Duration.ofHours(1), MARGIN, 1_000, Duration.ZERO, 1_000, Duration.ofDays(400)),
                clock,
                System::nanoTime,
                new Random(),
                meters);
    }

    /** As a head is exported of a version whose commit a backup doesn't have. */
    private void exportAsIfTheLogWereSetBack(StoredPayload payload) {
        TopicHead head = requireNonNull(store.log().head(topic, Read.SERIAL));
        fallback.regions()
                .get(0)
                .createHead(head.toBuilder()
                        .addVersions(head.getVersions(0).toBuilder()
                                .setVersion(head.getNewestVersion() + 1)
                                .setParts(0, payload.part()))
                        .build());
    }

    private void forgetLedger() {
        List<Upload> uploads = new ArrayList<>();
        store.uploads().days().forEach(day -> store.uploads().visit(day, uploads::add));
        uploads.forEach(store.uploads()::remove);
    }

    private StoredPayload publish(int size) throws IOException {
        StoredPayload payload = store(size);
        commit(new PublishVersion(
                List.of(payload.part()), Map.of(), List.of(Scopes.GLOBAL), null, false, null, payload.uploadId(), ""));
        return payload;
    }

    private StoredPayload store(int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return payloads.store(topic, new ByteArrayInputStream(bytes), Expected.nothing());
    }

    private void commit(Command command) {
        commits.commit(topic, command, "tester", null);
    }

    private static String keyOf(StoredPayload payload) {
        Part part = payload.part();
        return part.getS3().getLocations(0).getKey();
    }

    private Set<Long> ids(int region) {
        return new PayloadObjects(buckets.get(region))
                .list("").stream().map(StoredObject::payloadId).collect(Collectors.toCollection(TreeSet::new));
    }
}
