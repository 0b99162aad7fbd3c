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
     */
    record Found(TopicHead head, Resolution resolution, VersionRecord record) implements Latest {}

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
