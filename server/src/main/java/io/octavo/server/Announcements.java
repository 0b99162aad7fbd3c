package io.octavo.server;

import io.octavo.protocol.TopicHead;
import io.octavo.server.payload.JustStored;
import io.octavo.server.peers.Hints;
import io.octavo.server.reads.Reads;
import io.octavo.server.subscribe.SubscribeRole;
import io.octavo.server.topic.TopicCommits.Announcer;
import org.jspecify.annotations.Nullable;

/**
 * Who is told of a commit, once it is known to stand: this very node, the other subscribe nodes by hints, and then, for
 * whom these don't reach, the feed.
 *
 * @param own null = this node isn't of the subscribe role
 */
record Announcements(@Nullable SubscribeRole own, Hints hints, Reads reads, JustStored stored, Announcer feed)
        implements Announcer {
    @Override
    public void announce(TopicHead head) {
        if (own != null) {
            own.hint(head);
        }
        reads.changed(head);
        hints.offer(head, stored.ofNewest(head));
        feed.announce(head);
    }

    /** A head that isn't whole would stay in the caches as if it were. */
    @Override
    public void announceAgain(TopicHead past) {
        if (own != null) {
            own.hintPosition(past);
        }
        reads.changed(past);
        hints.offerPosition(past);
        feed.announceAgain(past);
    }
}
