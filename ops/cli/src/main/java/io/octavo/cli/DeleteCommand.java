package io.octavo.cli;

import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "delete",
        header = "Deletes a topic.",
        description = {
            "From then on nobody gets anything of it; who has a version keeps it. The payloads go later, and until then"
                    + " --undo takes the deletion back. If the name is used again, version numbers go on.",
            "Shows the environment and what changes, and asks before doing it; it is done only if the topic is still"
                    + " what was shown. Prints the command that undoes it."
        },
        footer = {
            "  octavo delete prices.test --reason 'the test is over'",
            "  octavo delete prices.test --reason 'it was not' --undo --yes"
        })
@Manual(
        changes = "The topic, for everybody: no consumer gets anything of it any more.",
        related = {"topics", "settings", "audit"})
final class DeleteCommand implements Subcommand {
    @Parameters(paramLabel = "TOPIC")
    private String topic = "";

    @Mixin
    private ReasonOption reason = new ReasonOption();

    @Option(names = "--undo", description = "Take a deletion back.")
    private boolean undo;

    @Option(
            names = "--revision",
            paramLabel = "N",
            description = "Delete it only if this is its revision; default: the one that it has now.")
    private @Nullable Long revision;

    @Mixin
    private WriteOptions options = new WriteOptions();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        TopicNames.check(topic);
        if (undo && revision != null) {
            throw Failure.usage("--revision and --undo exclude each other");
        }
        if (revision != null && revision < 1) {
            throw new InvalidField("--revision", revision, "a topic's revision, 1 or more");
        }
        String why = reason.text();
        options.require(session.shell());
        options.carryOut(
                session, undo ? restoration(why) : deletion(session, why), (undo ? "Restored " : "Deleted ") + topic);
    }

    private Write deletion(Session session, String why) throws InterruptedException {
        long known =
                revision != null ? revision : Json.number(session.api().get(Target.of("topics", topic)), "revision");
        CommandWords again =
                CommandWords.of("delete", topic).option("--reason", why).option("--revision", known);
        return Write.of("DELETE", Target.of("topics", topic).with("reason", why), again)
                .header("If-Match", "\"" + known + "\"")
                .tell("Delete", topic + " at revision " + known)
                .tell("Reason", why);
    }

    private Write restoration(String why) {
        CommandWords again =
                CommandWords.of("delete", topic).option("--reason", why).flag("--undo", true);
        return Write.of("POST", Target.of("topics", topic, "restore"), again)
                .body(Json.object().put("reason", why))
                .tell("Restore", topic)
                .tell("Reason", why);
    }
}
