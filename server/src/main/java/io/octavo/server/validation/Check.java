package io.octavo.server.validation;

/** A look at the bytes of one payload, as they come. For one thread. */
interface Check extends AutoCloseable {
    /**
     * The next bytes, which the caller may use again after it.
     *
     * @throws io.octavo.server.errors.ServiceException VALIDATION_FAILED as soon as it is known, RATE_LIMITED if too much
     *     is being looked at on this node
     */
    void take(byte[] bytes, int offset, int length);

    /** There is no more; throws as the other. */
    void end();

    /** Gives back what it needed. */
    @Override
    default void close() {}
}
