package io.octavo.cli;

import io.octavo.rules.InvalidField;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Version objects in words. */
final class Versions {
    private Versions() {}

    /** Whom a version is published to, as the end of a sentence. */
    static String audience(JsonNode version) {
        String scopes = scopes(version);
        return scopes.isEmpty() ? "staged, published to nobody yet" : "published to " + scopes;
    }

    /** The scopes that a version is published to; one that it was withdrawn from is left out. */
    static String scopes(JsonNode version) {
        return Json.list(version, "publications").stream()
                .filter(publication -> !publication.has("withdrawnAt"))
                .map(Versions::scope)
                .collect(Collectors.joining(" "));
    }

    private static String scope(JsonNode publication) {
        String scope = Json.text(publication, "scope");
        return publication.has("share")
                ? scope + " (share " + publication.path("share").asString("") + ")"
                : scope;
    }

    /** Checks a version's number, as given. */
    static long check(String name, long number) {
        if (number < 1) {
            throw new InvalidField(name, number, "a version's number, 1 or more");
        }
        return number;
    }

    /** Adds where to see a change and what reverses it, as far as the answer tells. */
    static void addLinks(List<String> lines, JsonNode answer) {
        for (String link : List.of("ui", "undo")) {
            if (answer.has(link)) {
                lines.add("  " + link + (link.length() < 4 ? "    " : "  ") + Json.text(answer, link));
            }
        }
    }
}
