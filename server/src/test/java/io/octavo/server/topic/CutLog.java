package io.octavo.server.topic;

import io.octavo.protocol.RequestRecord;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.UploadRecord;
import io.octavo.protocol.VersionRecord;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A log whose audit trail was cut off: events below a revision are gone. */
record CutLog(TopicLog log, long oldest) implements TopicLog {
    @Override
    public @Nullable TopicHead head(String topic, Read read) {
        return log.head(topic, read);
    }

    @Override
    public @Nullable VersionRecord version(String topic, long number, Read read) {
        return log.version(topic, number, read);
    }

    @Override
    public List<VersionRecord> versionsBelow(String topic, long below, int limit, Read read) {
        return log.versionsBelow(topic, below, limit, read);
    }

    @Override
    public List<TopicEvent> eventsBelow(String topic, long below, int limit) {
        return log.eventsBelow(topic, below, limit).stream()
                .filter(event -> event.getRevision() >= oldest)
                .toList();
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
