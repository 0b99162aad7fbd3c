package io.octavo.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

@Command(
        name = "status",
        header = "Shows how the installation is.",
        description = {
            "Shows its environment, nodes and stores, and whether writes work and if not what helps.",
            "Of each task of housekeeping it shows which node leads it. That node alone knows the last run, and what the task"
                    + " has stopped and waits with for an operator: the last lines say how to ask it."
        },
        footer = {"  octavo status", "  octavo status --json | jq -e .ready"})
@Manual(related = {"topics", "changes", "housekeeping", "context"})
final class StatusCommand implements Subcommand {
    @Override
    public void run(Session session) throws IOException, InterruptedException {
        JsonNode status = session.api().get(Target.of("status"));
        if (session.json()) {
            session.result(status);
            return;
        }
        if (!status.has("environment")) {
            session.result(
                    status,
                    "Octavo at " + session.server() + ": " + (isReady(status) ? "ready" : "NOT READY"),
                    "More is told to those who sign in: --token, OCTAVO_TOKEN or a context");
            return;
        }
        PrintStream out = session.shell().out();
        session.result(status, summary(session, status), writes(status.path("writes")), cache(status.path("cache")));
        for (JsonNode stopped : Json.list(status, "stopped")) {
            out.println(Text.line(Json.text(stopped, "task") + " " + Json.text(stopped, "why")));
        }
        for (JsonNode found : Json.list(status, "found")) {
            out.println(Text.line(Json.text(found, "what")));
        }
        out.println();
        Table nodes = new Table("NODE", "ROLES", "REGION", "HTTP", "GRPC", ">UP FOR", ">SEEN BEFORE");
        for (JsonNode node : Json.list(status, "nodes")) {
            nodes.row(
                    Json.text(node, "node"),
                    Json.joined(node, "roles"),
                    Json.text(node, "region"),
                    Json.text(node, "http"),
                    Json.text(node, "grpc"),
                    Text.age(Json.time(node, "startedAt"), session.now()),
                    Text.age(Json.time(node, "heartbeatAt"), session.now()));
        }
        nodes.print(out);
        out.println();
        Table stores = new Table("STORE", "STATE", "DETAIL");
        for (JsonNode store : Json.list(status, "stores")) {
            stores.row(
                    Json.text(store, "store"),
                    store.path("up").asBoolean(false) ? "up" : "DOWN",
                    Json.text(store, "detail"));
        }
        stores.print(out);
        List<JsonNode> fallback = Json.list(status, "fallback");
        if (!fallback.isEmpty()) {
            out.println();
            Table caches = new Table("FALLBACK CACHE IN", ">COMPLETE UP TO", "DETAIL");
            for (JsonNode cache : fallback) {
                caches.row(Json.text(cache, "region"), age(cache), Json.text(cache, "detail"));
            }
            caches.print(out);
        }
        out.println();
        new StatusTasks(status).print(session);
    }

    private static boolean isReady(JsonNode status) {
        return status.path("ready").asBoolean(false);
    }

    private static String summary(Session session, JsonNode status) {
        return "Environment " + Json.text(status, "environment") + " at " + session.server() + ", Octavo "
                + Json.text(status, "version") + ": "
                + (isReady(status) ? "ready" : "NOT READY");
    }

    private static String writes(JsonNode writes) {
        if (writes.path("working").asBoolean(false)) {
            return "Writes work";
        }
        String help = Json.text(writes, "help");
        return "WRITES DON'T WORK" + (help.isEmpty() ? "" : ": " + help);
    }

    private static String age(JsonNode cache) {
        return cache.has("ageMillis") ? Json.number(cache, "ageMillis") / 1000 + " s ago" : "NEVER";
    }

    private static String heldBack(int versions) {
        return versions == 0
                ? ""
                : "; HELD BACK, for the payload is missing: " + versions + (versions == 1 ? " version" : " versions");
    }

    private static String cache(JsonNode cache) {
        if (cache.isMissingNode()) {
            return "No cache here: this node doesn't serve subscribers";
        }
        return "Cache of " + Json.number(cache, "heads") + " topics, "
                + Json.number(cache, "ageMillis") / 1000.0 + " s old, "
                + (cache.path("complete").asBoolean(false) ? "complete" : "NOT COMPLETE")
                + (cache.path("stale").asBoolean(false) ? ", STALE: from the fallback cache" : "")
                + heldBack(cache.path("heldBack").asInt(0));
    }
}
