package io.octavo.server.topic;

import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.server.topic.TopicLog.Read;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is read of the topics by their names. Calls block and throw as those of {@link TopicLog} do. */
public interface ReadableLog {
    /** The head; null if the name was never used. A deleted topic has a head that says so. */
    @Nullable
    TopicHead head(String topic, Read read);

    /** The record of one version with all its publications; null if that number was never given. */
    @Nullable
    VersionRecord version(String topic, long number, Read read);

    /** Records of the versions below a number, newest first, at most {@code limit}. */
    List<VersionRecord> versionsBelow(String topic, long below, int limit, Read read);

    /** Events below a revision, newest first, at most {@code limit}. */
    List<TopicEvent> eventsBelow(String topic, long below, int limit);
}
