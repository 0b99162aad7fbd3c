package io.octavo.server.security;

import io.octavo.rules.InvalidField;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What somebody may do with the topics of a {@link Grant}. Each role may do all that those before it may. */
public enum AccessRole {
    /** Reads topics, versions, payloads and the audit trail. */
    READER,
    /** Makes versions. */
    PUBLISHER,
    /** Moves readers: pins, rollbacks, quarantine; changes settings. */
    OPERATOR,
    /** Deletes topics and, for all topics, makes tokens. */
    ADMIN;

    private static final String EXPECTED =
            Arrays.stream(values()).map(AccessRole::word).collect(Collectors.joining(", ", "one of ", ""));

    /** As it is written. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads what {@link #word} writes.
     *
     * @throws InvalidField if it is no role, naming the field
     */
    public static AccessRole parse(String field, String text) {
        for (AccessRole role : values()) {
            if (role.word().equals(text)) {
                return role;
            }
        }
        throw new InvalidField(field, text, EXPECTED);
    }

    boolean includes(AccessRole needed) {
        return compareTo(needed) >= 0;
    }
}
