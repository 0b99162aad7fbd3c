package io.octavo.client;

import org.jspecify.annotations.Nullable;

/**
 * How a subscription is doing.
 *
 * @param phase   in one word
 * @param version the version whose value it holds; 0 = none, or the default
 * @param offered the version that it is getting, failed to get or refused; 0 = none
 * @param error   what went wrong last, if {@code FAILED}, or if {@code STARTING} and the service can't be reached
 */
public record SubscriptionState(
        Phase phase, long version, long offered, @Nullable OctavoException error) {

    /** How a subscription is doing, in one word. */
    public enum Phase {
        /** Has no value yet: the service has not answered, or its version is still being fetched. */
        STARTING,
        /** Holds the value of the version that the service wants. While a newer one is fetched, the one before. */
        RUNNING,
        /** Couldn't get, read or accept what is offered: holds the value it had, if any, and tries again. */
        FAILED,
        /** The service has nothing for this process now: never published for it, or nothing servable left. Holds the
         * value it had, if any. */
        UNRESOLVED,
        /** Holds the value of the version that the configuration names, whatever the service wants. */
        OVERRIDDEN,
        /** Ended. */
        CLOSED
    }
}
