package io.octavo.server.payload;

import io.octavo.rules.TopicNames;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an object of ours says of itself, in its S3 metadata, for the day when nothing else leads to whom it belongs to.
 *
 * @param installation the mark of the installation that made it: several may share a bucket; empty = not said
 * @param topic        of whose version it is, or was to become a part
 * @param version      0 = there was none yet when it was made
 * @param started      when its making began; null = not said
 */
public record Origin(
        String installation,
        String topic,
        long version,
        @Nullable Instant started) {
    private static final String INSTALLATION = "octavo-installation";
    private static final String TOPIC = "octavo-topic";
    private static final String VERSION = "octavo-version";
    private static final String STARTED = "octavo-started";

    /** That of a payload beside the metadata that is brought to a fallback cache, whose keys are one installation's. */
    public static Origin exported(String topic, long version) {
        return new Origin("", topic, version, null);
    }

    /** As S3 keeps it. */
    Map<String, String> metadata() {
        Map<String, String> metadata = new HashMap<>(Map.of(TOPIC, topic));
        if (!installation.isEmpty()) {
            metadata.put(INSTALLATION, installation);
        }
        if (version != 0) {
            metadata.put(VERSION, Long.toString(version));
        }
        if (started != null) {
            metadata.put(STARTED, started.toString());
        }
        return metadata;
    }

    /** What metadata says; null if it isn't ours, or nobody can read it. */
    static @Nullable Origin of(Map<String, String> metadata) {
        String topic = metadata.getOrDefault(TOPIC, "");
        String started = metadata.get(STARTED);
        try {
            return TopicNames.isValid(topic)
                    ? new Origin(
                            metadata.getOrDefault(INSTALLATION, ""),
                            topic,
                            Long.parseLong(metadata.getOrDefault(VERSION, "0")),
                            started == null ? null : Instant.parse(started))
                    : null;
        } catch (DateTimeException | NumberFormatException e) {
            return null;
        }
    }
}
