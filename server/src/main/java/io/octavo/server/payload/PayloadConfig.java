package io.octavo.server.payload;

import io.octavo.server.config.ConfigKeys;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The keys {@code octavo.payload.*}: how payloads are taken in and handed out.
 *
 * @param maxSize                the largest payload taken; at most 50 GiB
 * @param concurrentUploads      how many payloads of 1 MiB or more this node takes in at once; each needs 24 MiB of heap
 * @param concurrentSmallUploads how many payloads of less, or of which less has arrived, it takes in at once
 * @param uploadWait             how long a payload waits for its turn before it is refused
 * @param createBuckets          make a bucket that isn't there, instead of refusing to start
 * @param connectTimeout         for a connection to a store, and for a free one of the pool
 * @param readTimeout            for each answer of a store to begin and to go on
 * @param callTimeout            for one call to a store with all its attempts, transfers of one part included
 * @param completeTimeout        for a store to put the parts of an object together
 * @param attempts               how often a call to a store is tried, the first time included
 * @param maxReads               how many payloads can be read through this node from one region at once
 * @param linkLifetime           how long a signed link is good
 * @param justStored             memory for payloads below 1 MiB that were stored seconds ago, so that those who are woken
 *     by them need not wait for the store; 0 = none
 */
@ConfigurationProperties("octavo.payload")
public record PayloadConfig(
        @DefaultValue("50GB") DataSize maxSize,
        @DefaultValue("4") int concurrentUploads,
        @DefaultValue("32") int concurrentSmallUploads,
        @DefaultValue("10s") Duration uploadWait,
        @DefaultValue("false") boolean createBuckets,
        @DefaultValue("2s") Duration connectTimeout,
        @DefaultValue("15s") Duration readTimeout,
        @DefaultValue("60s") Duration callTimeout,
        @DefaultValue("10m") Duration completeTimeout,
        @DefaultValue("3") int attempts,
        @DefaultValue("64") int maxReads,
        @DefaultValue("15m") Duration linkLifetime,
        @DefaultValue("16MB") DataSize justStored) {
    private static final ConfigKeys KEYS = new ConfigKeys("octavo.payload.");

    /** 50 GiB: with parts of 8 MiB that is 6,400 parts, below the 10,000 that S3 allows for one upload. */
    private static final DataSize LARGEST = DataSize.ofGigabytes(50);

    /** S3 signs links for seven days at most. */
    private static final Duration LONGEST_LINK = Duration.ofDays(7);

    private static final DataSize MOST_JUST_STORED = DataSize.ofGigabytes(1);

    public PayloadConfig {
        if (maxSize.toBytes() < DirectPayloads.LIMIT || maxSize.compareTo(LARGEST) > 0) {
            throw KEYS.invalid("max-size", maxSize, "1MB…50GB");
        }
        KEYS.between("concurrent-uploads", concurrentUploads, 1, 1000);
        KEYS.between("concurrent-small-uploads", concurrentSmallUploads, 1, 10_000);
        KEYS.between("attempts", attempts, 1, 10);
        KEYS.between("max-reads", maxReads, 1, 10_000);
        KEYS.between("upload-wait", uploadWait, Duration.ZERO, Duration.ofMinutes(5));
        KEYS.between("connect-timeout", connectTimeout, Duration.ofMillis(10), Duration.ofMinutes(1));
        KEYS.between("read-timeout", readTimeout, Duration.ofMillis(100), Duration.ofMinutes(10));
        KEYS.between("call-timeout", callTimeout, Duration.ofMillis(100), Duration.ofMinutes(30));
        KEYS.between("complete-timeout", completeTimeout, Duration.ofMillis(100), Duration.ofHours(2));
        KEYS.between("link-lifetime", linkLifetime, Duration.ofMinutes(1), LONGEST_LINK);
        if (justStored.isNegative() || justStored.compareTo(MOST_JUST_STORED) > 0) {
            throw KEYS.invalid("just-stored", justStored, "0B…1GB");
        }
    }
}
