package io.octavo.server;

import io.octavo.protocol.TopicHead;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.web.TopicIndex;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Pages of topics out of all heads, of which no more are looked at than a page needs. */
final class TopicListing implements TopicIndex {
    private final Supplier<Heads> heads;

    TopicListing(Supplier<Heads> heads) {
        this.heads = heads;
    }

    /** @param head by its name; null if it has gone meanwhile */
    record Heads(Collection<String> names, Function<String, @Nullable TopicHead> head) {
        /** All heads from the log: for nodes that do not have them in memory. */
        static Heads read(TopicLog log) {
            Map<String, TopicHead> heads = new HashMap<>();
            log.forEachHead(head -> heads.put(head.getTopic(), head));
            return new Heads(heads.keySet(), heads::get);
        }
    }

    @Override
    public List<TopicHead> page(String part, @Nullable String owner, String after, int limit) {
        Heads all = heads.get();
        return all.names().stream()
                .filter(name -> name.compareTo(after) > 0 && name.contains(part))
                .sorted()
                .map(all.head())
                .filter(Objects::nonNull)
                .filter(head -> !head.hasDeletion()
                        && (owner == null || head.getSettings().getOwner().equals(owner)))
                .limit(limit)
                .toList();
    }
}
