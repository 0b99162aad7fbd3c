package io.octavo.server.subscribe;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.CountMovesRequest;
import io.octavo.protocol.CountMovesResponse;
import io.octavo.protocol.Instances;
import io.octavo.protocol.MoveCount;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Publication;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Scopes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Counts consumers that a change of a topic moves, by what the topic's scopes tell them apart by. For one thread. */
final class MoveTally {
    private record Move(Scope scope, long from, long to) {}

    private final CachedTopic before;
    private final CachedTopic after;
    private final boolean identities;
    private final Set<Scope> scopes = new HashSet<>();
    private final Map<Scope, Scope> narrowest = new HashMap<>();
    private final Map<Move, Instances.Builder> moves = new HashMap<>();

    MoveTally(CountMovesRequest request) {
        this.before = new CachedTopic(request.getBefore());
        this.after = new CachedTopic(request.getAfter());
        this.identities = request.getIdentities();
        for (TopicHead head : List.of(request.getBefore(), request.getAfter())) {
            head.getPinsList().stream().map(Pin::getScope).forEach(scopes::add);
            head.getPublicationsList().stream().map(Publication::getScope).forEach(scopes::add);
        }
    }

    void add(Consumer consumer, long seenAgoMillis) {
        long from = before.resolve(consumer).version();
        long to = after.resolve(consumer).version();
        if (from != to) {
            Move move = new Move(scope(consumer), from, to);
            Tally.count(moves.computeIfAbsent(move, m -> Instances.newBuilder()), identities, consumer, seenAgoMillis);
        }
    }

    CountMovesResponse.Builder answer() {
        CountMovesResponse.Builder answer = CountMovesResponse.newBuilder();
        moves.forEach((move, instances) -> answer.addMoves(MoveCount.newBuilder()
                .setScope(move.scope())
                .setFrom(move.from())
                .setTo(move.to())
                .setInstances(instances)));
        return answer;
    }

    /** What all scopes to which the consumer belongs have in common; it resolves as this does, but for shares. */
    private Scope scope(Consumer consumer) {
        Scope whole = Scope.newBuilder()
                .setRegion(consumer.getRegion())
                .setApp(consumer.getApp())
                .setCluster(consumer.getCluster())
                .build();
        return narrowest.computeIfAbsent(whole, all -> {
            Scope.Builder common = Scope.newBuilder();
            for (Scope scope : scopes) {
                if (Scopes.matches(scope, consumer)) {
                    common.mergeFrom(scope);
                }
            }
            return common.build();
        });
    }
}
