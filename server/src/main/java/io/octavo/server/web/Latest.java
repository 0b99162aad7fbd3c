package io.octavo.server.web;

import io.octavo.protocol.TopicHead;
import io.octavo.server.topic.ReadableLog;
import org.jspecify.annotations.Nullable;

/** The heads by which consumers are told what to run: those in memory where there are such, else those of the log. */
@FunctionalInterface
public interface Latest {
    /**
     * The head of a topic; null if there is none. A deleted topic has a head that says so, or none.
     *
     * @throws io.octavo.server.errors.ServiceException UNAVAILABLE if that can't be said now
     */
    @Nullable
    TopicHead head(String topic);

    /** Reads heads from the log. */
    static Latest of(ReadableLog log) {
        return new TopicReads(log)::find;
    }
}
