package io.octavo.server.subscribe;

import io.octavo.rules.InvalidField;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What is remembered of the processes that poll.
 *
 * @param memory for what they report, about; a process with 7 topics takes half a kilobyte. What doesn't fit in is not
 *     recorded, and every answer says of how many. 0 = a sixteenth of the heap
 */
@ConfigurationProperties("octavo.subscribe.consumers")
public record ConsumersConfig(@DefaultValue("0B") DataSize memory) {
    private static final long MOST = 1L << 40;

    /** Refuses values out of bounds. */
    public ConsumersConfig {
        if (memory.toBytes() < 0 || memory.toBytes() > MOST) {
            throw new InvalidField("octavo.subscribe.consumers.memory", memory, "0B to 1TB, below the heap");
        }
    }

    /** Memory for what processes report, in bytes. */
    long memoryBytes() {
        return memory.toBytes() == 0 ? Runtime.getRuntime().maxMemory() / 16 : memory.toBytes();
    }
}
