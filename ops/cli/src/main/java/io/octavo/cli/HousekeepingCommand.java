package io.octavo.cli;

import java.io.IOException;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

@Command(
        name = "housekeeping",
        header = "Lists the tasks of housekeeping and their last runs.",
        description = {
            "Shows which node leads each task, and of the last run on the node that is asked when it began, how it ended,"
                    + " how long it took, and how many things it looked at, put in order, and left to a later run.",
            "The last lines tell of topics that nobody uses: see octavo topics --idle.",
            "What a task has stopped, and waits with for an operator, is known to the node that leads it: the last lines say"
                    + " how to ask that one.",
            "Only nodes with the role housekeeping know; octavo status lists the nodes."
        },
        footer = {
            "  octavo housekeeping",
            "  octavo housekeeping --json | jq '.tasks[].lastRun'",
            "  octavo housekeeping run sweep"
        },
        subcommands = HousekeepingRunCommand.class)
@Manual(related = {"housekeeping run", "status"})
final class HousekeepingCommand implements Subcommand {
    @Override
    public void run(Session session) throws IOException, InterruptedException {
        HousekeepingTasks tasks = new HousekeepingTasks(session);
        JsonNode document = tasks.read();
        if (session.json()) {
            session.result(document);
            return;
        }
        Table table =
                new Table("TASK", "LED BY", ">LAST RUN", "OUTCOME", ">TOOK", ">EXAMINED", ">DONE", ">FAILED", "ERROR");
        for (JsonNode task : Json.list(document, "tasks")) {
            JsonNode run = task.path("lastRun");
            boolean none = run.isMissingNode();
            table.row(
                    Json.text(task, "task"),
                    Json.text(task, "leader"),
                    Text.age(Json.time(run, "startedAt"), session.now()),
                    task.path("pending").asBoolean(false) ? "RUNNING" : Json.text(run, "outcome"),
                    none ? "" : HousekeepingTasks.took(run),
                    none ? "" : Long.toString(Json.number(run, "examined")),
                    none ? "" : Long.toString(Json.number(run, "done")),
                    none ? "" : Long.toString(Json.number(run, "failed")),
                    Json.text(run, "error"));
        }
        table.print(session.shell().out());
        for (JsonNode task : Json.list(document, "tasks")) {
            if (task.has("stopped")) {
                session.shell().out().println(Text.line(Json.text(task, "task") + " " + Json.text(task, "stopped")));
            }
            if (task.has("found")) {
                session.shell().out().println(Text.line(Json.text(task, "found")));
            }
        }
        tasks.noteLeadersElsewhere(document);
    }
}
