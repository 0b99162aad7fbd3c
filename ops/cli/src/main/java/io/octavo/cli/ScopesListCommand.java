package io.octavo.cli;

import io.octavo.rules.TopicNames;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

@Command(
        name = "list",
        header = "Lists the scopes that a topic, or one version of it, is published to.",
        description = "Of a topic it shows what each scope gets, pins aside; of a version also the scopes that it was"
                + " withdrawn from. With --json it prints the server's topic or version.",
        footer = {"  octavo scopes list prices", "  octavo scopes list prices 7"})
@Manual(related = {"scopes add", "scopes withdraw", "history", "explain"})
final class ScopesListCommand implements Subcommand {
    @Parameters(paramLabel = "TOPIC", index = "0")
    private String topic = "";

    @Parameters(paramLabel = "VERSION", index = "1", arity = "0..1", description = "Only this version's.")
    private @Nullable Long version;

    @Override
    public void run(Session session) throws InterruptedException {
        TopicNames.check(topic);
        Target target = version == null
                ? Target.of("topics", topic)
                : Target.of("topics", topic, "versions", Versions.check("VERSION", version));
        JsonNode document = session.api().get(target);
        if (session.json()) {
            session.result(document);
            return;
        }
        Table table = new Table("SCOPE", ">VERSION", ">SHARE", "AT", "BY", "WITHDRAWN");
        for (JsonNode publication : Json.list(document, "publications")) {
            table.row(
                    Json.text(publication, "scope"),
                    Long.toString(version == null ? Json.number(publication, "version") : version),
                    publication.path("share").asString(""),
                    Text.moment(Json.time(publication, "at")),
                    Json.text(publication, "by"),
                    Text.moment(Json.time(publication, "withdrawnAt")));
        }
        table.print(session.shell().out());
    }
}
