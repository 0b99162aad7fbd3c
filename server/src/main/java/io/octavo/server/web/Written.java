package io.octavo.server.web;

import io.octavo.rules.Scopes;
import io.octavo.server.publish.Published;
import io.octavo.server.publish.Published.Outcome;
import io.octavo.server.publish.UndoCommand;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.Committed.Effect;
import io.octavo.server.topic.Impact;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the answers to all writes say.
 *
 * @param dryRun true = nothing was changed; else null
 * @param impact what each scope is moved from and to; empty if nobody moves, or if an earlier request did it
 * @param undo   the shell command that takes it back; null if there is none
 */
record Written(
        @Nullable Boolean dryRun,
        List<Move> impact,
        @Nullable String undo) {
    /**
     * A scope whose consumers move.
     *
     * @param from  the version they ran; null = none
     * @param to    the version they are to run; null = none
     * @param share the part of the instances that moves so, in percent; null = all others
     */
    record Move(
            String scope,
            @Nullable Long from,
            @Nullable Long to,
            @Nullable Double share) {
        private static final double BOUNDS_PER_PERCENT = 100;

        static Move of(Impact impact) {
            Integer bound = impact.bound();
            return new Move(
                    Scopes.format(impact.scope()),
                    version(impact.from()),
                    version(impact.to()),
                    bound == null ? null : bound / BOUNDS_PER_PERCENT);
        }

        static @Nullable Long version(long version) {
            return version == 0 ? null : version;
        }
    }

    static Written of(Command command, Committed done) {
        return of(done, UndoCommand.of(command, done));
    }

    static Written of(Committed done, @Nullable String undo) {
        return new Written(done.effect() == Effect.DRY_RUN ? true : null, moves(done.impact()), undo);
    }

    static Written of(Published published) {
        return new Written(
                published.outcome() == Outcome.DRY_RUN ? true : null, moves(published.impact()), published.undo());
    }

    private static List<Move> moves(List<Impact> impact) {
        return impact.stream().map(Move::of).toList();
    }
}
