package io.octavo.server.web;

import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A page of a list that is ordered by names, of entries that come in any order: no more is kept than goes on it. */
final class NamedPage<T> {
    private final String after;
    private final int limit;
    private final TreeMap<String, T> entries = new TreeMap<>();
    private boolean isThereMore;

    /** @param after the name that the page before ended with; empty = this is the first one */
    NamedPage(String after, int limit) {
        this.after = after;
        this.limit = limit;
    }

    /** Whether an entry of that name may go on the page: worth asking before one is made. */
    boolean takes(String name) {
        return name.compareTo(after) > 0;
    }

    void add(String name, T entry) {
        if (takes(name)) {
            entries.put(name, entry);
            if (entries.size() > limit) {
                entries.pollLastEntry();
                isThereMore = true;
            }
        }
    }

    List<T> entries() {
        return List.copyOf(entries.values());
    }

    /** The token of the next page; null if this is the last. */
    @Nullable
    String next(char kind) {
        return isThereMore ? PageToken.after(kind, entries.lastKey()) : null;
    }
}
