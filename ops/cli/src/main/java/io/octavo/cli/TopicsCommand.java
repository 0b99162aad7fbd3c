package io.octavo.cli;

import io.octavo.rules.InvalidField;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "topics",
        header = "Lists topics.",
        description = {
            "Shows each topic's newest version, owner, number of pins and description.",
            "With --idle it shows those only that nobody has published or consumed for long: when that was last, to about a"
                    + " day; since when nobody uses them; and the state. UNUSED is reported, ARCHIVED is marked, which"
                    + " changes nothing for who uses it, and DELETABLE is marked for so long that its owner should delete it,"
                    + " or keep it with octavo settings TOPIC --set keepIdle=true. Nothing is deleted otherwise. Who reads the"
                    + " fallback cache only is not seen.",
        },
        footer = {
            "  octavo topics --query price",
            "  octavo topics --owner shop --json | jq -r '.topics[].topic'",
            "  octavo topics --idle --owner shop"
        })
@Manual(related = {"history", "settings", "delete", "changes"})
final class TopicsCommand implements Subcommand {
    @Option(names = "--query", paramLabel = "TEXT", description = "Those that have this in their name or description.")
    private @Nullable String query;

    @Option(names = "--owner", paramLabel = "NAME", description = "Those of this owner.")
    private @Nullable String owner;

    @Option(names = "--idle", description = "Those that nobody has used for long.")
    private boolean idle;

    @Mixin
    private LimitOption limit = new LimitOption();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        if (idle) {
            listIdle(session);
            return;
        }
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
                    mark(topic) + description);
        }
        table.print(session.shell().out());
        topics.noteMore(session);
    }

    private static String mark(JsonNode topic) {
        if (topic.path("deleted").asBoolean(false)) {
            return "(deleted) ";
        }
        return topic.hasNonNull("archivedAt") ? "(archived) " : "";
    }

    private void listIdle(Session session) throws IOException, InterruptedException {
        if (query != null) {
            throw new InvalidField("--query", query, "not with --idle");
        }
        JsonNode[] last = {Json.object()};
        Pages topics = Pages.read(
                session.api(), Target.of("idle").with("owner", owner), "topics", limit.value(), page -> last[0] = page);
        boolean isKnown = last[0].hasNonNull("knownSince");
        if (session.json()) {
            ObjectNode document = topics.document();
            if (isKnown) {
                document.put("knownSince", Json.text(last[0], "knownSince"));
            }
            session.result(document);
            return;
        }
        Table table =
                new Table("TOPIC", "OWNER", ">LAST PUBLISHED", ">LAST CONSUMED", "STATE", ">FOR", "NEXT STATE AT");
        for (JsonNode topic : topics.entries()) {
            table.row(
                    Json.text(topic, "topic"),
                    Json.text(topic, "owner"),
                    Text.age(Json.time(topic, "publishedAt"), session.now()),
                    topic.has("consumedAt") ? Text.age(Json.time(topic, "consumedAt"), session.now()) : "NOT KNOWN",
                    Json.text(topic, "state"),
                    Text.age(Json.time(topic, "since"), session.now()),
                    Text.moment(Json.time(topic, "nextAt")));
        }
        table.print(session.shell().out());
        topics.noteMore(session);
        session.note(
                isKnown
                        ? "Who consumes what is noted since " + Json.text(last[0], "knownSince") + "."
                        : "Nobody can say now who consumes what: a subscribe node can't be asked, or nobody was asked yet;"
                                + " see octavo housekeeping. Listed is only what was archived before.");
    }
}
