package io.octavo.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** The tasks of housekeeping, as the status of a node tells of them: of those that it leads it knows more. */
final class StatusTasks {
    private final JsonNode status;
    private final Map<String, JsonNode> leaders = new HashMap<>();
    private final Map<String, JsonNode> ledHere = new HashMap<>();
    private final Set<String> names = new TreeSet<>();

    StatusTasks(JsonNode status) {
        this.status = status;
        for (JsonNode leader : Json.list(status, "leaders")) {
            leaders.put(Json.text(leader, "task"), leader);
        }
        names.addAll(leaders.keySet());
        for (JsonNode task : Json.list(status, "tasks")) {
            String name = Json.text(task, "task");
            names.add(name);
            if (!task.path("ledElsewhere").asBoolean(false)) {
                ledHere.put(name, task);
            }
        }
    }

    void print(Session session) {
        if (leaders.isEmpty()) {
            session.shell().out().println("NO NODE IS KNOWN TO DO HOUSEKEEPING");
        }
        if (names.isEmpty()) {
            return;
        }
        Table table = new Table("TASK", "LED BY", ">FOR", ">LAST RUN", "OUTCOME", ">TOOK", ">DONE", ">FAILED");
        for (String name : names) {
            JsonNode leader = leaders.getOrDefault(name, MissingNode.getInstance());
            JsonNode run = ledHere.getOrDefault(name, MissingNode.getInstance()).path("lastRun");
            boolean none = run.isMissingNode();
            table.row(
                    name,
                    Json.text(leader, "node"),
                    Text.age(Json.time(leader, "since"), session.now()),
                    Text.age(Json.time(run, "startedAt"), session.now()),
                    Json.text(run, "outcome"),
                    none ? "" : HousekeepingTasks.took(run),
                    none ? "" : Long.toString(Json.number(run, "done")),
                    none ? "" : Long.toString(Json.number(run, "failed")));
        }
        table.print(session.shell().out());
        HousekeepingTasks.noteLeaders(session, elsewhere(), Json.list(status, "nodes"), "status");
    }

    private Map<String, List<String>> elsewhere() {
        Map<String, List<String>> elsewhere = new TreeMap<>();
        for (String name : names) {
            JsonNode leader = leaders.get(name);
            if (leader != null && !ledHere.containsKey(name)) {
                elsewhere
                        .computeIfAbsent(Json.text(leader, "node"), node -> new ArrayList<>())
                        .add(name);
            }
        }
        return elsewhere;
    }
}
