package io.octavo.server.web;

import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.server.topic.ReadableLog;
import io.octavo.server.topic.TopicLog.Read;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks for versions in a topic's history, newest first. There is no index of metadata: rows are read one after
 * another, and no more than {@link #MOST_ROWS} of them for one page.
 */
final class VersionSearch {
    /** After as many rows a page ends, also one that has nothing on it. */
    static final int MOST_ROWS = 2_000;

    private static final int CHUNK = 250;

    private final ReadableLog log;

    VersionSearch(ReadableLog log) {
        this.log = log;
    }

    /**
     * A part of the history.
     *
     * @param next the number below which it goes on; null = there is no more
     */
    record Page(List<VersionRecord> versions, @Nullable Long next) {}

    /**
     * Reads a page.
     *
     * @param metadata entries that a version must have, all of them; none = every version will do
     * @param below    versions from this number on are left out
     * @param limit    versions on the page, at most
     */
    Page page(TopicHead head, Map<String, String> metadata, long below, int limit) {
        List<VersionRecord> found = new ArrayList<>();
        long next = below;
        for (int scanned = 0; scanned < MOST_ROWS; scanned += CHUNK) {
            // One more than fits tells whether there is another page.
            int rows = metadata.isEmpty() ? Math.min(limit + 1, MOST_ROWS) : CHUNK;
            List<VersionRecord> chunk = log.versionsBelow(head.getTopic(), next, rows, Read.LOCAL);
            for (VersionRecord row : chunk) {
                if (row.getVersion() <= head.getBaseVersion()) {
                    return new Page(found, null);
                }
                if (row.getMetadataMap().entrySet().containsAll(metadata.entrySet())) {
                    if (found.size() == limit) {
                        return new Page(found, next);
                    }
                    found.add(row);
                }
                next = row.getVersion();
            }
            if (chunk.size() < rows) {
                return new Page(found, null);
            }
        }
        return new Page(found, next);
    }
}
