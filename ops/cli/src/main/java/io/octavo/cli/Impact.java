package io.octavo.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Whom a change moves, as the server tells it: the same words before it is done and after. */
final class Impact {
    private Impact() {}

    /** The table of scopes with their versions before and after, and what stays as it is. */
    static List<String> lines(JsonNode answer) {
        List<JsonNode> moves = Json.list(answer, answer.has("impact") ? "impact" : "moves");
        List<String> lines = new ArrayList<>();
        if (moves.isEmpty()) {
            lines.add("No scope's version changes");
        } else {
            String atLeast = answer.path("instancesAtLeast").asBoolean(false) ? "at least " : "";
            lines.addAll(table(moves, atLeast).lines());
        }
        lines.addAll(rest(answer));
        return lines;
    }

    /** @param atLeast stands before numbers of instances */
    private static Table table(List<JsonNode> moves, String atLeast) {
        boolean counted = moves.stream().anyMatch(move -> move.hasNonNull("instances"));
        boolean shared = moves.stream().anyMatch(move -> move.hasNonNull("share"));
        List<String> headings = new ArrayList<>(List.of("SCOPE", ">FROM", ">TO"));
        if (shared) {
            headings.add(">SHARE");
        }
        if (counted) {
            headings.add(">INSTANCES");
        }
        Table table = new Table(headings.toArray(String[]::new));
        for (JsonNode move : moves) {
            List<String> row =
                    new ArrayList<>(List.of(Json.text(move, "scope"), version(move, "from"), version(move, "to")));
            if (shared) {
                row.add(move.hasNonNull("share") ? move.path("share").asString("") + " %" : "all");
            }
            if (counted) {
                row.add(move.hasNonNull("instances") ? atLeast + Json.number(move, "instances") : "");
            }
            table.row(row.toArray(String[]::new));
        }
        return table;
    }

    private static String version(JsonNode move, String field) {
        return move.hasNonNull(field) ? Long.toString(Json.number(move, field)) : "nothing";
    }

    private static List<String> rest(JsonNode answer) {
        List<String> lines = new ArrayList<>();
        List<JsonNode> staying = Json.list(answer, "staying");
        if (!staying.isEmpty()) {
            lines.add(
                    Write.line("Stay pinned", staying.stream().map(Impact::pin).collect(Collectors.joining(" "))));
        }
        if (answer.hasNonNull("quarantined")) {
            lines.add(Write.line("Quarantine", "version " + Json.number(answer, "quarantined")));
        }
        if (answer.hasNonNull("quarantineOmitted")) {
            lines.add(Write.line("Quarantine", "none: " + Json.text(answer, "quarantineOmitted")));
        }
        return lines;
    }

    private static String pin(JsonNode pin) {
        return Json.text(pin, "scope") + " (version " + Json.number(pin, "version") + ")";
    }
}
