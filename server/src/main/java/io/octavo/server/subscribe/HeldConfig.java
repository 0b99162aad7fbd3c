package io.octavo.server.subscribe;

import io.octavo.server.config.ConfigKeys;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Polls that wait for a change, and how they are answered when it comes.
 *
 * @param memory               for polls that wait, about; one of 7 topics takes 5 kB, and its connection 8 kB more that
 *     don't count here. Polls beyond it are answered at once. 0 = an eighth of the heap
 * @param wakeupsPerSecond     waiting polls answered in a second because something changed
 * @param wakeupBytesPerSecond bytes of their answers in a second
 * @param inlineInFlight       payload bytes in answers that the network has not taken yet; beyond it, processes are told
 *     of a version and read the payload by themselves: 64 at a time, one for each half MiB of this; the others wait up to
 *     10 s and are told to try again then
 */
@ConfigurationProperties("octavo.subscribe.held")
public record HeldConfig(
        @DefaultValue("0B") DataSize memory,
        @DefaultValue("20000") int wakeupsPerSecond,
        @DefaultValue("128MB") DataSize wakeupBytesPerSecond,
        @DefaultValue("32MB") DataSize inlineInFlight) {
    private static final ConfigKeys KEYS = new ConfigKeys("octavo.subscribe.held.");
    private static final long GIB = 1L << 30;

    /** Refuses values out of bounds. */
    public HeldConfig {
        KEYS.check(
                "memory", memory, memory.toBytes() >= 0 && memory.toBytes() <= 1024 * GIB, "0B to 1TB, below the heap");
        KEYS.check(
                "wakeups-per-second",
                wakeupsPerSecond,
                wakeupsPerSecond >= 1 && wakeupsPerSecond <= 10_000_000,
                "1 to 10000000");
        KEYS.check(
                "wakeup-bytes-per-second",
                wakeupBytesPerSecond,
                wakeupBytesPerSecond.toBytes() >= 4096 && wakeupBytesPerSecond.toBytes() <= 1024 * GIB,
                "4KB to 1TB");
        KEYS.check(
                "inline-in-flight",
                inlineInFlight,
                inlineInFlight.toBytes() >= 0 && inlineInFlight.toBytes() <= 1024 * GIB,
                "0B to 1TB, below the heap");
    }

    /** How many payloads are read from this node at a time. */
    int payloadTurns() {
        return (int) Math.max(8, Math.min(1000, inlineInFlight.toBytes() / (2 * ChunkStream.CHUNK_BYTES)));
    }

    /** Memory for polls that wait, in bytes. */
    long memoryBytes() {
        return memory.toBytes() == 0 ? Runtime.getRuntime().maxMemory() / 8 : memory.toBytes();
    }
}
