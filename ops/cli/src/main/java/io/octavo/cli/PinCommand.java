package io.octavo.cli;

import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "pin",
        header = "Pins a scope to a version.",
        description = {
            "Every consumer in the scope is moved to that version within seconds and stays there, whatever is"
                    + " published, until it is unpinned or the pin expires. A pin of a scope within this one stays in"
                    + " force for its part. A pin that the scope has already is replaced.",
            "Shows the environment and what changes, and asks before doing it. Prints the command that undoes it."
        },
        footer = {
            "  octavo pin prices 6 --scope region=eu --reason 'version 7 has no discounts' --expires 2h",
            "  octavo pin prices 6 --scope '*' --reason 'bad data' --yes"
        })
final class PinCommand implements Subcommand {
    @Parameters(paramLabel = "TOPIC")
    private String topic = "";

    @Parameters(paramLabel = "VERSION", description = "The version to run.")
    private long version;

    @Option(
            names = "--scope",
            required = true,
            paramLabel = "SCOPE",
            converter = ScopeConverter.class,
            description = "Whom to pin, such as region=eu,app=recs, or * for everybody.")
    private String scope = "";

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; others will read it.")
    private String reason = "";

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            description = "When the pin goes by itself: in 30m, 2h or 7d, or at 2026-12-24T18:00:00Z.")
    private @Nullable String expires;

    @Mixin
    private Confirmation confirmation = new Confirmation();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        TopicNames.check(topic);
        if (version < 1) {
            throw new InvalidField("VERSION", version, "a version's number, 1 or more");
        }
        if (reason.isBlank()) {
            throw new InvalidField("--reason", reason, "why the scope is pinned");
        }
        Instant expiresAt = expires == null ? null : Periods.moment("--expires", expires, session.now());
        confirmation.require(session.shell());

        String environment = Environments.name(session);
        Standing standing = Standing.of(session.api().get(Target.of("topics", topic)), scope);
        String within = standing.pinsWithin();
        confirmation.ask(
                session,
                "Environment  " + environment,
                "Pin          " + topic + " for " + scope
                        + (expiresAt == null ? ", until it is unpinned" : ", until " + expiresAt),
                "From → to    " + standing.now() + " → version " + version,
                "Reason       " + reason,
                within.isEmpty() ? "No scope within it has a pin of its own" : "Pins that stay  " + within);

        ObjectNode body = Json.object().put("version", version).put("reason", reason);
        if (expiresAt != null) {
            body.put("expiresAt", expiresAt.toString());
        }
        JsonNode answer = session.api()
                .write(
                        "PUT",
                        Target.of("topics", topic, "pins").with("scope", scope),
                        body,
                        "repeat the same command, safely: a pin that is there already changes nothing");
        List<String> lines = new ArrayList<>();
        lines.add("Pinned " + topic + " to version " + version + " for " + scope
                + newer(Json.number(answer, "newerVersions")));
        Versions.addLinks(lines, answer);
        session.result(answer, lines.toArray(String[]::new));
    }

    private static String newer(long versions) {
        return versions == 0
                ? ""
                : versions == 1 ? "; 1 newer version waits" : "; " + versions + " newer versions wait";
    }
}
