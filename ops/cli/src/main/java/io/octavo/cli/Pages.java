package io.octavo.cli;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The pages of a list, put together.
 *
 * @param field         the list's name in the answer
 * @param entries       up to as many as were wanted
 * @param nextPageToken where it goes on; empty = these are all
 */
record Pages(String field, List<JsonNode> entries, String nextPageToken) {
    private static final int LARGEST_PAGE = 1000;

    /** Reads pages until there are {@code limit} entries, or no more. */
    static Pages read(Api api, Target list, String field, int limit) throws InterruptedException {
        List<JsonNode> entries = new ArrayList<>();
        String token = "";
        do {
            JsonNode page = api.get(list.with("limit", Math.min(LARGEST_PAGE, limit - entries.size()))
                    .with("pageToken", token.isEmpty() ? null : token));
            List<JsonNode> more = Json.list(page, field);
            String next = Json.text(page, "nextPageToken");
            if (!next.isEmpty() && (more.isEmpty() || next.equals(token))) {
                throw Failure.here("nextPageToken: " + next + " (expected: a page that goes on from it)");
            }
            entries.addAll(more);
            token = next;
        } while (!token.isEmpty() && entries.size() < limit);
        return new Pages(field, entries, token);
    }

    JsonNode document() {
        ObjectNode document = Json.object();
        document.putArray(field).addAll(entries);
        if (!nextPageToken.isEmpty()) {
            document.put("nextPageToken", nextPageToken);
        }
        return document;
    }

    /** Says so if there are more. */
    void noteMore(Session session) {
        if (!nextPageToken.isEmpty()) {
            session.note("There are more than these " + entries.size() + ": see them with --limit.");
        }
    }
}
