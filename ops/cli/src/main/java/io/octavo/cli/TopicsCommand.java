package io.octavo.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

@Command(
        name = "topics",
        header = "Lists topics.",
        description = "Shows each topic's newest version, owner, number of pins and description.",
        footer = {"  octavo topics --query price", "  octavo topics --owner shop --json | jq -r '.topics[].topic'"})
@Manual(related = {"history", "settings", "changes"})
final class TopicsCommand implements Subcommand {
    @Option(names = "--query", paramLabel = "TEXT", description = "Those that have this in their name or description.")
    private @Nullable String query;

    @Option(names = "--owner", paramLabel = "NAME", description = "Those of this owner.")
    private @Nullable String owner;

    @Mixin
    private LimitOption limit = new LimitOption();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        Target list = Target.of("topics").with("query", query).with("owner", owner);
        Pages topics = Pages.read(session.api(), list, "topics", limit.value());
        if (session.json()) {
            session.result(topics.document());
            return;
        }
        Table table = new Table("TOPIC", ">NEWEST", ">PINS", "OWNER", "DESCRIPTION");
        for (JsonNode topic : topics.entries()) {
            JsonNode settings = topic.path("settings");
            String description = Json.text(settings, "description");
            table.row(
                    Json.text(topic, "topic"),
                    Long.toString(Json.number(topic, "newestVersion")),
                    Integer.toString(Json.list(topic, "pins").size()),
                    Json.text(settings, "owner"),
                    topic.path("deleted").asBoolean(false) ? "(deleted) " + description : description);
        }
        table.print(session.shell().out());
        topics.noteMore(session);
    }
}
