package io.octavo.client;

import io.octavo.rules.ErrorCode;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * A topic followed by this process: holds the value of the version that is meant for it, and replaces it when another
 * one is. Safe for use by any number of threads.
 */
public interface Subscription<T> extends AutoCloseable {
    /** The topic's name. */
    String topic();

    /**
     * The value in use. Never blocks and costs next to nothing: call it whenever the value is needed instead of keeping
     * it. If the value is {@link AutoCloseable}, or a file, it goes once a newer one has replaced it and all listeners
     * have returned.
     *
     * <p>Without a value and a default it throws an exception whose message names all that was tried, and whose code is that
     * of what tells most, the first of these that is the case:
     *
     * <ul>
     *   <li>{@link ErrorCode#VERSION_NOT_FOUND}: nothing was published for this process.
     *   <li>The reason why the version there is can't be had, read or accepted: {@link ErrorCode#DIGEST_MISMATCH} for wrong
     *       bytes, {@link ErrorCode#VALIDATION_FAILED} if the deserializer threw, and so on.
     *   <li>What the service has answered instead of saying what there is to run: {@link ErrorCode#UNAUTHENTICATED}, {@link
     *       ErrorCode#PERMISSION_DENIED}, {@link ErrorCode#RATE_LIMITED} …
     *   <li>{@link ErrorCode#UNAVAILABLE}: the service wasn't reached, or has not answered yet.
     * </ul>
     *
     * @return the newest version's value, else the default
     * @throws OctavoException       if there is no value yet and no default; says why
     * @throws IllegalStateException if this subscription is closed
     */
    default T get() {
        return current().value();
    }

    /** The value in use and what is known of it; otherwise as {@link #get()}. */
    Snapshot<T> current();

    /**
     * Waits until there is a value, which the listeners registered by then have seen. With a default it also returns,
     * with the default, when the service says that nothing was published for this process.
     *
     * <p>It waits to the end also while the service refuses this process's token: each attempt shows the token of then, and a
     * new one may take a moment to be known everywhere. Who wants to give up earlier looks at {@link #state()}.
     *
     * @param atMost how long to wait; allow for a few attempts if the service may start later: half a minute or more
     * @throws OctavoException       if there was neither a value nor a default by then; says why, as {@link #get()} does
     * @throws IllegalStateException if this subscription is closed, also while waiting
     */
    T awaitValue(Duration atMost) throws InterruptedException;

    /** How it is doing. Never blocks. */
    SubscriptionState state();

    /** Adds a listener that is called on the client's threads. It hears of the current value, and of all after it. */
    void listen(SubscriptionListener<T> listener);

    /** Adds a listener that is called on {@code executor}. */
    void listen(Executor executor, SubscriptionListener<T> listener);

    /**
     * Ends it: no listener is called any more after the one that runs now, and then the value, if it is {@link
     * AutoCloseable}, is closed, and its file deleted. Doesn't wait for that.
     */
    @Override
    void close();
}
