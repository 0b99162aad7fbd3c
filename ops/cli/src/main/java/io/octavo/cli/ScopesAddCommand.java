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
        name = "add",
        header = "Publishes an old or staged version to one more scope.",
        description = {
            "The consumers in the scope get the version, unless a newer one is published to them or a pin holds them.",
            "Shows the environment and what changes, and asks before doing it. Prints the command that undoes it."
        },
        footer = {
            "  octavo scopes add prices 7 --scope region=eu --reason 'good in region=us for a day'",
            "  octavo scopes add prices 7 --scope '*' --yes"
        })
@Manual(
        changes = "What the consumers in the scope run.",
        related = {"scopes withdraw", "scopes list", "publish"})
final class ScopesAddCommand implements Subcommand {
    @Parameters(paramLabel = "TOPIC")
    private String topic = "";

    @Parameters(paramLabel = "VERSION")
    private long version;

    @Option(
            names = "--scope",
            required = true,
            paramLabel = "SCOPE",
            converter = ScopeConverter.class,
            description = "Whom it is for, such as region=eu,app=recs, or * for everybody.")
    private String scope = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; others will read it.")
    private @Nullable String reason;

    @Mixin
    private WriteOptions options = new WriteOptions();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        TopicNames.check(topic);
        Target scopes = Target.of("topics", topic, "versions", Versions.check("VERSION", version), "scopes")
                .with("scope", scope)
                .with("reason", reason);
        if (reason != null && reason.isBlank()) {
            throw new InvalidField("--reason", reason, "why this is done");
        }
        options.require(session.shell());
        CommandWords again = CommandWords.of("scopes", "add", topic, version)
                .option("--scope", scope)
                .option("--reason", reason);
        Write write = Write.of("PUT", scopes, again).tell("Publish", topic + " version " + version + " to " + scope);
        if (reason != null) {
            write.tell("Reason", reason);
        }
        options.carryOut(session, write, "Published " + topic + " version " + version + " to " + scope);
    }
}
