package io.octavo.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "verify",
        header = "Compares the fallback caches of all regions with the topics.",
        description = {
            "Reads the newest head of every topic in every region's bucket, and the bytes of the payloads that it names,"
                    + " and compares them with the log. Each difference is a row: MISSING, BEHIND or DIFFERENT heads; AHEAD,"
                    + " if the log was set back, as by a backup; UNREADABLE ones; payloads that are missing or different; and"
                    + " regions that are UNREACHABLE. What changed within the last minute may be on its way and is left out.",
            "The exit status is 1 if there are differences.",
            "Only nodes with the role housekeeping know; octavo status lists the nodes."
        },
        footer = {"  octavo fallback verify", "  octavo fallback verify --json | jq -r '.differences[] | .topic'"})
@Manual(related = {"status", "housekeeping run"})
final class FallbackVerifyCommand implements Subcommand {
    private static final int TOPICS_PER_PAGE = 200;

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        boolean isDrawn = session.shell().progress() && !session.json();
        List<JsonNode> differences = new ArrayList<>();
        long topics = 0;
        long payloads = 0;
        String token = "";
        do {
            JsonNode page = new HousekeepingTasks(session)
                    .ask(Target.of("fallback", "verify")
                            .with("limit", TOPICS_PER_PAGE)
                            .with("pageToken", token.isEmpty() ? null : token));
            differences.addAll(Json.list(page, "differences"));
            topics += Json.number(page, "topics");
            payloads += Json.number(page, "payloads");
            String next = Json.text(page, "nextPageToken");
            if (!next.isEmpty() && next.equals(token)) {
                throw Failure.here("nextPageToken: " + next + " (expected: a page that goes on from it)");
            }
            token = next;
            if (isDrawn) {
                session.shell()
                        .err()
                        .print("\r" + topics + " topics compared, " + differences.size() + " differences ");
            }
        } while (!token.isEmpty());
        if (isDrawn) {
            session.shell().err().println();
        }
        tell(session, topics, payloads, differences);
        if (!differences.isEmpty()) {
            throw Failure.here(differences.size() + " differences (expected: none)");
        }
    }

    private static void tell(Session session, long topics, long payloads, List<JsonNode> differences)
            throws IOException {
        if (session.json()) {
            ObjectNode document = Json.object().put("topics", topics).put("payloads", payloads);
            document.putArray("differences").addAll(differences);
            session.result(document);
            return;
        }
        if (!differences.isEmpty()) {
            Table table = new Table("TOPIC", "REGION", "DIFFERENCE", ">VERSION", ">LOG", ">EXPORTED", "DETAIL");
            for (JsonNode difference : differences) {
                table.row(
                        Json.text(difference, "topic"),
                        Json.text(difference, "region"),
                        Json.text(difference, "kind"),
                        difference.has("version") ? Long.toString(Json.number(difference, "version")) : "",
                        revision(difference.path("log")),
                        revision(difference.path("exported")),
                        Json.text(difference, "detail"));
            }
            table.print(session.shell().out());
        }
        if (differences.stream()
                .anyMatch(difference -> Json.text(difference, "kind").equals("AHEAD"))) {
            session.shell().out().println("AHEAD: the log was set back; if to a backup, see: octavo help restore");
        }
        session.shell().out().println(topics + " topics and " + payloads + " payloads compared");
    }

    private static String revision(JsonNode place) {
        return place.isMissingNode() ? "" : Long.toString(Json.number(place, "revision"));
    }
}
