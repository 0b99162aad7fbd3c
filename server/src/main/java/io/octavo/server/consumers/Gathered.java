package io.octavo.server.consumers;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What subscribe nodes answered to the same question.
 *
 * @param answers one of each node that did in time
 * @param nodes   how many there are
 */
record Gathered<A>(List<A> answers, int nodes) {
    Gathered {
        answers = List.copyOf(answers);
    }

    /** @param notRecorded what each node says that it could not record */
    Coverage coverage(ToLongFunction<A> notRecorded) {
        return new Coverage(
                answers.size(), nodes, answers.stream().mapToLong(notRecorded).sum());
    }
}
