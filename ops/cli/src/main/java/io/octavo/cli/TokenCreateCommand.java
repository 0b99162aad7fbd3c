package io.octavo.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "create",
        header = "Makes a token and shows it, this once.",
        description = {
            "The server keeps a hash of it only: what is lost is made anew. The name shows in the audit trail, and no"
                    + " other token ever gets it.",
            "Shows the environment and what the token may do, and asks before making it."
        },
        footer = {
            "  octavo token create ci-prices --role publisher --topics 'prices*' --expires 90d",
            "  octavo token create shop --role reader --topics 'prices*' --topics 'team-a.*' --app shop --yes",
            "  octavo token create on-call-eu --role operator --scope region=eu --yes"
        })
final class TokenCreateCommand implements Subcommand {
    @Parameters(paramLabel = "NAME")
    private String name = "";

    @Option(
            names = "--role",
            required = true,
            paramLabel = "ROLE",
            description = "reader, publisher, operator or admin; each may do what those before it may.")
    private String role = "";

    @Option(
            names = "--topics",
            paramLabel = "PATTERN",
            description = "Which topics, such as prices* or team-a.*; default * for all. May be repeated.")
    private List<String> topics = List.of("*");

    @Option(
            names = "--scope",
            paramLabel = "SCOPE",
            converter = ScopeConverter.class,
            description = "Binds an operator to a scope, such as region=eu. May be repeated.")
    private List<String> scopes = List.of();

    @Option(
            names = "--app",
            paramLabel = "APP",
            description = "Binds a subscriber to this app; default any. May be repeated.")
    private List<String> apps = List.of();

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            description = "When it ends: in 12h or 90d, or at 2026-12-24T18:00:00Z; default never.")
    private @Nullable String expires;

    @Mixin
    private Confirmation confirmation = new Confirmation();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        Instant expiresAt = expires == null ? null : Periods.moment("--expires", expires, session.now());
        confirmation.require(session.shell());
        String may = role + " of " + String.join(", ", topics)
                + (scopes.isEmpty() ? "" : " within " + String.join(" or ", scopes))
                + (apps.isEmpty() ? "" : ", as app " + String.join(" or ", apps));
        confirmation.ask(
                session,
                "Environment  " + Environments.name(session),
                "Make token   " + name + ": " + may,
                "Ends         " + (expiresAt == null ? "when it is revoked" : "at " + expiresAt));

        JsonNode answer = session.api()
                .write(
                        "POST",
                        Target.of("tokens"),
                        body(expiresAt),
                        "see octavo token list; if " + name + " is there, revoke it and make another, for it can't be"
                                + " shown again");
        session.note("Keep it safe; it can't be shown again:");
        session.result(answer, Json.text(answer, "token"));
    }

    private ObjectNode body(@Nullable Instant expiresAt) {
        ObjectNode body = Json.object().put("name", name);
        ObjectNode grant = body.putArray("grants").addObject().put("role", role);
        add(grant.putArray("topics"), topics);
        add(grant.putArray("scopes"), scopes);
        add(body.putArray("apps"), apps);
        if (expiresAt != null) {
            body.put("expiresAt", expiresAt.toString());
        }
        return body;
    }

    private static void add(ArrayNode list, List<String> texts) {
        texts.forEach(list::add);
    }
}
