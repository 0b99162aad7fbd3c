package io.octavo.server.validation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * The names in the objects that are open, to find one that comes twice: as many as memory for them allows, of larger
 * objects the first. For one thread.
 */
final class Names {
    /** Characters, each name taken for 32 more. */
    private static final int MOST = 4 << 20;

    private static final int OF_A_NAME = 32;

    private final Deque<Set<String>> open = new ArrayDeque<>();
    private int kept;

    /** An object or array begins. */
    void enter() {
        open.push(new HashSet<>(0));
    }

    /** The innermost object or array is over. */
    void leave() {
        for (String name : open.pop()) {
            kept -= name.length() + OF_A_NAME;
        }
    }

    /** Notes a name of the innermost object; false if it is there already. */
    boolean add(String name) {
        Set<String> names = open.element();
        if (kept + name.length() + OF_A_NAME > MOST) {
            return !names.contains(name);
        }
        if (!names.add(name)) {
            return false;
        }
        kept += name.length() + OF_A_NAME;
        return true;
    }
}
