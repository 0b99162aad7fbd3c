package io.octavo.server.validation;

import com.networknt.schema.Error;
import com.networknt.schema.ExecutionConfig;
import com.networknt.schema.ExecutionContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One run of a schema over a document, that ends when it has found enough or takes too long: schemas can be written that
 * would never end, or find millions of errors.
 */
final class BoundedRun extends ExecutionContext {
    private static final int MOST_ERRORS = 10;

    /** Errors in branches that other branches may make up for; each takes some 200 bytes. */
    private static final int MOST_IN_BRANCHES = 50_000;

    private static final int STEPS_BETWEEN_LOOKS = 64;

    private final List<Error> top = new ArrayList<>();
    private final Deadline deadline;
    private int inBranches;
    private int steps;

    BoundedRun(Deadline deadline) {
        super(ExecutionConfig.builder()
                .locale(Locale.ENGLISH)
                .formatAssertionsEnabled(true)
                .build());
        this.deadline = deadline;
        setErrors(top);
    }

    /** What was found; complete if it is less than ten. */
    List<Error> found() {
        return List.copyOf(top);
    }

    @Override
    public void addError(Error error) {
        super.addError(error);
        if (top.size() >= MOST_ERRORS) {
            throw new Enough();
        }
        if (++inBranches > MOST_IN_BRANCHES) {
            throw new TooMany();
        }
    }

    @Override
    public void evaluationPathAddLast(String name) {
        look();
        super.evaluationPathAddLast(name);
    }

    @Override
    public void evaluationPathAddLast(int index) {
        look();
        super.evaluationPathAddLast(index);
    }

    private void look() {
        if (++steps % STEPS_BETWEEN_LOOKS == 0) {
            deadline.check();
        }
    }

    /** As many errors as anybody wants to see. */
    static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1;

        Enough() {
            super("enough", null, false, false);
        }
    }

    /** More errors in branches than memory is to hold. */
    static final class TooMany extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooMany() {
            super("more than " + MOST_IN_BRANCHES + " errors in anyOf, oneOf and the like", null, false, false);
        }
    }
}
