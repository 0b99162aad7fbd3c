package io.octavo.server.web;

import io.octavo.protocol.TopicHead;
import java.util.function.Consumer;

/** The heads of all topics, deleted ones too: those in memory where there are such, else those of the log. */
@FunctionalInterface
public interface AllHeads {
    /**
     * Hands over every head, in no order.
     *
     * @throws io.octavo.server.errors.ServiceException UNAVAILABLE if that can't be done now
     */
    void forEach(Consumer<TopicHead> consumer);
}
