package io.octavo.server.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.Part;
import io.octavo.protocol.S3Pointer;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.UploadRecord;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Heads;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.ExportedHeads;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackConfig;
import io.octavo.server.fallback.FallbackRegion;
import io.octavo.server.housekeeping.Interposed.Killed;
import io.octavo.server.payload.InMemoryObjects;
import io.octavo.server.payload.InMemoryUploadLedger;
import io.octavo.server.payload.Origin;
import io.octavo.server.payload.PayloadObjects;
import io.octavo.server.payload.SmallObjects;
import io.octavo.server.payload.UploadLedger;
import io.octavo.server.payload.UploadLedger.Upload;
import io.octavo.server.topic.DeleteVersion;
import io.octavo.server.topic.InMemoryTopicLog.Backup;
import io.octavo.server.topic.NoteBytesGone;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.RestampTopic;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Publishers, sweeps, exports, deletions, and restores of an older backup, that interrupt one another between any two of
 * their steps, die there, and lose answers: no version that the log has, or that an exported head names, is ever without
 * its bytes, and in the end no bytes are without a version, whatever list they had fallen from.
 */
class SweepModelTest {
    private static final int HISTORIES = 200;
    private static final int ACTIONS = 40;
    private static final int DEEPEST = 4;
    private static final String TOPIC = "topic";
    private static final Duration MARGIN = Duration.ofHours(1);
    private static final HousekeepingConfig.Sweep CONFIG =
            new HousekeepingConfig.Sweep(Duration.ofMinutes(10), MARGIN, 10_000, Duration.ZERO, 10_000, Duration.ZERO);
    private static final FallbackConfig FALLBACK = new FallbackConfig("fallback", 1);

    private final long seed = Long.getLong("octavo.seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private long nanos;
    private int refused;
    private int committed;
    private int restored;

    @Test
    void everyVersionKeepsItsBytesAndWhatBelongsToNobodyGoes() {
        int killed = 0;
        for (int i = 0; i < HISTORIES; i++) {
            SweepHistory history = new SweepHistory("octavo.seed=" + seed + ", history " + i);
            try {
                history.play();
            } catch (RuntimeException e) {
                throw new AssertionError(history.description, e);
            }
            killed += history.killed();
        }
        assertThat(refused).as("octavo.seed=" + seed).isPositive();
        assertThat(committed).as("octavo.seed=" + seed).isGreaterThan(HISTORIES * 2);
        assertThat(restored).as("octavo.seed=" + seed).isGreaterThan(HISTORIES / 8);
        assertThat(killed).as("octavo.seed=" + seed).isGreaterThan(HISTORIES / 4);
        for (String outcome : List.of("owned", "young", "removed", "undecided", "foreign", "unknown")) {
            assertThat(meters.counter("octavo.gc.objects", "outcome", outcome).count())
                    .as(outcome)
                    .isPositive();
        }
    }

    /** Nobody waits for his turn. */
    private long muchLater() {
        nanos += 1_000_000_000;
        return nanos;
    }

    private final class SweepHistory extends History {
        private final InMemoryUploadLedger ledger = new InMemoryUploadLedger(time);
        private final List<InMemoryObjects> buckets =
                List.of(new InMemoryObjects("eu", time), new InMemoryObjects("us", time));
        private final List<SmallObjects> steppedBuckets = buckets.stream()
                .map(bucket -> stepped(SmallObjects.class, bucket))
                .toList();
        private final FallbackCache fallback = new FallbackCache(steppedBuckets, FALLBACK);
        private final Set<Long> direct = new TreeSet<>();
        /** Payloads of versions that were deleted: a log that is set back may still have them. */
        private final Set<Long> deleted = new HashSet<>();

        private final Queue<Stored> stopped = new ArrayDeque<>();

        private ObjectSweep objects = newObjectSweep();
        private Backup backup = log.backup();
        private List<Upload> listedThen = List.of();
        private boolean isListing;
        private boolean isSetBack;
        private int setBacks;
        private long epoch = time.millis();
        private long ids;

        /**
         * What is stored, and not committed yet.
         *
         * @param since of how many restores its publisher knows
         */
        private record Stored(Instant begun, int since, PublishVersion version) {}

        SweepHistory(String description) {
            super(description, SweepModelTest.this.random, DEEPEST, 6);
        }

        void play() {
            Origin others = new Origin("another installation", TOPIC, 0, time.instant());
            buckets.get(0).put(InMemoryObjects.keyOf(1_000), new byte[1], others);
            buckets.get(0).put(InMemoryObjects.keyOf(1_001), new byte[1]);
            buckets.get(0).put("payloads/readme.txt", new byte[1]);
            for (int i = 0; i < ACTIONS; i++) {
                act();
                assertVersionsHaveTheirBytes();
            }
            settle();
            assertVersionsHaveTheirBytes();
            assertThat(ledger.uploads()).as(description).isEmpty();
            Set<Long> mayStay = owned(false);
            mayStay.addAll(displaced());
            for (InMemoryObjects bucket : buckets) {
                assertThat(idsIn(bucket)).as(description).isSubsetOf(mayStay);
            }
            for (FallbackRegion region : fallback.regions()) {
                region.payloadObjects("")
                        .forEach(object ->
                                assertThat(goneForEver()).as(description).doesNotContain(object.payloadId()));
            }
            assertThat(buckets.get(0).keys())
                    .contains(InMemoryObjects.keyOf(1_000), InMemoryObjects.keyOf(1_001), "payloads/readme.txt");
        }

        /** All is well again, and time passes. */
        private void settle() {
            quiet(true);
            if (log.head(TOPIC, Read.SERIAL) == null && !fallback.newest(TOPIC).isEmpty()) {
                // An export put it while a restore was at work that found nothing: octavo.fallback.ahead says so, and
                // the
                // operator restores again.
                isSetBack = true;
            }
            restamp();
            export(buckets);
            removeBytes(false);
            for (int i = 0; i < 5; i++) {
                time.pass(MARGIN.multipliedBy(3));
                sweep();
                objects = newObjectSweep();
                Runs.of(objects);
            }
        }

        @Override
        void doSomething() {
            switch (random.nextInt(20)) {
                case 0, 1, 2, 3, 4 -> publish();
                case 5 -> resume();
                case 6, 7, 8 -> sweep();
                case 9, 10, 11 -> list();
                case 12, 13 -> deleteVersion();
                case 14 -> removeBytes(random.nextInt(3) == 0);
                case 15, 16 -> export(List.of(buckets.get(random.nextInt(2))));
                case 17 -> ledger.uploads().stream().findFirst().ifPresent(this::loseRow);
                case 18 -> restore();
                default -> {
                    backup = log.backup();
                    listedThen = ledger.uploads();
                }
            }
        }

        @Override
        void happen() {
            time.pass(MARGIN.dividedBy(1 + random.nextInt(4)));
        }

        private void loseRow(Upload upload) {
            if (!upload.direct()) {
                ledger.remove(upload);
            }
        }

        private void publish() {
            Instant begun = time.instant();
            int since = setBacks;
            long id = ++ids;
            boolean isDirect = random.nextInt(3) == 0;
            Origin origin = stepped(UploadLedger.class, ledger).started(TOPIC, id, isDirect);
            Part.Builder part = Part.newBuilder().setSize(1);
            if (isDirect) {
                step("before store");
                if (isTooLate(begun)) {
                    return;
                }
                direct.add(id);
                part.setDirect(DirectPointer.newBuilder().setPayloadId(id));
            } else {
                for (SmallObjects bucket : steppedBuckets) {
                    step("before store");
                    if (isTooLate(begun)) {
                        return;
                    }
                    bucket.create(InMemoryObjects.keyOf(id), new byte[1], origin);
                }
                part.setS3(S3Pointer.newBuilder().setPayloadId(id));
            }
            Stored stored = new Stored(
                    begun,
                    since,
                    new PublishVersion(
                            List.of(part.build()), Map.of(), List.of(Scopes.GLOBAL), null, false, null, id, ""));
            if (random.nextInt(4) == 0) {
                stopped.add(stored);
            } else {
                commit(stored);
            }
        }

        /** A publisher that has stopped goes on, while others are at something. */
        private void resume() {
            Stored stored = stopped.poll();
            if (stored != null && stored.since() == setBacks && !isTooLate(stored.begun())) {
                commit(stored);
            }
        }

        private void commit(Stored stored) {
            try {
                commits(stored.since()).commit(TOPIC, stored.version(), "publisher", null);
                committed++;
            } catch (ServiceException givenUp) {
                refused++;
            }
        }

        /** While the log is set back, it is away for longer than a write waits. */
        private TopicCommits commits(int since) {
            return commits(at -> {
                step(at);
                if (setBacks != since) {
                    throw new Killed(at);
                }
            });
        }

        /** Stores' time-outs end a publish long before. */
        private boolean isTooLate(Instant begun) {
            return hasTaken(MARGIN.multipliedBy(2), begun);
        }

        private boolean hasTaken(Duration most, Instant begun) {
            return Duration.between(begun, time.instant()).compareTo(most) >= 0;
        }

        private void deleteVersion() {
            int since = setBacks;
            TopicHead head = log.head(TOPIC, Read.SERIAL);
            if (head != null) {
                try {
                    long version = Math.max(1, head.getNewestVersion() - 1 - random.nextInt(3));
                    commits(since).commit(TOPIC, new DeleteVersion(version, "unused"), "operator", null);
                } catch (ServiceException | InvalidField refusal) {
                    // As it may be.
                }
            }
        }

        /** What retention does; a region may be unknown to it for a while. */
        private void removeBytes(boolean knowsOneRegionOnly) {
            int since = setBacks;
            List<Long> gone = new ArrayList<>();
            for (VersionRecord row : rows()) {
                Part part = row.getParts(0);
                long id = id(part);
                boolean isDue = row.hasDeletion() && row.getBytesGoneMs() == 0;
                if (isDue
                        && fallback.newest(TOPIC).stream()
                                .noneMatch(head -> ids(head).contains(id))) {
                    deleted.add(id);
                    step("before delete");
                    if (part.hasDirect()) {
                        direct.remove(id);
                        fallback.removePayload(id);
                    } else {
                        steppedBuckets
                                .subList(0, knowsOneRegionOnly ? 1 : 2)
                                .forEach(bucket -> bucket.delete(List.of(InMemoryObjects.keyOf(id))));
                    }
                    gone.add(row.getVersion());
                }
            }
            if (!gone.isEmpty()) {
                try {
                    commits(since).commit(TOPIC, new NoteBytesGone(gone), "octavo:retention", null);
                } catch (ServiceException | InvalidField later) {
                    // With the next run.
                }
            }
        }

        /**
         * Ends within a margin of its reading of the log: the export puts no head that was read longer ago than half of it. What
         * comes to a region just after a restore has asked it, of a version that the restore didn't see, is why its topic is
         * left alone for a margin. What came later still would name bytes that the sweep has removed.
         */
        private void export(List<InMemoryObjects> regions) {
            Instant begun = time.instant();
            TopicHead head = log.head(TOPIC, Read.SERIAL);
            if (head == null) {
                return;
            }
            List<SmallObjects> inTime = regions.stream()
                    .map(bucket -> Interposed.of(SmallObjects.class, bucket, at -> {
                        step(at);
                        if (hasTaken(MARGIN, begun)) {
                            throw new Killed(at);
                        }
                    }))
                    .toList();
            for (FallbackRegion region : new FallbackCache(inTime, FALLBACK).regions()) {
                for (VersionRecord version : HeadContent.served(head)) {
                    long id = id(version.getParts(0));
                    if (version.getParts(0).hasDirect() && direct.contains(id)) {
                        region.createPayload(
                                id, ByteString.copyFrom(new byte[1]), Origin.exported(TOPIC, version.getVersion()));
                    }
                }
                if (!isQuiet() && random.nextInt(4) == 0) {
                    // By chance alone all of this would hardly ever come within an export's time.
                    quietly(() -> {
                        restore();
                        list();
                    });
                }
                region.createHead(head);
            }
        }

        private void restore() {
            log.setBack(backup);
            ledger.setBack(listedThen);
            isSetBack = true;
            setBacks++;
            restored++;
            step("before restamp");
            restamp();
        }

        private void restamp() {
            if (isSetBack) {
                int since = setBacks;
                epoch = Math.max(time.millis(), epoch + 1);
                long mine = epoch;
                log.beginEpoch(mine);
                TopicHead newest = fallback.newest(TOPIC).stream()
                        .max((one, other) ->
                                Heads.compare(one.getEpoch(), one.getRevision(), other.getEpoch(), other.getRevision()))
                        .orElse(null);
                try {
                    commits(since).commit(TOPIC, new RestampTopic(mine, newest), "admin", null);
                    isSetBack = false;
                } catch (ServiceException | InvalidField again) {
                    // Too much was in the way.
                }
            }
        }

        private void sweep() {
            Runs.of(new UploadSweep(
                    stepped(UploadLedger.class, ledger),
                    owners(),
                    stepped(UnownedBytes.class, new Bytes()),
                    CONFIG,
                    time,
                    SweepModelTest.this::muchLater,
                    meters));
        }

        private void list() {
            boolean wasListing = isListing;
            if (isListing || random.nextInt(4) == 0) {
                // Another node takes over, before this one has noticed perhaps.
                objects = newObjectSweep();
            }
            isListing = true;
            try {
                objects.run(new Run(1, () -> isQuiet() || random.nextInt(10) > 0, () -> 0));
            } finally {
                isListing = wasListing;
            }
        }

        private ObjectSweep newObjectSweep() {
            return ObjectSweep.of(
                    steppedBuckets.stream().map(PayloadObjects::new).toList(),
                    fallback,
                    () -> "ours",
                    owners(),
                    stepped(UnownedBytes.class, new Bytes()),
                    CONFIG,
                    time,
                    SweepModelTest.this::muchLater,
                    random,
                    meters);
        }

        private Owners owners() {
            TopicLog atTheLastMoment = Interposed.of(TopicLog.class, log, at -> {
                step(at);
                if (at.equals("before abortUpload") && !isQuiet() && random.nextInt(2) == 0) {
                    // By chance alone hardly any publisher would go on just then.
                    quietly(() -> {
                        while (!stopped.isEmpty()) {
                            resume();
                        }
                    });
                }
            });
            return new Owners(atTheLastMoment, stepped(ExportedHeads.class, fallback), MARGIN, time);
        }

        private final class Bytes implements UnownedBytes {
            @Override
            public void delete(long payloadId, boolean isDirect) {
                if (isDirect) {
                    direct.remove(payloadId);
                } else {
                    steppedBuckets.forEach(bucket -> bucket.delete(List.of(InMemoryObjects.keyOf(payloadId))));
                }
            }

            @Override
            public int abortUnfinished(Instant before) {
                return 0;
            }
        }

        private void assertVersionsHaveTheirBytes() {
            for (long id : owned(true)) {
                boolean isThere = direct.contains(id)
                        || buckets.stream().allMatch(bucket -> idsIn(bucket).contains(id));
                assertThat(isThere).as(description + ": payload " + id).isTrue();
            }
        }

        /**
         * The payloads of versions that the log has, or that an exported head names.
         *
         * @param complete only those whose bytes nobody was to remove, in any past
         */
        private Set<Long> owned(boolean complete) {
            Set<Long> owned = new TreeSet<>();
            rows().stream().filter(row -> row.getBytesGoneMs() == 0).forEach(row -> owned.add(id(row.getParts(0))));
            quietly(() -> fallback.newest(TOPIC).forEach(head -> owned.addAll(ids(head))));
            TopicHead head = log.head(TOPIC, Read.SERIAL);
            if (head != null) {
                owned.addAll(ids(head));
            }
            if (complete) {
                owned.removeAll(deleted);
            }
            return owned;
        }

        /** Payloads of versions of whose numbers a restore has taken over other ones: too rare to be looked for. */
        private Set<Long> displaced() {
            Set<Long> displaced = new HashSet<>();
            for (long id = 1; id <= ids; id++) {
                UploadRecord upload = log.upload(TOPIC, id);
                VersionRecord row = upload == null ? null : log.version(TOPIC, upload.getVersion(), Read.SERIAL);
                if (row != null && id(row.getParts(0)) != id) {
                    displaced.add(id);
                }
            }
            return displaced;
        }

        private Set<Long> goneForEver() {
            Set<Long> gone = new HashSet<>();
            rows().stream().filter(row -> row.getBytesGoneMs() != 0).forEach(row -> gone.add(id(row.getParts(0))));
            return gone;
        }

        private void quietly(Runnable look) {
            boolean was = isQuiet();
            quiet(true);
            look.run();
            quiet(was);
        }

        /** Of our own: the two that are not were put there under high numbers. */
        private Set<Long> idsIn(InMemoryObjects bucket) {
            Set<Long> found = new TreeSet<>();
            Set<String> keys = new HashSet<>(bucket.keys());
            for (long id = 1; id <= ids; id++) {
                if (keys.contains(InMemoryObjects.keyOf(id))) {
                    found.add(id);
                }
            }
            return found;
        }

        private List<VersionRecord> rows() {
            return log.versionsBelow(TOPIC, Long.MAX_VALUE, Integer.MAX_VALUE, Read.SERIAL);
        }

        private Set<Long> ids(TopicHead head) {
            Set<Long> named = new HashSet<>();
            head.getVersionsList().forEach(version -> named.add(id(version.getParts(0))));
            return named;
        }

        private long id(Part part) {
            return part.hasDirect()
                    ? part.getDirect().getPayloadId()
                    : part.getS3().getPayloadId();
        }
    }
}
