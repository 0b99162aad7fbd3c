package io.octavo.server.topic;

import io.octavo.protocol.RequestRecord;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.UploadOutcome;
import io.octavo.protocol.UploadRecord;
import io.octavo.protocol.VersionRecord;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A topic log and its change feed in memory, for tests: passes the same contract as the real one. */
public final class InMemoryTopicLog implements TopicLog, ChangeFeed {
    private static final long REQUESTS_ARE_KEPT_MILLIS = Duration.ofDays(7).toMillis();

    private final InstantSource clock;
    private volatile long epoch;
    private final Map<String, Partition> partitions = new TreeMap<>();
    private final TreeMap<Long, List<Change>> buckets = new TreeMap<>();
    private Predicate<Commit> answersOf = commit -> true;

    public InMemoryTopicLog(InstantSource clock) {
        this.clock = clock;
        this.epoch = clock.millis();
    }

    private static final class Partition {
        private @Nullable TopicHead head;
        private final NavigableMap<Long, VersionRecord> versions = new TreeMap<>();
        private final NavigableMap<Long, TopicEvent> events = new TreeMap<>();
        private final Map<String, RequestRecord> requests = new HashMap<>();
        private final Map<Long, UploadRecord> uploads = new HashMap<>();

        Partition copy() {
            Partition copy = new Partition();
            copy.head = head;
            copy.versions.putAll(versions);
            copy.events.putAll(events);
            copy.requests.putAll(requests);
            copy.uploads.putAll(uploads);
            return copy;
        }
    }

    /** The log as it was. */
    public static final class Backup {
        private final Map<String, Partition> partitions = new TreeMap<>();

        private Backup(Map<String, Partition> partitions) {
            partitions.forEach((topic, partition) -> this.partitions.put(topic, partition.copy()));
        }
    }

    /** A copy of all there is. */
    public synchronized Backup backup() {
        return new Backup(partitions);
    }

    /** Sets the log back to what a copy has. */
    public synchronized void setBack(Backup backup) {
        partitions.clear();
        partitions.putAll(new Backup(backup.partitions).partitions);
    }

    /** What a restore notes of the whole log. */
    public void beginEpoch(long begun) {
        epoch = begun;
    }

    /** From now on a commit for which this says false is applied, but its answer is lost on the way. */
    public synchronized void loseAnswersUnless(Predicate<Commit> answers) {
        answersOf = answers;
    }

    @Override
    public synchronized @Nullable TopicHead head(String topic, Read read) {
        return partition(topic).head;
    }

    @Override
    public synchronized @Nullable VersionRecord version(String topic, long number, Read read) {
        return partition(topic).versions.get(number);
    }

    @Override
    public synchronized List<VersionRecord> versionsBelow(String topic, long below, int limit, Read read) {
        return partition(topic).versions.headMap(below, false).descendingMap().values().stream()
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized List<TopicEvent> eventsBelow(String topic, long below, int limit) {
        return partition(topic).events.headMap(below, false).descendingMap().values().stream()
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized @Nullable RequestRecord request(String topic, String key) {
        RequestRecord row = partition(topic).requests.get(key);
        return row == null || row.getAtMs() + REQUESTS_ARE_KEPT_MILLIS < clock.millis() ? null : row;
    }

    @Override
    public synchronized CommitOutcome tryCommit(Commit commit) {
        Partition partition = partition(commit.topic());
        CommitOutcome outcome = apply(partition, commit);
        if (!answersOf.test(commit)) {
            throw new OutcomeUnknown(true, new IllegalStateException("the answer was lost"));
        }
        return outcome;
    }

    @Override
    public synchronized boolean abortUpload(String topic, long uploadId, long atMillis) {
        UploadRecord aborted = UploadRecord.newBuilder()
                .setOutcome(UploadOutcome.ABORTED)
                .setAtMs(atMillis)
                .build();
        return isAborted(partition(topic).uploads.computeIfAbsent(uploadId, id -> aborted));
    }

    @Override
    public synchronized @Nullable UploadRecord upload(String topic, long uploadId) {
        return partition(topic).uploads.get(uploadId);
    }

    @Override
    public void forEachHead(Consumer<TopicHead> consumer) {
        heads().forEach(consumer);
    }

    @Override
    public void forEachRevision(int slice, int slices, RevisionConsumer consumer) {
        heads().stream()
                .filter(head -> Math.floorMod(head.getTopic().hashCode(), slices) == slice)
                .forEach(head -> consumer.accept(head.getTopic(), head.getEpoch(), head.getRevision()));
    }

    @Override
    public long epoch() {
        return epoch;
    }

    @Override
    public synchronized void append(String topic, long revision) {
        long now = clock.millis();
        buckets.computeIfAbsent(now / BUCKET_MILLIS, bucket -> new ArrayList<>())
                .add(new Change(topic, revision, now));
    }

    @Override
    public synchronized List<Change> read(long bucket) {
        return List.copyOf(buckets.getOrDefault(bucket, List.of()));
    }

    private CommitOutcome apply(Partition partition, Commit commit) {
        long revision = partition.head == null ? 0 : partition.head.getRevision();
        RequestRecord earlier = request(commit.topic(), commit.request().getKey());
        UploadRecord upload = commit.uploadId() == 0 ? null : partition.uploads.get(commit.uploadId());
        if (revision != commit.expectedRevision() || earlier != null || upload != null) {
            return new CommitOutcome.NotApplied(partition.head, earlier, isAborted(upload));
        }
        partition.head = commit.head();
        commit.versions().forEach(row -> partition.versions.put(row.getVersion(), row));
        commit.removal().versions().forEach(partition.versions::remove);
        partition.events.headMap(commit.removal().eventsBelow(), false).clear();
        partition.events.put(commit.event().getRevision(), commit.event());
        partition.requests.put(commit.request().getKey(), commit.request());
        if (commit.uploadId() != 0) {
            partition.uploads.put(
                    commit.uploadId(),
                    UploadRecord.newBuilder()
                            .setOutcome(UploadOutcome.COMMITTED)
                            .setAtMs(commit.head().getLastEventMs())
                            .setVersion(commit.head().getNewestVersion())
                            .build());
        }
        return new CommitOutcome.Applied();
    }

    private static boolean isAborted(@Nullable UploadRecord upload) {
        return upload != null && upload.getOutcome() == UploadOutcome.ABORTED;
    }

    private synchronized List<TopicHead> heads() {
        List<TopicHead> heads = new ArrayList<>();
        for (Partition partition : partitions.values()) {
            if (partition.head != null) {
                heads.add(partition.head);
            }
        }
        return heads;
    }

    private Partition partition(String topic) {
        return partitions.computeIfAbsent(topic, name -> new Partition());
    }
}
