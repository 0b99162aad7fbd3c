package io.octavo.cli;

import io.octavo.protocol.Scope;
import io.octavo.rules.Scopes;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Pins in words. */
final class Pins {
    private Pins() {}

    /** The scopes within a scope whose own pins stay in force, whatever is done with the scope's. */
    static String within(JsonNode topic, String scope) {
        Scope wide = Scopes.parse(scope);
        String within = Json.list(topic, "pins").stream()
                .map(pin -> Scopes.parse(Json.text(pin, "scope")))
                .filter(other -> Scopes.covers(wide, other) && !other.equals(wide))
                .sorted(Scopes.ORDER)
                .map(Scopes::format)
                .collect(Collectors.joining(" "));
        return within.isEmpty() ? "no scope within it" : within;
    }

    /** How many newer versions wait, as the end of a sentence. */
    static String newer(long versions) {
        return versions == 0
                ? ""
                : versions == 1 ? "; 1 newer version waits" : "; " + versions + " newer versions wait";
    }
}
