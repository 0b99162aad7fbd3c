package io.octavo.server.web;

/** Notes that somebody reads a topic. Where there are subscriptions; doesn't block, any thread may tell. */
@FunctionalInterface
public interface NotedUse {
    /** Where nobody notes it. */
    NotedUse NONE = topic -> {};

    /** A topic is read, whether there is such a one or not. */
    void of(String topic);
}
