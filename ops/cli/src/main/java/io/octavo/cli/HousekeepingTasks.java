package io.octavo.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** The tasks of housekeeping, as the node of a session sees them. */
final class HousekeepingTasks {
    private final Session session;

    HousekeepingTasks(Session session) {
        this.session = session;
    }

    /** @throws Failure if that node does no housekeeping, saying which do */
    JsonNode read() throws InterruptedException {
        return ask(Target.of("housekeeping"));
    }

    /** Asks what only nodes of the role know; otherwise as {@link #read()}. */
    JsonNode ask(Target target) throws InterruptedException {
        try {
            return session.api().get(target);
        } catch (Failure failure) {
            throw failure.code().equals("NOT_FOUND") ? elsewhere() : failure;
        }
    }

    /** The task of that name. */
    JsonNode read(String name) throws InterruptedException {
        List<JsonNode> tasks = Json.list(read(), "tasks");
        return tasks.stream()
                .filter(task -> Json.text(task, "task").equals(name))
                .findFirst()
                .orElseThrow(() -> Failure.here("TASK: " + name + " (expected: one of "
                        + tasks.stream().map(task -> Json.text(task, "task")).collect(Collectors.joining(", "))
                        + ")"));
    }

    /** Says whom to ask for the runs of tasks that other nodes lead, once for each of these nodes. */
    void noteLeadersElsewhere(JsonNode document) throws InterruptedException {
        Map<String, List<String>> elsewhere = new TreeMap<>();
        for (JsonNode task : Json.list(document, "tasks")) {
            if (task.path("ledElsewhere").asBoolean(false)) {
                elsewhere
                        .computeIfAbsent(Json.text(task, "leader"), leader -> new ArrayList<>())
                        .add(Json.text(task, "task"));
            }
        }
        if (!elsewhere.isEmpty()) {
            List<JsonNode> nodes = Json.list(session.api().get(Target.of("status")), "nodes");
            noteLeaders(session, elsewhere, nodes, "housekeeping");
        }
    }

    /**
     * Says that other nodes know more.
     *
     * @param led     which tasks they lead
     * @param command tells that, of the node that is asked
     */
    static void noteLeaders(Session session, Map<String, List<String>> led, List<JsonNode> nodes, String command) {
        led.forEach((leader, tasks) -> {
            String address = http(nodes, leader);
            session.note(leader + " leads " + String.join(", ", tasks)
                    + ", and knows what it has done and stopped"
                    + (address.isEmpty() ? "" : ": " + CommandWords.of(command).option("--server", address)));
        });
    }

    private static String http(List<JsonNode> nodes, String name) {
        return nodes.stream()
                .filter(node -> Json.text(node, "node").equals(name))
                .map(node -> Json.text(node, "http"))
                .findFirst()
                .orElse("");
    }

    /**
     * Why a task can't be run by the node of this session: another one leads it.
     *
     * @param command what was to be done
     */
    Failure ledElsewhere(String task, String leader, CommandWords command) throws InterruptedException {
        String address = http(Json.list(session.api().get(Target.of("status")), "nodes"), leader);
        return Failure.here(task + " is led by the node " + (leader.isEmpty() ? "of nobody at this moment" : leader)
                + ", not by the one at " + session.server()
                + (address.isEmpty()
                        ? "; ask that one with --server"
                        : "; ask that one: " + command.option("--server", address)));
    }

    private Failure elsewhere() throws InterruptedException {
        String others = Json.list(session.api().get(Target.of("status")), "nodes").stream()
                .filter(node -> Json.list(node, "roles").stream()
                        .anyMatch(role -> role.asString("").equals("housekeeping")))
                .map(node -> Json.text(node, "node") + " at " + Json.text(node, "http"))
                .collect(Collectors.joining(", "));
        return Failure.here(
                "the node at " + session.server() + " does no housekeeping (expected: --server with one that"
                        + " does: " + (others.isEmpty() ? "none is known" : others) + ")");
    }

    /** How long a run took. */
    static String took(JsonNode run) {
        long millis = Json.number(run, "tookMillis");
        return millis < 1000 ? millis + " ms" : String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }
}
