package io.octavo.server.topic;

/** A commit got no answer from the log. */
public final class OutcomeUnknown extends RuntimeException {
    private final boolean mayBeApplied;

    /** @param mayBeApplied false if it certainly never reached the store: nothing has happened then */
    public OutcomeUnknown(boolean mayBeApplied, Throwable cause) {
        super(mayBeApplied ? "the log did not say whether it applied a commit" : "the log can't be reached", cause);
        this.mayBeApplied = mayBeApplied;
    }

    /** Whether the commit may have been applied, or may be later. */
    public boolean mayBeApplied() {
        return mayBeApplied;
    }
}
