package io.octavo.server.retention;

import io.octavo.protocol.TopicHead;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What consumers can be given where nobody can be asked: by the heads that are exported to the regions. */
@FunctionalInterface
public interface ExportedVersions {
    /** Nothing is exported. */
    ExportedVersions NONE = topic -> Set.of();

    /**
     * The versions of a topic that the newest exported head of any region names. Blocks, with a time-out.
     *
     * @throws io.octavo.server.errors.ServiceException UNAVAILABLE if a region can't be asked
     */
    Set<Long> of(String topic);

    /** The versions that heads name. */
    static Set<Long> namedBy(List<TopicHead> heads) {
        Set<Long> named = new HashSet<>();
        for (TopicHead head : heads) {
            head.getPublicationsList().forEach(publication -> named.add(publication.getVersion()));
            head.getPinsList().forEach(pin -> named.add(pin.getVersion()));
        }
        return named;
    }
}
