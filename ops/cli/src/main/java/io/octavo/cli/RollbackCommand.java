package io.octavo.cli;

import io.octavo.rules.TopicNames;
import java.io.IOException;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "rollback",
        header = "Moves a topic's consumers back to a version that worked.",
        description = {
            "Without --to and --scope every published scope is pinned to what it ran before; with one of them, one"
                    + " scope is pinned, by default * (everybody), to --to or to what it ran before. The version that is"
                    + " left is quarantined: nobody gets it any more, unless --keep is given or a pin names it. All of"
                    + " it is one change. Pins of more specific scopes stay as they are; it tells which.",
            "Shows the environment and, scope by scope, from which version to which; asks before doing it. Prints the"
                    + " command that undoes it."
        },
        footer = {
            "  octavo rollback prices --reason 'prices of zero'",
            "  octavo rollback prices --to 41 --scope region=eu --reason 'no discounts' --keep --yes",
            "  octavo rollback prices --reason 'what would it do?' --dry-run"
        })
@Manual(
        changes = "What the consumers of the topic run: pins are set, and a version may be quarantined.",
        related = {"pin", "unpin", "quarantine", "explain"})
final class RollbackCommand implements Subcommand {
    @Parameters(paramLabel = "TOPIC")
    private String topic = "";

    @Option(names = "--to", paramLabel = "N", description = "The version to run; default: what was run before.")
    private @Nullable Long to;

    @Option(
            names = "--scope",
            paramLabel = "SCOPE",
            converter = ScopeConverter.class,
            description = "Whom to move, such as region=eu,app=recs, or * for everybody.")
    private @Nullable String scope;

    @Mixin
    private ReasonOption reason = new ReasonOption();

    @Option(names = "--keep", description = "Don't quarantine the version that is left.")
    private boolean keep;

    @Mixin
    private WaitOptions wait = new WaitOptions();

    @Mixin
    private WriteOptions options = new WriteOptions();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        TopicNames.check(topic);
        wait.check(options.isDryRun() ? "--dry-run" : null);
        ObjectNode body = Json.object();
        if (to != null) {
            body.put("to", Versions.check("--to", to));
        }
        if (scope != null) {
            body.put("scope", scope);
        }
        body.put("reason", reason.text());
        if (keep) {
            body.put("keep", true);
        }
        options.require(session.shell());
        CommandWords again = CommandWords.of("rollback", topic)
                .option("--to", to)
                .option("--scope", scope)
                .option("--reason", reason.text())
                .flag("--keep", keep);
        Write write = Write.of("POST", Target.of("topics", topic, "rollback"), again)
                .body(body)
                .tell(
                        "Roll back",
                        topic
                                + (scope == null ? "" : " for " + scope)
                                + (to == null ? " to what ran before" : " to version " + to))
                .tell("Reason", reason.text());
        JsonNode answer = options.carryOut(session, write);
        if (answer != null) {
            session.done(answer, "Rolled back " + topic, Impact.lines(answer));
            Set<Long> versions = Json.list(answer, "moves").stream()
                    .map(move -> Json.number(move, "to"))
                    .collect(Collectors.toSet());
            wait.await(session, topic, Json.number(answer, "revision"), versions);
        }
    }
}
