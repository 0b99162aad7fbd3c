package io.octavo.server.topic;

/** A commit was sent, and nobody can say yet whether it was applied. */
public final class OutcomeUnknown extends RuntimeException {
    public OutcomeUnknown(Throwable cause) {
        super("the store did not say whether the commit was applied", cause);
    }
}
