package io.octavo.server.reads;

import io.octavo.protocol.RequestRecord;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.UploadRecord;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.TestCommits;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.Commit;
import io.octavo.server.topic.CommitOutcome;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.RandomCommands;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A log that tells what it was asked, can be away, and does something between a question and its answer. */
public final class CountedLog implements TopicLog {
    private final InMemoryTopicLog log = new InMemoryTopicLog(InstantSource.system());
    private final TopicCommits commits = TestCommits.of(log, Duration.ofSeconds(5));
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile boolean away;
    private volatile @Nullable TopicHead local;
    private volatile Consumer<String> beforeAnswer = question -> {};

    /** Publishes a version to everybody. */
    public void publish(String topic) {
        commit(topic, new RandomCommands(new Random(1)).publish(List.of(Scopes.GLOBAL)));
    }

    public void commit(String topic, Command command) {
        var unused = commits.commit(topic, command, "tester", null);
    }

    /** What it was asked since the last call. */
    public List<String> asked() {
        List<String> since = List.copyOf(asked);
        asked.clear();
        return since;
    }

    public void away(boolean isAway) {
        away = isAway;
    }

    /** From now on this is what local reads of heads find; null = what is there. */
    void local(@Nullable TopicHead head) {
        local = head;
    }

    /** Is told the question after an answer was found, before it is given. */
    public void beforeAnswer(Consumer<String> work) {
        beforeAnswer = work;
    }

    @Override
    public @Nullable TopicHead head(String topic, Read read) {
        TopicHead behind = local;
        return answer(
                "head " + topic + " " + read,
                () -> read == Read.LOCAL && behind != null ? behind : log.head(topic, read));
    }

    @Override
    public @Nullable VersionRecord version(String topic, long number, Read read) {
        return answer("version " + topic + " " + number + " " + read, () -> log.version(topic, number, read));
    }

    @Override
    public List<VersionRecord> versionsBelow(String topic, long below, int limit, Read read) {
        List<VersionRecord> page = answer(
                "versions " + topic + " " + below + " " + limit + " " + read,
                () -> log.versionsBelow(topic, below, limit, read));
        return page == null ? List.of() : page;
    }

    @Override
    public List<TopicEvent> eventsBelow(String topic, long below, int limit) {
        List<TopicEvent> page =
                answer("events " + topic + " " + below + " " + limit, () -> log.eventsBelow(topic, below, limit));
        return page == null ? List.of() : page;
    }

    private <T> @Nullable T answer(String question, Supplier<@Nullable T> query) {
        asked.add(question);
        if (away) {
            throw ServiceException.unavailable("the store is away", Duration.ofSeconds(1), null);
        }
        T found = query.get();
        beforeAnswer.accept(question);
        return found;
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
    public void forEachHead(Consumer<TopicHead> consumer) {
        log.forEachHead(consumer);
    }

    @Override
    public void forEachRevision(int slice, int slices, RevisionConsumer consumer) {
        log.forEachRevision(slice, slices, consumer);
    }

    @Override
    public long epoch() {
        return log.epoch();
    }
}
