package io.octavo.client;

/**
 * Is told of a subscription's values.
 *
 * <ul>
 *   <li>Calls come one after the other, on the executor given with the listener, else on one of the client's 16 threads
 *       for listeners. A listener that doesn't return holds up its own subscription; 16 that don't hold up all
 *       subscriptions that have listeners without an executor.
 *   <li>On registration it gets the current value, if there is one; a default is not delivered.
 *   <li>It is about states, not events: versions may be skipped, and a number may be lower than the one before.
 *   <li>The subscription has the value already when the listener is called, and the value before is not closed until
 *       all listeners have returned.
 *   <li>What a listener throws is logged and counted; it stops nobody, and the version still counts as applied.
 * </ul>
 */
@FunctionalInterface
public interface SubscriptionListener<T> {
    /** A version has been taken into use. */
    void updated(Snapshot<T> snapshot);

    /**
     * An attempt to take a version into use has failed, or a version was refused. The client has logged it, keeps the
     * value it has, tells the service, and tries again.
     */
    default void failed(SubscriptionState state) {}
}
