package io.octavo.client;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Of which regions a payload's bytes were taken: if they are wrong, those are not asked any more. Thread-safe. */
final class UsedRegions {
    private final Set<String> used = ConcurrentHashMap.newKeySet();
    private final Set<String> excluded = ConcurrentHashMap.newKeySet();

    /** Bytes were taken there. */
    void add(String region) {
        used.add(region);
    }

    boolean isExcluded(String region) {
        return excluded.contains(region);
    }

    /** The bytes were wrong; answers whether it is known from where they were. */
    boolean exclude() {
        boolean any = excluded.addAll(used);
        used.clear();
        return any;
    }

    @Override
    public String toString() {
        return String.valueOf(excluded);
    }
}
