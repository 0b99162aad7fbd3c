package io.octavo.server.web;

import io.octavo.protocol.Scope;
import io.octavo.rules.Scopes;
import io.octavo.server.consumers.CountedImpact;
import io.octavo.server.publish.Published;
import io.octavo.server.publish.Published.Outcome;
import io.octavo.server.publish.UndoCommand;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.Committed.Effect;
import io.octavo.server.topic.Impact;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the answers to all writes say.
 *
 * @param dryRun true = nothing was changed; else null
 * @param impact what each scope is moved from and to; empty if nobody moves, or if an earlier request did it
 * @param instancesAtLeast true = there may be more instances, for not all nodes could say; else null
 * @param undo   the shell command that takes it back; null if there is none
 */
record Written(
        @Nullable Boolean dryRun,
        List<Move> impact,
        @Nullable Boolean instancesAtLeast,
        @Nullable String undo) {
    /**
     * A scope whose consumers move.
     *
     * @param from  the version they ran; null = none
     * @param to    the version they are to run; null = none
     * @param share the part of the instances that moves so, in percent; null = all others
     * @param instances how many live instances move so; null = nobody could say, or was asked
     */
    record Move(
            String scope,
            @Nullable Long from,
            @Nullable Long to,
            @Nullable Double share,
            @Nullable Long instances) {
        private static final double BOUNDS_PER_PERCENT = 100;

        static Move of(CountedImpact.Move move) {
            Impact impact = move.impact();
            Integer bound = impact.bound();
            return new Move(
                    Scopes.format(impact.scope()),
                    version(impact.from()),
                    version(impact.to()),
                    bound == null ? null : bound / BOUNDS_PER_PERCENT,
                    move.instances());
        }

        static @Nullable Long version(long version) {
            return version == 0 ? null : version;
        }
    }

    static Written of(Command command, Committed done, CountedImpact impact) {
        return of(done, impact, UndoCommand.of(command, done));
    }

    static Written of(Committed done, CountedImpact impact, @Nullable String undo) {
        return of(done.effect() == Effect.DRY_RUN, impact, undo);
    }

    static Written of(Published published, CountedImpact impact) {
        return of(published.outcome() == Outcome.DRY_RUN, impact, published.undo());
    }

    private static Written of(boolean dryRun, CountedImpact impact, @Nullable String undo) {
        return new Written(
                dryRun ? true : null,
                impact.moves().stream().map(Move::of).toList(),
                impact.isAtLeast() ? true : null,
                undo);
    }

    /** How many live instances of a scope, and of no narrower one that is told, move to a version; null = see above. */
    @Nullable
    Long instances(Scope scope, long to) {
        List<Long> counts = impact.stream()
                .filter(move -> move.scope().equals(Scopes.format(scope)) && Objects.equals(move.to(), to))
                .map(Move::instances)
                .toList();
        return counts.isEmpty() || counts.contains(null)
                ? null
                : (Long) counts.stream().mapToLong(Objects::requireNonNull).sum();
    }
}
