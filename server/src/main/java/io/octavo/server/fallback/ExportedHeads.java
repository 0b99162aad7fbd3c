package io.octavo.server.fallback;

import io.octavo.protocol.TopicHead;
import java.util.List;

/**
 * What the regions' fallback caches have, for those who must know before they remove something. Calls block, with
 * time-outs of the stores'; they throw a {@link io.octavo.server.errors.ServiceException} UNAVAILABLE if any region
 * can't be asked: it may still serve what it has.
 */
public interface ExportedHeads {
    /**
     * The newest head of a topic in each region that has one. What none of them names, nobody is given from a fallback
     * cache any more but those who read an older head a moment ago.
     */
    List<TopicHead> newest(String topic);

    /**
     * Removes the bytes of a direct payload from every region; harmless where they aren't. Only of versions that are
     * marked as deleted in the log, for good: the export would not bring them back for a later head that names them.
     */
    void removePayload(long payloadId);
}
