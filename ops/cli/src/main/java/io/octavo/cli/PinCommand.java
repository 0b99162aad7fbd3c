package io.octavo.cli;

import io.octavo.rules.TopicNames;
import java.io.IOException;
import java.time.Instant;
import java.util.Set;
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
@Manual(
        changes = "What the consumers in the scope run.",
        related = {"unpin", "pins", "rollback", "explain"})
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

    @Mixin
    private ReasonOption reason = new ReasonOption();

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            description = "When the pin goes by itself: in 30m, 2h or 7d, or at 2026-12-24T18:00:00Z.")
    private @Nullable String expires;

    @Mixin
    private WaitOptions wait = new WaitOptions();

    @Mixin
    private WriteOptions options = new WriteOptions();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        TopicNames.check(topic);
        wait.check(options.isDryRun() ? "--dry-run" : null);
        Versions.check("VERSION", version);
        Instant expiresAt = expires == null ? null : Periods.moment("--expires", expires, session.now());
        ObjectNode body = Json.object().put("version", version).put("reason", reason.text());
        if (expiresAt != null) {
            body.put("expiresAt", expiresAt.toString());
        }
        options.require(session.shell());
        Write write = Write.of("PUT", Target.of("topics", topic, "pins").with("scope", scope), again(expiresAt))
                .body(body)
                .tell(
                        "Pin",
                        topic + " to version " + version + " for " + scope
                                + (expiresAt == null ? ", until it is unpinned" : ", until " + expiresAt))
                .tell("Reason", reason.text());
        if (options.isShown(session)) {
            write.tell("Stay pinned", Pins.within(session.api().get(Target.of("topics", topic)), scope));
        }
        JsonNode answer = options.carryOut(session, write);
        if (answer != null) {
            session.done(
                    answer,
                    "Pinned " + topic + " to version " + version + " for " + scope
                            + Pins.newer(Json.number(answer, "newerVersions")));
            wait.await(session, topic, Json.number(answer, "revision"), Set.of(version));
        }
    }

    private CommandWords again(@Nullable Instant expiresAt) {
        return CommandWords.of("pin", topic, version)
                .option("--scope", scope)
                .option("--reason", reason.text())
                .option("--expires", expiresAt);
    }
}
