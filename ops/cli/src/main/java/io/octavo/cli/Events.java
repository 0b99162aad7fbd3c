package io.octavo.cli;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The audit trail as a table. */
final class Events {
    private Events() {}

    /** @param topics whether they are of several topics */
    static void print(Session session, Pages events, boolean topics) {
        if (session.json()) {
            session.result(events.document());
            return;
        }
        List<String> headings =
                new ArrayList<>(List.of("AT", ">REVISION", "KIND", ">VERSION", "SCOPES", "BY", "REASON"));
        if (topics) {
            headings.add(1, "TOPIC");
        }
        Table table = new Table(headings.toArray(String[]::new));
        for (JsonNode event : events.entries()) {
            List<String> row = new ArrayList<>(List.of(
                    Text.moment(Json.time(event, "at")),
                    Long.toString(Json.number(event, "revision")),
                    Json.text(event, "kind"),
                    event.hasNonNull("version") ? Long.toString(Json.number(event, "version")) : "",
                    Json.joined(event, "scopes").replace(", ", " "),
                    Json.text(event, "by"),
                    Json.text(event, "reason")));
            if (topics) {
                row.add(1, Json.text(event, "topic"));
            }
            table.row(row.toArray(String[]::new));
        }
        table.print(session.shell().out());
        events.noteMore(session);
        boolean isReached = topics || events.nextPageToken().isEmpty();
        if (isReached && !events.completeSince().isEmpty()) {
            session.note("What was done before " + events.completeSince()
                    + " may be gone: the trail is cut, see octavo.housekeeping.retention.max-events and max-history.");
        }
    }
}
