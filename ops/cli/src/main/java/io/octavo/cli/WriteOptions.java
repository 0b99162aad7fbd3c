package io.octavo.cli;

import io.octavo.rules.InvalidField;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** How every change but a publish is made: tried, shown, asked for, and done under a key that makes repeating safe. */
final class WriteOptions {
    private static final int LONGEST_KEY = 200;

    @Mixin
    private Confirmation confirmation = new Confirmation();

    @Option(names = "--dry-run", description = "Show what would change, and change nothing.")
    private boolean dryRun;

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "Names this change and its repetitions; by default a new one is made.")
    private @Nullable String givenKey;

    /**
     * Fails at once if it couldn't be done in the end.
     *
     * @throws Failure a usage error
     */
    void require(Shell shell) {
        checkedKey("--idempotency-key", givenKey);
        if (!dryRun) {
            confirmation.require(shell);
        }
    }

    /** Whether nothing is to be changed. */
    boolean isDryRun() {
        return dryRun;
    }

    /** Whether a person is to see what changes before it does. */
    boolean isShown(Session session) {
        // A repetition of what may have been done already: trying it would say that it can't be done.
        boolean isRepetition = givenKey != null;
        return dryRun || !confirmation.isGiven() || (!session.json() && !isRepetition);
    }

    /**
     * Does it, and prints what was done.
     *
     * @param done in words
     * @throws Failure if the server or the person says no, or the outcome is unknown
     */
    void carryOut(Session session, Write write, String done) throws IOException, InterruptedException {
        JsonNode answer = carryOut(session, write);
        if (answer != null) {
            session.done(answer, done);
        }
    }

    /**
     * Does it.
     *
     * @return the server's answer; null if it was a dry run, whose result has been printed
     * @throws Failure if the server or the person says no, or the outcome is unknown
     */
    @Nullable
    JsonNode carryOut(Session session, Write write) throws IOException, InterruptedException {
        if (isShown(session)) {
            List<String> lines = new ArrayList<>();
            lines.add(Write.line("Environment", Environments.name(session)));
            JsonNode tried = session.api().tryOut(write);
            lines.addAll(write.lines(tried));
            if (dryRun) {
                lines.add("Nothing was changed: this was a dry run");
                session.result(tried, lines.toArray(String[]::new));
                return null;
            }
            confirmation.ask(session, lines.toArray(String[]::new));
        }
        String key = givenKey == null ? newKey() : givenKey;
        String again = session.selecting(write.again())
                .flag("--yes", true)
                .option("--idempotency-key", key)
                .toString();
        String advice = "repeat it, safely, with: " + again;
        try {
            return session.api().write(write, key, advice);
        } catch (Failure failure) {
            throw failure.exitStatus() == Failure.OUTCOME_UNKNOWN
                    ? failure.with("idempotencyKey", key).with("repeat", again)
                    : failure;
        } catch (InterruptedException e) {
            session.note("octavo: interrupted, outcome unknown — " + advice);
            throw e;
        }
    }

    static String newKey() {
        return UUID.randomUUID().toString();
    }

    /** @throws InvalidField if it is given and can't be a key */
    static @Nullable String checkedKey(String name, @Nullable String key) {
        if (key != null && !key.matches("[!-~]{1," + LONGEST_KEY + "}")) {
            throw new InvalidField(name, key, "1 to " + LONGEST_KEY + " printable ASCII characters, no blanks");
        }
        return key;
    }
}
