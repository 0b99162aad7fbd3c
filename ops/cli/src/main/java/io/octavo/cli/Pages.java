package io.octavo.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The pages of a list, put together.
 *
 * @param field         the list's name in the answer
 * @param entries       up to as many as were wanted
 * @param nextPageToken where it goes on; empty = these are all
 * @param completeSince before this time the list has gaps, by the last page that says so; empty = it has none
 */
record Pages(String field, List<JsonNode> entries, String nextPageToken, String completeSince) {
    private static final int LARGEST_PAGE = 1000;
    /** A search may come to pages on which there is nothing of what it looks for, but not to such pages only. */
    private static final int MOST_EMPTY_PAGES = 1000;

    /**
     * Reads pages until there are {@code limit} entries, or no more.
     *
     * @throws Failure if the list doesn't go on where it says
     */
    static Pages read(Api api, Target list, String field, int limit) throws InterruptedException {
        return read(api, list, field, limit, page -> {});
    }

    /**
     * Reads pages until there are {@code limit} entries, or no more.
     *
     * @param seen is given every page as it came
     * @throws Failure if the list doesn't go on where it says
     */
    static Pages read(Api api, Target list, String field, int limit, Consumer<JsonNode> seen)
            throws InterruptedException {
        List<JsonNode> entries = new ArrayList<>();
        String token = "";
        String complete = "";
        int empty = 0;
        do {
            JsonNode page = api.get(list.with("limit", Math.min(LARGEST_PAGE, limit - entries.size()))
                    .with("pageToken", token.isEmpty() ? null : token));
            seen.accept(page);
            List<JsonNode> more = Json.list(page, field);
            String next = Json.text(page, "nextPageToken");
            empty += more.isEmpty() ? 1 : 0;
            if (!next.isEmpty() && (empty > MOST_EMPTY_PAGES || next.equals(token))) {
                throw Failure.here("nextPageToken: " + next + " (expected: a page that goes on from it)");
            }
            entries.addAll(more);
            complete = Json.text(page, "completeSince").isEmpty() ? complete : Json.text(page, "completeSince");
            token = next;
        } while (!token.isEmpty() && entries.size() < limit);
        return new Pages(field, entries, token, complete);
    }

    ObjectNode document() {
        ObjectNode document = Json.object();
        document.putArray(field).addAll(entries);
        if (!nextPageToken.isEmpty()) {
            document.put("nextPageToken", nextPageToken);
        }
        if (!completeSince.isEmpty()) {
            document.put("completeSince", completeSince);
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
