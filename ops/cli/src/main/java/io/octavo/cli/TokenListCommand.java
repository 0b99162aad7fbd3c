package io.octavo.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

@Command(
        name = "list",
        header = "Lists tokens, also revoked ones.",
        description = "Shows what each may do, who made it and when it ends; never the token itself.",
        footer = {
            "  octavo token list",
            "  octavo token list --json | jq -r '.tokens[] | select(.revoked | not) | .name'"
        })
final class TokenListCommand implements Subcommand {
    @Mixin
    private LimitOption limit = new LimitOption();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        Pages tokens = Pages.read(session.api(), Target.of("tokens"), "tokens", limit.value());
        if (session.json()) {
            session.result(tokens.document());
            return;
        }
        Table table = new Table("NAME", "STATE", "GRANTS", "APPS", "BY", ">AGE", "ENDS");
        for (JsonNode token : tokens.entries()) {
            table.row(
                    Json.text(token, "name"),
                    state(token, session.now()),
                    Json.list(token, "grants").stream()
                            .map(TokenListCommand::grant)
                            .collect(Collectors.joining("; ")),
                    Json.joined(token, "apps"),
                    Json.text(token, "createdBy"),
                    Text.age(Json.time(token, "createdAt"), session.now()),
                    Json.text(token, "expiresAt"));
        }
        table.print(session.shell().out());
        tokens.noteMore(session);
    }

    private static String state(JsonNode token, Instant now) {
        if (token.has("revoked")) {
            return "REVOKED";
        }
        Instant ends = Json.time(token, "expiresAt");
        return ends != null && !now.isBefore(ends) ? "EXPIRED" : "GOOD";
    }

    private static String grant(JsonNode grant) {
        String scopes = Json.joined(grant, "scopes");
        return Json.text(grant, "role") + " of " + Json.joined(grant, "topics")
                + (scopes.isEmpty() ? "" : " within " + scopes);
    }
}
