package io.octavo.cli;

import java.io.IOException;
import java.util.function.BooleanSupplier;

/**
 * A change that is sent again under its idempotency key while the connection fails or the server is busy. Until an
 * attempt is answered for good, the outcome of one that broke stays unknown.
 *
 * @param advice how the person is to repeat it, for when that doesn't help either
 */
record Attempts(Api api, String advice) {
    /** How often it is tried. */
    static final int MOST = 5;

    /** One of them. */
    interface Attempt<T> {
        /**
         * Sends it.
         *
         * @throws Failure     if the server says no
         * @throws IOException if no answer came
         */
        T send() throws IOException, InterruptedException;
    }

    /** @param canBeRepeated whether what is to be sent is still there */
    <T> T run(Attempt<T> attempt, BooleanSupplier canBeRepeated) throws InterruptedException {
        boolean mayHaveHappened = false;
        for (int number = 1; ; number++) {
            Failure failure;
            try {
                return attempt.send();
            } catch (Failure refusal) {
                if (!refusal.isPassing()) {
                    throw refusal;
                }
                failure = refusal;
                mayHaveHappened |= !refusal.code().equals("RATE_LIMITED");
            } catch (IOException e) {
                failure = Failure.unreachable(api.server(), Unreachable.reason(e));
                mayHaveHappened |= !Unreachable.wasNeverSent(e);
            }
            if (number == MOST || !canBeRepeated.getAsBoolean()) {
                throw mayHaveHappened ? Failure.outcomeUnknown(String.valueOf(failure.getMessage()), advice) : failure;
            }
            api.timing().pauseAfter(number, failure.retryAfter());
        }
    }
}
