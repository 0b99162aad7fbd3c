package io.octavo.client;

import io.octavo.protocol.CachedTopic;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.TopicHead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * From where one subscription gets what it runs, when that isn't what the service says now. Blocks. Safe for use by
 * several threads.
 *
 * @param override the version of the configuration; 0 = none
 * @param older    how many older versions may stand in for one
 * @param memory   what this machine has kept; waits for it
 */
record StartSources(String topic, Consumer consumer, long override, int older, Memory memory, Starts starts) {
    /** By a head that can be had without the service; null if there is none. */
    @Nullable
    Target withoutService(Tried tried) {
        return starts.withoutService(topic, consumer, memory.recalled(), tried);
    }

    /** The version of the configuration, wherever there is something of it. */
    Target overridden() {
        try {
            return starts.overridden(topic, override, memory.recalled());
        } catch (Exception e) {
            throw Errors.from(e, "find version " + override + " of " + topic);
        }
    }

    /**
     * What may be run in place of a version that can't be had, best first.
     *
     * @param newest the newest head received; null = none but the wanted version's
     */
    List<Target> standIns(Target wanted, @Nullable TopicHead newest) {
        CachedTopic kept = memory.recalled();
        return starts.standIns(wanted, newest == null ? wanted.head() : newest, consumer, kept, older);
    }
}
