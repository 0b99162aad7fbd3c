package io.octavo.server.web;

import io.octavo.protocol.TopicHead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All topics in the order of their names. */
@FunctionalInterface
public interface TopicIndex {
    /**
     * A page of topics, those that are deleted left out.
     *
     * @param part  what the name contains; empty = anything
     * @param owner whose topics; null = anybody's
     * @param after the name after which the page begins; empty = at the beginning
     * @param limit how many at most
     */
    List<TopicHead> page(String part, @Nullable String owner, String after, int limit);
}
