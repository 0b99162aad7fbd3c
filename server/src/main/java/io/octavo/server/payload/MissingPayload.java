package io.octavo.server.payload;

/** A payload is positively not where its version says: the store answered, and has no such thing. */
public final class MissingPayload extends RuntimeException {
    public MissingPayload(String what) {
        super(what);
    }
}
