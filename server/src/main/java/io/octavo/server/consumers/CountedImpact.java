package io.octavo.server.consumers;

import io.octavo.protocol.CountMovesResponse;
import io.octavo.protocol.MoveCount;
import io.octavo.server.topic.Impact;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a change moves, and how many live instances that are.
 *
 * @param isAtLeast there may be more instances: not all nodes answered, or not all instances are recorded
 */
public record CountedImpact(List<Move> moves, boolean isAtLeast) {
    public CountedImpact {
        moves = List.copyOf(moves);
    }

    /**
     * Instances that move alike.
     *
     * @param instances null = nobody could say
     */
    public record Move(Impact impact, @Nullable Long instances) {}

    /** One that nobody counts. */
    public static CountedImpact uncounted(List<Impact> impact) {
        return new CountedImpact(
                impact.stream().map(each -> new Move(each, null)).toList(), false);
    }

    static CountedImpact of(List<Impact> impact, Gathered<CountMovesResponse> answers) {
        if (answers.answers().isEmpty()) {
            return uncounted(impact);
        }
        Newest<Impact> newest = new Newest<>();
        for (CountMovesResponse answer : answers.answers()) {
            answer.getMovesList().forEach(move -> newest.add(row(move, impact), move.getInstances()));
        }
        Map<Impact, Long> counts = newest.counts();
        List<Move> moves = new ArrayList<>();
        impact.forEach(each -> moves.add(new Move(each, counts.getOrDefault(each, 0L))));
        // Those who belong to several scopes and move as none of them alone does.
        counts.entrySet().stream()
                .filter(count -> !impact.contains(count.getKey()))
                .sorted(Map.Entry.comparingByKey(Impact.ORDER))
                .forEach(count -> moves.add(new Move(count.getKey(), count.getValue())));
        return new CountedImpact(
                moves, !answers.coverage(CountMovesResponse::getNotRecorded).isComplete());
    }

    /** The row that is about those who move so; a new one if there is none. */
    private static Impact row(MoveCount move, List<Impact> impact) {
        return impact.stream()
                .filter(each -> each.scope().equals(move.getScope())
                        && each.from() == move.getFrom()
                        && each.to() == move.getTo())
                .findFirst()
                .orElseGet(() -> new Impact(move.getScope(), move.getFrom(), move.getTo(), null));
    }
}
