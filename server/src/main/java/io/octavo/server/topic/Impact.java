package io.octavo.server.topic;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Publication;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a change moves a scope from and to.
 *
 * @param scope whose consumers move: those that belong to no narrower scope that the topic knows
 * @param from  the version they ran; 0 = none
 * @param to    the version they are to run; 0 = none
 * @param bound how many of 10000 instances move so, by a publication to a share of them; null = all others
 */
public record Impact(
        Scope scope, long from, long to, @Nullable Integer bound) {
    /** By scope, and by versions within it. */
    public static final Comparator<Impact> ORDER = Comparator.comparing(Impact::scope, Scopes.ORDER)
            .thenComparing(Impact::from)
            .thenComparing(Impact::to);

    /** The scopes that one head and the other resolve differently, in the order of scopes. */
    public static List<Impact> between(TopicHead before, TopicHead after) {
        TreeSet<Scope> scopes = new TreeSet<>(Scopes.ORDER);
        scopes.add(Scopes.GLOBAL);
        for (TopicHead head : List.of(before, after)) {
            head.getPinsList().stream().map(Pin::getScope).forEach(scopes::add);
            head.getPublicationsList().stream().map(Publication::getScope).forEach(scopes::add);
        }
        List<Impact> moved = new ArrayList<>();
        for (Scope scope : scopes) {
            Consumer member = member(scope);
            Impact most = of(before, after, scope, member, Impact::withoutShares, null);
            Impact inShare = of(before, after, scope, member, Impact::sharesForAll, bound(before, after, member));
            if (most.from != most.to) {
                moved.add(most);
            }
            if (inShare.bound != null && (inShare.from != most.from || inShare.to != most.to)) {
                moved.add(inShare);
            }
        }
        return moved;
    }

    /** The version that a scope's consumers run; of those in a share, if there is one, for they run the higher. */
    static long highest(TopicHead head, Scope scope) {
        return Resolution.of(sharesForAll(head), member(scope)).version();
    }

    /** A consumer of the scope, and of no narrower one. */
    static Consumer member(Scope scope) {
        return Consumer.newBuilder()
                .setRegion(scope.getRegion())
                .setApp(scope.getApp())
                .setCluster(scope.getCluster())
                .build();
    }

    private static Impact of(
            TopicHead before,
            TopicHead after,
            Scope scope,
            Consumer member,
            UnaryOperator<TopicHead> seen,
            @Nullable Integer bound) {
        return new Impact(
                scope,
                Resolution.of(seen.apply(before), member).version(),
                Resolution.of(seen.apply(after), member).version(),
                bound);
    }

    /** The largest share that a publication for this consumer has; null if none has one. */
    private static @Nullable Integer bound(TopicHead before, TopicHead after, Consumer member) {
        for (TopicHead head : List.of(after, before)) {
            Integer bound = head.getPublicationsList().stream()
                    .filter(publication -> publication.hasShare() && Scopes.matches(publication.getScope(), member))
                    .map(publication -> publication.getShare().getBound())
                    .max(Integer::compare)
                    .orElse(null);
            if (bound != null) {
                return bound;
            }
        }
        return null;
    }

    private static TopicHead withoutShares(TopicHead head) {
        return publications(head, publication -> publication.hasShare() ? null : publication);
    }

    private static TopicHead sharesForAll(TopicHead head) {
        return publications(
                head, publication -> publication.toBuilder().clearShare().build());
    }

    private static TopicHead publications(TopicHead head, UnaryOperator<@Nullable Publication> change) {
        if (head.getPublicationsList().stream().noneMatch(Publication::hasShare)) {
            return head;
        }
        return head.toBuilder()
                .clearPublications()
                .addAllPublications(head.getPublicationsList().stream()
                        .map(change)
                        .filter(Objects::nonNull)
                        .toList())
                .build();
    }
}
