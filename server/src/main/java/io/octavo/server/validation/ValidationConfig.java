package io.octavo.server.validation;

import io.octavo.server.config.ConfigKeys;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The keys {@code octavo.validation.*}: the means to hold payloads against the checks of their topics.
 *
 * @param maxDocument      the largest payload that is held against a JSON Schema as one document; larger ones of a topic
 *     with a schema are refused. Of JSON Lines each line is a document, of 1 MiB at most
 * @param memory           how many bytes of documents and lines this node keeps at once to look at
 * @param concurrentChecks how many documents it holds against a schema at once; each needs up to 16 times its size, 64 MiB
 *     at most, of heap
 * @param timeLimit        how long one document may take, turns waited for not counted
 */
@ConfigurationProperties("octavo.validation")
public record ValidationConfig(
        @DefaultValue("4MB") DataSize maxDocument,
        @DefaultValue("64MB") DataSize memory,
        @DefaultValue("2") int concurrentChecks,
        @DefaultValue("10s") Duration timeLimit) {
    private static final ConfigKeys KEYS = new ConfigKeys("octavo.validation.");
    private static final DataSize LARGEST = DataSize.ofMegabytes(64);
    private static final DataSize MOST_MEMORY = DataSize.ofGigabytes(1);
    private static final Duration LONGEST = Duration.ofMinutes(5);

    public ValidationConfig {
        KEYS.between("max-document", maxDocument, DataSize.ofMegabytes(1), LARGEST);
        KEYS.between("memory", memory, maxDocument, MOST_MEMORY);
        KEYS.between("concurrent-checks", concurrentChecks, 1, 100);
        KEYS.between("time-limit", timeLimit, Duration.ofMillis(100), LONGEST);
    }
}
