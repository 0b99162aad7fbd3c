package io.octavo.cli;

import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

@Command(
        name = "history",
        header = "Lists a topic's versions, the newest first.",
        description = "Shows each version's state, age, publisher, size, digest and the scopes it is published to.",
        footer = {
            "  octavo history prices --limit 20",
            "  octavo history prices --meta git.commit=4be1f0c --meta source=nightly",
            "  octavo history prices --json | jq '.versions[0].sha256'"
        })
@Manual(related = {"get", "audit", "scopes list", "publish"})
final class HistoryCommand implements Subcommand {
    @Parameters(paramLabel = "TOPIC")
    private String topic = "";

    @Option(
            names = "--meta",
            paramLabel = "KEY=VALUE",
            description = "Only versions with this metadata. May be given several times.")
    private List<String> meta = new ArrayList<>();

    @Mixin
    private LimitOption limit = new LimitOption();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        TopicNames.check(topic);
        Target list = Target.of("topics", topic, "versions");
        for (String pair : meta) {
            if (pair.indexOf('=') < 1) {
                throw new InvalidField("--meta", pair, "KEY=VALUE");
            }
            list = list.with("meta", pair);
        }
        Pages versions = Pages.read(session.api(), list, "versions", limit.value());
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
