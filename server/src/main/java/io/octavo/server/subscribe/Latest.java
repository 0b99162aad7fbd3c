package io.octavo.server.subscribe;

import io.octavo.protocol.Publication;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Resolution;
import java.util.List;

/** What a consumer is to run of a topic, and why; or why nothing. */
public sealed interface Latest {
    /**
     * A version.
     *
     * @param head       the whole head that decided
     * @param resolution the version, and what decided
     * @param record     the version's record; its metadata may have been left out, see its flag
     * @param heldBack   the version that this one stands in for, whose payload is missing; 0 = none
     */
    record Found(TopicHead head, Resolution resolution, VersionRecord record, long heldBack) implements Latest {
        Found(TopicHead head, Resolution resolution, VersionRecord record) {
            this(head, resolution, record, 0);
        }
    }

    /** The payload of the version that the consumer is to run is missing, and nothing can stand in for it. */
    record AllHeldBack(TopicHead head, long heldBack) implements Latest {}

    /**
     * There is no such topic.
     *
     * @param deleted there was one
     */
    record UnknownTopic(boolean deleted) implements Latest {}

    /** Nothing servable is published to anybody. */
    record NeverPublished(TopicHead head) implements Latest {}

    /**
     * Nothing is published to this consumer, but something to others.
     *
     * @param publications all there are, highest version first; more than one can have the same scope
     */
    record PublishedToOthers(TopicHead head, List<Publication> publications) implements Latest {
        public PublishedToOthers {
            publications = List.copyOf(publications);
        }
    }
}
