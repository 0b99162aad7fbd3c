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
        header = "Deletes a topic, or one of its versions.",
        description = {
            "From then on nobody gets anything of it; who has a version keeps it. The payloads go later, and until then"
                    + " --undo takes the deletion back. If the name is used again, version numbers go on.",
            "With VERSION only that version is deleted, for ever: it is refused while a publication, a pin or a hold names"
                    + " it, and can't be undone.",
            "Shows the environment and what changes, and asks before doing it; it is done only if the topic is still"
                    + " what was shown. Prints the command that undoes it."
        },
        footer = {
            "  octavo delete prices.test --reason 'the test is over'",
            "  octavo delete prices.test --reason 'it was not' --undo --yes",
            "  octavo delete prices 17 --reason 'it has personal data in it'"
        })
@Manual(
        changes =
                "The topic, for everybody: no consumer gets anything of it any more; or a version that nobody is given.",
        related = {"topics", "settings", "audit"})
final class DeleteCommand implements Subcommand {
    @Parameters(index = "0", paramLabel = "TOPIC")
    private String topic = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "VERSION",
            description = "Delete this version only, for ever.")
    private @Nullable Long version;

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
        if (version != null && (undo || revision != null)) {
            throw Failure.usage("VERSION excludes --undo and --revision: a version is deleted for ever");
        }
        String why = reason.text();
        options.require(session.shell());
        if (version != null) {
            options.carryOut(session, deletion(version, why), "Deleted version " + version + " of " + topic);
            return;
        }
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

    private Write deletion(long number, String why) {
        return Write.of(
                        "DELETE",
                        Target.of("topics", topic, "versions", Versions.check("VERSION", number))
                                .with("reason", why),
                        CommandWords.of("delete", topic, number).option("--reason", why))
                .tell("Delete", "version " + number + " of " + topic + ", for ever")
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
