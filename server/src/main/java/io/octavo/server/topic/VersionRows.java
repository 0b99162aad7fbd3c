package io.octavo.server.topic;

import io.octavo.protocol.VersionRecord;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The version rows of one topic, read serially: what a change that depends on them decides by. */
final class VersionRows {
    private static final int PAGE = 500;

    private final TopicLog log;
    private final String topic;
    private final Map<Long, VersionRecord> read = new HashMap<>();

    VersionRows(TopicLog log, String topic) {
        this.log = log;
        this.topic = topic;
    }

    /** One row; null if there is none. */
    @Nullable
    VersionRecord get(long version) {
        VersionRecord known = read.get(version);
        if (known != null) {
            return known;
        }
        VersionRecord row = log.version(topic, version, TopicLog.Read.SERIAL);
        if (row != null) {
            read.put(version, row);
        }
        return row;
    }

    /** All rows, newest first and read as far as they are asked for, some of them as they are to become. */
    Iterator<VersionRecord> newestFirst(Map<Long, VersionRecord> changed) {
        return new Iterator<>() {
            private Iterator<VersionRecord> page = List.<VersionRecord>of().iterator();
            private long below = Long.MAX_VALUE;

            @Override
            public boolean hasNext() {
                if (!page.hasNext() && below > 1) {
                    List<VersionRecord> next = log.versionsBelow(topic, below, PAGE, TopicLog.Read.SERIAL);
                    below = next.size() < PAGE ? 0 : next.get(PAGE - 1).getVersion();
                    page = next.iterator();
                }
                return page.hasNext();
            }

            @Override
            public VersionRecord next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                VersionRecord row = page.next();
                return changed.getOrDefault(row.getVersion(), row);
            }
        };
    }
}
