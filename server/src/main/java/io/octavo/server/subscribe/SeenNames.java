package io.octavo.server.subscribe;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Notices a name that comes twice. Costs an array, for every poll needs one; names made to collide go to a set, so that
 * they can't make it slow. For one thread.
 */
final class SeenNames {
    private static final int LONGEST_PROBE = 32;

    private final @Nullable String[] slots;
    private @Nullable Set<String> crowded;

    /** @param count names that will be added, at most */
    SeenNames(int count) {
        slots = new String[Integer.highestOneBit(Math.max(count, 2)) * 4];
    }

    /** Adds a name; false if it was there. */
    boolean add(String name) {
        int hash = name.hashCode();
        int at = hash ^ (hash >>> 16);
        for (int probe = 0; probe < LONGEST_PROBE; probe++, at++) {
            String there = slots[at & (slots.length - 1)];
            if (there == null) {
                slots[at & (slots.length - 1)] = name;
                return true;
            }
            if (there.equals(name)) {
                return false;
            }
        }
        if (crowded == null) {
            crowded = new HashSet<>();
        }
        return crowded.add(name);
    }
}
