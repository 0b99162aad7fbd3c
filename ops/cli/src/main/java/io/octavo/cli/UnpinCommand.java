package io.octavo.cli;

import io.octavo.rules.TopicNames;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "unpin",
        header = "Takes a scope's pin away.",
        description = {
            "Every consumer in the scope goes to what a wider pin names, or to the newest version published to it.",
            "Shows the environment and what changes, and asks before doing it. Prints the command that undoes it."
        },
        footer = {
            "  octavo unpin prices --scope region=eu --reason 'version 8 is good'",
            "  octavo unpin prices --scope '*' --reason 'repaired' --yes"
        })
@Manual(
        changes = "What the consumers in the scope run.",
        related = {"pin", "pins", "explain"})
final class UnpinCommand implements Subcommand {
    @Parameters(paramLabel = "TOPIC")
    private String topic = "";

    @Option(
            names = "--scope",
            required = true,
            paramLabel = "SCOPE",
            converter = ScopeConverter.class,
            description = "The scope whose pin goes, such as region=eu, or * for everybody's.")
    private String scope = "";

    @Mixin
    private ReasonOption reason = new ReasonOption();

    @Mixin
    private WriteOptions options = new WriteOptions();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        TopicNames.check(topic);
        Target pin = Target.of("topics", topic, "pins").with("scope", scope).with("reason", reason.text());
        options.require(session.shell());
        CommandWords again =
                CommandWords.of("unpin", topic).option("--scope", scope).option("--reason", reason.text());
        Write write = Write.of("DELETE", pin, again)
                .tell("Unpin", topic + " for " + scope)
                .tell("Reason", reason.text());
        options.carryOut(session, write, "Unpinned " + topic + " for " + scope);
    }
}
