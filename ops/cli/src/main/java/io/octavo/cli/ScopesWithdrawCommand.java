package io.octavo.cli;

import io.octavo.rules.TopicNames;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "withdraw",
        header = "Takes a version back from a scope that it was published to.",
        description = {
            "The consumers in the scope go to the newest other version that is published to them. A consumer for whom"
                    + " there is none keeps what it has.",
            "Shows the environment and what changes, and asks before doing it. Prints the command that undoes it."
        },
        footer = "  octavo scopes withdraw prices 7 --scope region=eu --reason 'meant for region=us only'")
@Manual(
        changes = "What the consumers in the scope run.",
        related = {"scopes add", "scopes list", "rollback", "quarantine"})
final class ScopesWithdrawCommand implements Subcommand {
    @Parameters(paramLabel = "TOPIC")
    private String topic = "";

    @Parameters(paramLabel = "VERSION")
    private long version;

    @Option(
            names = "--scope",
            required = true,
            paramLabel = "SCOPE",
            converter = ScopeConverter.class,
            description = "The scope to take it from, as it was published; * for everybody's.")
    private String scope = "";

    @Mixin
    private ReasonOption reason = new ReasonOption();

    @Mixin
    private WriteOptions options = new WriteOptions();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        TopicNames.check(topic);
        Target scopes = Target.of("topics", topic, "versions", Versions.check("VERSION", version), "scopes")
                .with("scope", scope)
                .with("reason", reason.text());
        options.require(session.shell());
        CommandWords again = CommandWords.of("scopes", "withdraw", topic, version)
                .option("--scope", scope)
                .option("--reason", reason.text());
        Write write = Write.of("DELETE", scopes, again)
                .tell("Withdraw", topic + " version " + version + " from " + scope)
                .tell("Reason", reason.text());
        options.carryOut(session, write, "Withdrew " + topic + " version " + version + " from " + scope);
    }
}
