package io.octavo.cli;

import io.octavo.rules.TopicNames;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

@Command(
        name = "history",
        header = "Lists a topic's versions, the newest first.",
        description = "Shows each version's state, age, publisher, size, digest and the scopes it is published to.",
        footer = {"  octavo history prices --limit 20", "  octavo history prices --json | jq '.versions[0].sha256'"})
final class HistoryCommand implements Subcommand {
    @Parameters(paramLabel = "TOPIC")
    private String topic = "";

    @Mixin
    private LimitOption limit = new LimitOption();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        TopicNames.check(topic);
        Pages versions = Pages.read(session.api(), Target.of("topics", topic, "versions"), "versions", limit.value());
        if (session.json()) {
            session.result(versions.document());
            return;
        }
        Table table = new Table(">VERSION", "STATE", ">AGE", "BY", ">SIZE", "SHA-256", "SCOPES", "HOLDS");
        for (JsonNode version : versions.entries()) {
            table.row(
                    Long.toString(Json.number(version, "version")),
                    Json.text(version, "state"),
                    Text.age(Json.time(version, "publishedAt"), session.now()),
                    Json.text(version, "publishedBy"),
                    Text.size(Json.number(version, "size")),
                    Text.shortDigest(Json.text(version, "sha256")),
                    Versions.scopes(version),
                    Integer.toString(Json.list(version, "holds").size()).replaceAll("^0$", ""));
        }
        table.print(session.shell().out());
        versions.noteMore(session);
    }
}
