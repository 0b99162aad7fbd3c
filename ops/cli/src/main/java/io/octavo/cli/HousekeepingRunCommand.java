package io.octavo.cli;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

@Command(
        name = "run",
        header = "Runs a task of housekeeping now.",
        description = {
            "Asks the node that leads the task, waits for the end of the run and tells what it did. A run that is under"
                    + " way ends first. It does nothing that the task wouldn't do by itself, so it doesn't ask.",
            "retention stops if much more would be deleted than usual, and tells a word, by octavo status of the node that leads"
                    + " it; --confirm WORD lets that go, and no more than that. What is deleted can't be brought back.",
            "If another node leads the task, the command to ask that one is printed.",
            "The exit status is 1 if the run failed, took too long or was stopped, and 4 if it has not ended in time; it"
                    + " goes on then, and octavo housekeeping tells when it has."
        },
        footer = {
            "  octavo housekeeping run sweep",
            "  octavo housekeeping run retention --confirm 1f2e3d4c",
            "  octavo housekeeping run repair --no-wait",
            "  octavo housekeeping run expiry --json | jq .done"
        })
@Manual(
        changes = "What the task changes: see the operations guide.",
        related = {"housekeeping", "gc", "status"})
final class HousekeepingRunCommand implements Subcommand {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    @Parameters(paramLabel = "TASK", description = "Such as sweep; octavo housekeeping lists them.")
    private String task = "";

    @Option(
            names = "--confirm",
            paramLabel = "WORD",
            description = "Let go what the task has stopped and told of by this word.")
    private @Nullable String confirm;

    @Option(names = "--no-wait", description = "Don't wait for the end of the run.")
    private boolean noWait;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "15m",
            description = "How long to wait at most, such as 30s; default 15m.")
    private String timeout = "15m";

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        Duration patience = Periods.parse("--timeout", timeout);
        HousekeepingTasks tasks = new HousekeepingTasks(session);
        tasks.read(task);
        JsonNode before = ask(session, tasks);
        if (noWait) {
            session.result(before, "A run of " + task + " is on its way; see: octavo housekeeping");
            return;
        }
        JsonNode now = await(session, tasks, patience);
        JsonNode run = now.path("lastAskedRun");
        if (run.isMissingNode() || run.equals(before.path("lastAskedRun"))) {
            throw Failure.here("the run of " + task + " did not take place: its node leads it no more; ask again");
        }
        session.result(run, told(run));
        if (!Json.text(run, "outcome").equals("DONE")) {
            throw Failure.here("the run of " + task + ": " + Json.text(run, "outcome") + " (expected: DONE)");
        }
    }

    private JsonNode ask(Session session, HousekeepingTasks tasks) throws InterruptedException {
        Write write = Write.of(
                "POST",
                Target.of("housekeeping", task, "runs").with("noWait", true).with("confirm", confirm),
                command());
        try {
            return session.api().write(write, WriteOptions.newKey(), "see: octavo housekeeping");
        } catch (Failure failure) {
            if (failure.code().equals("LED_ELSEWHERE")) {
                throw tasks.ledElsewhere(task, Json.text(tasks.read(task), "leader"), command());
            }
            throw failure;
        }
    }

    private CommandWords command() {
        return CommandWords.of("housekeeping", "run", task).option("--confirm", confirm);
    }

    private JsonNode await(Session session, HousekeepingTasks tasks, Duration patience) throws InterruptedException {
        boolean isDrawn = session.shell().progress() && !session.json();
        Duration waited = Duration.ZERO;
        JsonNode now = tasks.read(task);
        while (now.path("pending").asBoolean(false)) {
            if (waited.compareTo(patience) >= 0) {
                throw Failure.waitedInVain("the run of " + task + " has not ended within " + timeout
                        + "; it goes on, see: octavo housekeeping");
            }
            if (isDrawn) {
                session.shell().err().print("\r" + task + ": running for " + waited.toSeconds() + " s ");
            }
            session.shell().timing().pauses().pause(PAUSE);
            waited = waited.plus(PAUSE);
            now = tasks.read(task);
        }
        if (isDrawn) {
            session.shell().err().println();
        }
        return now;
    }

    private static String told(JsonNode run) {
        String error = Json.text(run, "error");
        return Json.text(run, "task") + ": " + Json.text(run, "outcome") + " in " + HousekeepingTasks.took(run) + ", "
                + Json.number(run, "examined") + " examined, " + Json.number(run, "done") + " done, "
                + Json.number(run, "failed") + " failed" + (error.isEmpty() ? "" : "; " + error);
    }
}
