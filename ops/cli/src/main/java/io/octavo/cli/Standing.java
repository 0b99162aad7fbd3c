package io.octavo.cli;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Publication;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How things stand for a scope of a topic, as far as the topic object tells: without publications for a share of the
 * instances, for it doesn't say whose.
 */
final class Standing {
    private final TopicHead head;
    private final Scope scope;

    private Standing(TopicHead head, Scope scope) {
        this.head = head;
        this.scope = scope;
    }

    static Standing of(JsonNode topic, String scope) {
        TopicHead.Builder head = TopicHead.newBuilder();
        for (JsonNode pin : Json.list(topic, "pins")) {
            head.addPins(Pin.newBuilder().setScope(scopeOf(pin)).setVersion(Json.number(pin, "version")));
        }
        for (JsonNode publication : Json.list(topic, "publications")) {
            if (!publication.has("share") && !publication.has("withdrawnAt")) {
                head.addPublications(Publication.newBuilder()
                        .setScope(scopeOf(publication))
                        .setVersion(Json.number(publication, "version")));
            }
        }
        return new Standing(head.build(), Scopes.parse(scope));
    }

    /** The version that the scope's own pin names; null if it has none. */
    @Nullable
    Long pinned() {
        return head.getPinsList().stream()
                .filter(pin -> pin.getScope().equals(scope))
                .map(Pin::getVersion)
                .findFirst()
                .orElse(null);
    }

    /** What runs in the scope now, and why. */
    String now() {
        return words(head);
    }

    /** What will run in the scope when its own pin is gone, and why. */
    String withoutPin() {
        TopicHead.Builder without = head.toBuilder().clearPins();
        head.getPinsList().stream().filter(pin -> !pin.getScope().equals(scope)).forEach(without::addPins);
        return words(without.build());
    }

    /** The scopes within this one whose own pins stay in force; empty if there are none. */
    String pinsWithin() {
        return scopes(head.getPinsList().stream()
                .map(Pin::getScope)
                .filter(other -> Scopes.covers(scope, other) && !other.equals(scope))
                .toList());
    }

    /** All pinned scopes; empty if there are none. */
    String pinnedScopes() {
        return scopes(head.getPinsList().stream().map(Pin::getScope).toList());
    }

    private String words(TopicHead of) {
        Consumer consumer = Consumer.newBuilder()
                .setRegion(scope.getRegion())
                .setApp(scope.getApp())
                .setCluster(scope.getCluster())
                .build();
        Resolution resolution = Resolution.of(of, consumer);
        Scope by = resolution.scope();
        if (by == null) {
            return "nothing";
        }
        return "version " + resolution.version() + (resolution.pinned() ? " (pinned for " : " (published to ")
                + Scopes.format(by) + ")";
    }

    private static Scope scopeOf(JsonNode node) {
        return Scopes.parse(Json.text(node, "scope"));
    }

    private static String scopes(List<Scope> scopes) {
        return scopes.stream().sorted(Scopes.ORDER).map(Scopes::format).collect(Collectors.joining(" "));
    }
}
