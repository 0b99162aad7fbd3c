package io.octavo.cli;

import java.io.PrintStream;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A run that didn't work out: the problem document that says why, and the exit status. */
final class Failure extends RuntimeException {
    static final int REFUSED = 1;
    static final int USAGE = 2;
    static final int OUTCOME_UNKNOWN = 3;
    static final int WAITED_IN_VAIN = 4;

    private static final long serialVersionUID = 1;

    private final int exitStatus;
    private final JsonNode problem;
    private final Duration retryAfter;

    private Failure(int exitStatus, JsonNode problem, Duration retryAfter) {
        super(Json.text(problem, "detail"));
        this.exitStatus = exitStatus;
        this.problem = problem;
        this.retryAfter = retryAfter;
    }

    /**
     * The server said no.
     *
     * @param problem    what it said
     * @param retryAfter what it asked to wait before another attempt; zero = nothing
     */
    static Failure refused(JsonNode problem, Duration retryAfter) {
        return new Failure(REFUSED, problem, retryAfter);
    }

    /** The arguments are wrong; nothing was sent. */
    static Failure usage(String detail) {
        return new Failure(USAGE, problem("USAGE", detail), Duration.ZERO);
    }

    /** Something here, not at the server, didn't work: a file, a digest, an answer that makes no sense. */
    static Failure here(String detail) {
        return new Failure(REFUSED, problem("FAILED", detail), Duration.ZERO);
    }

    /** Nothing was changed, for no server was there. */
    static Failure unreachable(ServerAddress server, String reason) {
        return new Failure(
                REFUSED,
                problem(
                        "UNREACHABLE",
                        "Octavo isn't reachable at " + server + ": " + reason
                                + " — start it with ./octavo up, or name another with --server"),
                Duration.ZERO);
    }

    /**
     * A write may or may not have happened.
     *
     * @param advice how to find out, which is by repeating it
     */
    static Failure outcomeUnknown(String reason, String advice) {
        return new Failure(
                OUTCOME_UNKNOWN,
                problem("OUTCOME_UNKNOWN", "outcome unknown: " + reason + " — " + advice),
                Duration.ZERO);
    }

    /** What was waited for didn't come in time. */
    static Failure waitedInVain(String detail) {
        return new Failure(WAITED_IN_VAIN, problem("WAITED_IN_VAIN", detail), Duration.ZERO);
    }

    /** This failure with one more field for scripts. */
    Failure with(String field, String value) {
        ObjectNode more = Json.object();
        more.setAll((ObjectNode) problem);
        more.put(field, value);
        return new Failure(exitStatus, more, retryAfter);
    }

    int exitStatus() {
        return exitStatus;
    }

    Duration retryAfter() {
        return retryAfter;
    }

    String code() {
        return Json.text(problem, "code");
    }

    /** Whether the server may well answer otherwise after a while. */
    boolean isPassing() {
        return code().equals("RATE_LIMITED") || code().equals("REQUEST_RUNNING") || isFault();
    }

    /** Whether the server couldn't do it, rather than wouldn't: then a write may have happened all the same. */
    boolean isFault() {
        return Json.number(problem, "status") >= 500;
    }

    void print(PrintStream err, boolean json) {
        if (json) {
            err.println(Json.write(problem));
            return;
        }
        String code = code().isEmpty() ? "" : " (" + code() + ")";
        err.println(Text.line("octavo: " + getMessage() + (exitStatus == REFUSED && !isLocal() ? code : "")));
        for (JsonNode error : Json.list(problem, "errors")) {
            err.println(Text.line("  " + Json.text(error, "field") + ": " + Json.text(error, "value") + " (expected: "
                    + Json.text(error, "expected") + ")"));
        }
        if (!Json.text(problem, "requestId").isEmpty()) {
            err.println(Text.line("  request " + Json.text(problem, "requestId")));
        }
    }

    private boolean isLocal() {
        return !problem.has("status");
    }

    private static ObjectNode problem(String code, String detail) {
        return Json.object().put("type", "about:blank").put("code", code).put("detail", detail);
    }
}
