package io.octavo.server.subscribe;

import io.octavo.protocol.RequestRecord;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.UploadRecord;
import io.octavo.protocol.VersionRecord;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.ChangeFeed;
import io.octavo.server.topic.Commit;
import io.octavo.server.topic.CommitOutcome;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.TopicLog;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A log and a feed that can be away, behind, or forgetful. */
final class FaultyLog implements TopicLog, ChangeFeed {
    private final TopicLog log;
    private final InstantSource clock;
    private final Map<Long, List<Change>> buckets = new HashMap<>();
    private final Map<String, TopicHead> stale = new HashMap<>();
    private final Set<String> broken = new HashSet<>();
    private final List<Read> headReads = new ArrayList<>();
    private final List<Long> bucketReads = new ArrayList<>();
    private boolean logAway;
    private boolean feedAway;
    private boolean feedDrops;

    FaultyLog(InstantSource clock) {
        this.clock = clock;
        this.log = new InMemoryTopicLog(clock);
    }

    synchronized void logAway(boolean away) {
        logAway = away;
    }

    synchronized void feedAway(boolean away) {
        feedAway = away;
    }

    /** Whether changes from now on are lost on their way to the feed. */
    synchronized void feedDrops(boolean drops) {
        feedDrops = drops;
    }

    /** From now on local reads of a topic give what is there now. */
    synchronized void freeze(String topic) {
        stale.put(topic, log.head(topic, Read.LOCAL));
    }

    synchronized void unfreeze(String topic) {
        stale.remove(topic);
    }

    /** Whether reading the head of this topic fails, for no reason that a retry would mend. */
    synchronized void broken(String topic, boolean isBroken) {
        if (isBroken) {
            broken.add(topic);
        } else {
            broken.remove(topic);
        }
    }

    /** Changes a topic to what {@link TestHeads#head} makes of it, and tells the feed. */
    void publish(String topic, long version) {
        publish(topic, version, clock.instant());
    }

    synchronized void publish(String topic, long version, Instant writersClock) {
        TopicHead before = log.head(topic, Read.LOCAL);
        long revision = before == null ? 0 : before.getRevision();
        commit(TestHeads.head(topic, revision + 1, version), List.of(TestHeads.direct(version)));
        notice(topic, revision + 1, writersClock);
    }

    synchronized void commit(TopicHead head, List<VersionRecord> versions) {
        CommitOutcome outcome = log.tryCommit(new Commit(
                head.getRevision() - 1,
                head,
                versions,
                TopicEvent.newBuilder().setRevision(head.getRevision()).build(),
                RequestRecord.newBuilder().setKey("at " + head.getRevision()).build(),
                0));
        if (!(outcome instanceof CommitOutcome.Applied)) {
            throw new AssertionError(outcome);
        }
    }

    synchronized void notice(String topic, long revision, Instant writersClock) {
        if (!feedDrops) {
            long at = writersClock.toEpochMilli();
            buckets.computeIfAbsent(at / BUCKET_MILLIS, bucket -> new ArrayList<>())
                    .add(new Change(topic, revision, at));
        }
    }

    synchronized List<Read> headReads() {
        return List.copyOf(headReads);
    }

    /** The buckets read since the last call. */
    synchronized List<Long> bucketReads() {
        List<Long> reads = List.copyOf(bucketReads);
        bucketReads.clear();
        return reads;
    }

    @Override
    public synchronized @Nullable TopicHead head(String topic, Read read) {
        headReads.add(read);
        checkLog();
        if (broken.contains(topic)) {
            throw new IllegalStateException("can't be parsed");
        }
        return read == Read.LOCAL && stale.containsKey(topic) ? stale.get(topic) : log.head(topic, read);
    }

    @Override
    public synchronized @Nullable VersionRecord version(String topic, long number, Read read) {
        checkLog();
        return log.version(topic, number, read);
    }

    @Override
    public synchronized List<VersionRecord> versionsBelow(String topic, long below, int limit, Read read) {
        checkLog();
        return log.versionsBelow(topic, below, limit, read);
    }

    @Override
    public List<TopicEvent> eventsBelow(String topic, long below, int limit) {
        return log.eventsBelow(topic, below, limit);
    }

    @Override
    public @Nullable RequestRecord request(String topic, String key) {
        return log.request(topic, key);
    }

    @Override
    public CommitOutcome tryCommit(Commit commit) {
        return log.tryCommit(commit);
    }

    @Override
    public boolean abortUpload(String topic, long uploadId, long atMillis) {
        return log.abortUpload(topic, uploadId, atMillis);
    }

    @Override
    public @Nullable UploadRecord upload(String topic, long uploadId) {
        return log.upload(topic, uploadId);
    }

    @Override
    public synchronized void forEachHead(Consumer<TopicHead> consumer) {
        checkLog();
        log.forEachHead(consumer);
    }

    @Override
    public synchronized void forEachRevision(int slice, int slices, RevisionConsumer consumer) {
        checkLog();
        log.forEachRevision(slice, slices, consumer);
    }

    @Override
    public long epoch() {
        return log.epoch();
    }

    @Override
    public void append(String topic, long revision) {
        notice(topic, revision, clock.instant());
    }

    @Override
    public synchronized List<Change> read(long bucket) {
        bucketReads.add(bucket);
        if (feedAway) {
            throw away();
        }
        return List.copyOf(buckets.getOrDefault(bucket, List.of()));
    }

    private void checkLog() {
        if (logAway) {
            throw away();
        }
    }

    private static ServiceException away() {
        return ServiceException.unavailable("the store is away", Duration.ofSeconds(1), null);
    }
}
