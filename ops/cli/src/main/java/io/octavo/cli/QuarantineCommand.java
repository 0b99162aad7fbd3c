package io.octavo.cli;

import io.octavo.rules.TopicNames;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "quarantine",
        header = "Marks a version as bad, so that nobody gets it any more.",
        description = {
            "Whoever runs it goes to the newest other version that is published to them; an explicit read of its number"
                    + " still answers it. A version that a pin names can't be quarantined: unpin it first, or roll back."
                    + " With --lift the mark is taken away.",
            "Shows the environment and what changes, and asks before doing it. Prints the command that undoes it."
        },
        footer = {
            "  octavo quarantine prices 7 --reason 'prices of zero'",
            "  octavo quarantine prices 7 --reason 'it was the reader' --lift --yes"
        })
@Manual(
        changes = "What the consumers that run the version, or would, run.",
        related = {"rollback", "scopes withdraw", "history"})
final class QuarantineCommand implements Subcommand {
    @Parameters(paramLabel = "TOPIC")
    private String topic = "";

    @Parameters(paramLabel = "VERSION")
    private long version;

    @Mixin
    private ReasonOption reason = new ReasonOption();

    @Option(names = "--lift", description = "Take the mark away: the version is served again.")
    private boolean lift;

    @Option(names = "--force", description = "Even if live consumers would be left without any version.")
    private boolean force;

    @Mixin
    private WriteOptions options = new WriteOptions();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        TopicNames.check(topic);
        if (lift && force) {
            throw Failure.usage("--force and --lift exclude each other: lifting leaves nobody without a version");
        }
        Target quarantine = Target.of("topics", topic, "versions", Versions.check("VERSION", version), "quarantine")
                .with("reason", reason.text())
                .with("force", force ? true : null);
        options.require(session.shell());
        CommandWords again = CommandWords.of("quarantine", topic, version)
                .option("--reason", reason.text())
                .flag("--lift", lift)
                .flag("--force", force);
        Write write = Write.of(lift ? "DELETE" : "PUT", quarantine, again)
                .tell(lift ? "Lift" : "Quarantine", (lift ? "the quarantine of " : "") + topic + " version " + version)
                .tell("Reason", reason.text());
        options.carryOut(
                session, write, (lift ? "Lifted the quarantine of " : "Quarantined ") + topic + " version " + version);
    }
}
