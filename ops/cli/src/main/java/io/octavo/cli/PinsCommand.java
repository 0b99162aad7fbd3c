package io.octavo.cli;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

@Command(
        name = "pins",
        header = "Lists the pins of all topics, the oldest first.",
        description =
                "A pin that was forgotten keeps its scope from everything newer: it shows how old each is, who set"
                        + " it, why, and how many newer versions wait.",
        footer = {"  octavo pins", "  octavo pins --json | jq -r '.pins[] | select(.newerVersions > 10) | .topic'"})
@Manual(related = {"pin", "unpin", "explain"})
final class PinsCommand implements Subcommand {
    /** All of them, for the oldest may be anywhere. */
    private static final int MOST = 100_000;

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        Pages all = Pages.read(session.api(), Target.of("pins"), "pins", MOST);
        List<JsonNode> oldestFirst = all.entries().stream()
                .sorted(Comparator.comparing(pin -> Json.text(pin, "at")))
                .toList();
        Pages pins = new Pages(all.field(), oldestFirst, all.nextPageToken(), "");
        if (session.json()) {
            session.result(pins.document());
            return;
        }
        Table table = new Table("TOPIC", "SCOPE", ">VERSION", ">NEWER", ">AGE", "BY", "REASON", "EXPIRES");
        for (JsonNode pin : oldestFirst) {
            table.row(
                    Json.text(pin, "topic"),
                    Json.text(pin, "scope"),
                    Long.toString(Json.number(pin, "version")),
                    Long.toString(Json.number(pin, "newerVersions")),
                    Text.age(Json.time(pin, "at"), session.now()),
                    Json.text(pin, "by"),
                    Json.text(pin, "reason"),
                    Text.moment(Json.time(pin, "expiresAt")));
        }
        table.print(session.shell().out());
        if (!pins.nextPageToken().isEmpty()) {
            session.note("There are more than these " + MOST + ".");
        }
    }
}
