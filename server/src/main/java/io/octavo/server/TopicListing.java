package io.octavo.server;

import io.octavo.protocol.TopicHead;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.web.TopicIndex;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Pages of topics out of all heads. */
final class TopicListing implements TopicIndex {
    private final Supplier<Collection<TopicHead>> heads;

    TopicListing(Supplier<Collection<TopicHead>> heads) {
        this.heads = heads;
    }

    /** All heads from the log: for nodes that do not have them in memory. */
    static Collection<TopicHead> read(TopicLog log) {
        List<TopicHead> heads = new ArrayList<>();
        log.forEachHead(heads::add);
        return heads;
    }

    @Override
    public List<TopicHead> page(String part, @Nullable String owner, String after, int limit) {
        return heads.get().stream()
                .filter(head -> !head.hasDeletion()
                        && head.getTopic().compareTo(after) > 0
                        && head.getTopic().contains(part)
                        && (owner == null || head.getSettings().getOwner().equals(owner)))
                .sorted(Comparator.comparing(TopicHead::getTopic))
                .limit(limit)
                .toList();
    }
}
