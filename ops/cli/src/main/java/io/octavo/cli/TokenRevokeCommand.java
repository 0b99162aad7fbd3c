package io.octavo.cli;

import io.octavo.rules.InvalidField;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

@Command(
        name = "revoke",
        header = "Takes a token back, for ever.",
        description = {
            "Whoever shows it is refused within seconds, on all nodes that reach the metadata store.",
            "Shows the environment and asks before doing it."
        },
        footer = {"  octavo token revoke ci-prices --reason 'it was in a log'"})
final class TokenRevokeCommand implements Subcommand {
    @Parameters(paramLabel = "NAME")
    private String name = "";

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; others will read it.")
    private String reason = "";

    @Mixin
    private Confirmation confirmation = new Confirmation();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        if (name.isBlank()) {
            throw new InvalidField("NAME", name, "a token's name");
        }
        if (reason.isBlank()) {
            throw new InvalidField("--reason", reason, "why the token is revoked");
        }
        confirmation.require(session.shell());
        confirmation.ask(
                session,
                "Environment  " + Environments.name(session),
                "Revoke       " + name + ", for ever",
                "Reason       " + reason);
        JsonNode answer = session.api()
                .write(
                        "DELETE",
                        Target.of("tokens", name).with("reason", reason),
                        null,
                        "repeat the same command, safely: revoking twice changes nothing");
        session.result(answer, "Revoked " + name);
    }
}
