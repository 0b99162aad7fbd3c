package io.octavo.cli;

import io.octavo.rules.TopicNames;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

@Command(
        name = "gc",
        header = "Tells what retention deletes, and why it keeps the rest.",
        description = {
            "--explain shows of each version of a topic, the newest first, every reason why it stays, or that it goes, and"
                    + " when it may go at the earliest.",
            "--dry-run shows of all topics how many versions there are and how many would go; of topics whose versions"
                    + " others use, fewer may go.",
            "If much more would go than usual, retention stops and waits for a word: octavo status tells it, or which node"
                    + " to ask for it.",
            "Which versions a topic keeps is one of its settings: octavo settings."
        },
        footer = {
            "  octavo gc --explain prices",
            "  octavo gc --dry-run",
            "  octavo gc --explain prices --json | jq '.versions[] | select(.goes)'"
        })
@Manual(related = {"hold", "settings", "delete", "housekeeping run"})
final class GcCommand implements Subcommand {
    @Option(names = "--explain", paramLabel = "TOPIC", description = "The versions of this topic, and why they stay.")
    private @Nullable String topic;

    @Option(names = "--dry-run", description = "All topics, in numbers.")
    private boolean dryRun;

    @Mixin
    private LimitOption limit = new LimitOption();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        if ((topic == null) != dryRun) {
            throw Failure.usage("either --explain TOPIC or --dry-run is needed");
        }
        if (topic != null) {
            explain(session, TopicNames.check(topic));
        } else {
            total(session);
        }
    }

    private void explain(Session session, String name) throws InterruptedException {
        Pages versions = Pages.read(session.api(), Target.of("topics", name, "retention"), "versions", limit.value());
        if (session.json()) {
            session.result(versions.document());
            return;
        }
        Table table = new Table(">VERSION", "STATE", ">AGE", ">SIZE", "GOES", "|BECAUSE");
        for (JsonNode version : versions.entries()) {
            List<String> because = because(version);
            table.row(
                    Long.toString(Json.number(version, "version")),
                    Json.text(version, "state"),
                    Text.age(Json.time(version, "publishedAt"), session.now()),
                    Text.size(Json.number(version, "size")),
                    goes(version),
                    because.get(0));
            because.stream().skip(1).forEach(table::more);
        }
        table.print(session.shell().out());
        versions.noteMore(session);
    }

    private static String goes(JsonNode version) {
        if (version.has("deletedAt")) {
            return "gone";
        }
        return version.path("goes").asBoolean(false) ? "next" : Text.moment(Json.time(version, "goesAt"));
    }

    private static List<String> because(JsonNode version) {
        if (version.has("deletedAt")) {
            return List.of("since " + Text.moment(Json.time(version, "deletedAt"))
                    + (version.has("bytesGoneAt") ? "" : ", its bytes are still to go"));
        }
        List<String> stays = Json.list(version, "stays").stream()
                .map(stay -> Json.text(stay, "reason") + ": " + Json.text(stay, "detail"))
                .toList();
        return stays.isEmpty() ? List.of("nothing keeps it") : stays;
    }

    private void total(Session session) throws InterruptedException {
        Pages topics = Pages.read(session.api(), Target.of("retention"), "topics", limit.value());
        if (session.json()) {
            session.result(topics.document());
            return;
        }
        Table table = new Table("TOPIC", ">VERSIONS", ">SIZE", ">WOULD GO", ">SIZE");
        long[] sum = new long[4];
        for (JsonNode topic : topics.entries()) {
            long[] row = {
                Json.number(topic, "versions"),
                Json.number(topic, "bytes"),
                Json.number(topic, "goes"),
                Json.number(topic, "goesBytes")
            };
            for (int i = 0; i < sum.length; i++) {
                sum[i] += row[i];
            }
            String deleted = topic.path("deleted").asBoolean(false) ? " (deleted)" : "";
            row(table, Json.text(topic, "topic") + deleted, row);
        }
        row(table, "all of these", sum);
        table.print(session.shell().out());
        topics.noteMore(session);
    }

    private static void row(Table table, String name, long[] numbers) {
        table.row(
                name,
                Long.toString(numbers[0]),
                Text.size(numbers[1]),
                Long.toString(numbers[2]),
                Text.size(numbers[3]));
    }
}
