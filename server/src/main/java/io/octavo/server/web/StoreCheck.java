package io.octavo.server.web;

/** Asks a store whether it answers. */
public interface StoreCheck {
    /** The store's name in answers, such as {@code cassandra} or {@code s3:eu}. */
    String store();

    /** Whether nothing can be written without it. */
    boolean neededForWrites();

    /**
     * Returns if the store answers; may block, for as long as it likes.
     *
     * @throws RuntimeException that says why it doesn't
     */
    void check();
}
