package io.octavo.server.consumers;

import io.octavo.protocol.ConsumerSighting;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some of the consumers, in the order of {@link Sightings#ORDER}.
 *
 * @param next where it goes on; null = these were the last
 */
public record ConsumerPage(
        List<ConsumerSighting> consumers, @Nullable ConsumerSighting next, Coverage coverage) {
    public ConsumerPage {
        consumers = List.copyOf(consumers);
    }
}
