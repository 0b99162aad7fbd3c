package io.octavo.server;

import io.octavo.rules.InvalidField;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What a node does; a node may have several roles, and each is scaled on its own. */
enum Role {
    /** Takes writes and answers questions about topics; serves the admin UI. */
    PUBLISH,
    /** Answers polls and reads from memory. */
    SUBSCRIBE,
    /** Exports, collects and repairs; nobody waits for it. */
    HOUSEKEEPING;

    /** Reads {@code octavo.roles}: {@code all}, or names separated by commas. */
    static Set<Role> parse(String text) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String name : text.split(",", -1)) {
            if (name.strip().equals("all")) {
                return EnumSet.allOf(Role.class);
            }
            roles.add(Arrays.stream(values())
                    .filter(role -> role.word().equals(name.strip()))
                    .findFirst()
                    .orElseThrow(() -> new InvalidField(
                            "octavo.roles", text, "all, or some of publish, subscribe, housekeeping")));
        }
        return roles;
    }

    /** The roles as they are written, separated by commas. */
    static String format(Set<Role> roles) {
        return roles.stream().map(Role::word).collect(Collectors.joining(","));
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
