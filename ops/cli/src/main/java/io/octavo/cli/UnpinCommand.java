package io.octavo.cli;

import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

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

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; others will read it.")
    private String reason = "";

    @Mixin
    private Confirmation confirmation = new Confirmation();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        TopicNames.check(topic);
        if (reason.isBlank()) {
            throw new InvalidField("--reason", reason, "why the pin goes");
        }
        confirmation.require(session.shell());

        String environment = Environments.name(session);
        Standing standing = Standing.of(session.api().get(Target.of("topics", topic)), scope);
        if (standing.pinned() == null) {
            String pinned = standing.pinnedScopes();
            throw Failure.here("--scope: " + scope + " (expected: a scope of " + topic + " that has a pin: "
                    + (pinned.isEmpty() ? "there is none" : pinned) + ")");
        }
        confirmation.ask(
                session,
                "Environment  " + environment,
                "Unpin        " + topic + " for " + scope,
                "From → to    " + standing.now() + " → " + standing.withoutPin(),
                "Reason       " + reason);

        JsonNode answer = session.api()
                .write(
                        "DELETE",
                        Target.of("topics", topic, "pins").with("scope", scope).with("reason", reason),
                        null,
                        "repeat the same command, safely: if it says that there is no such pin, it was done");
        List<String> lines = new ArrayList<>();
        lines.add("Unpinned " + topic + " for " + scope);
        Versions.addLinks(lines, answer);
        session.result(answer, lines.toArray(String[]::new));
    }
}
