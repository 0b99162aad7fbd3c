package io.octavo.server.security;

import io.octavo.protocol.Scope;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A role for some topics.
 *
 * @param topics globs such as {@code prices*} or {@code *}; 1 to 32
 * @param scopes where an operator may act; empty = everywhere, which is the only choice for other roles; at most 16
 */
public record Grant(AccessRole role, List<String> topics, List<Scope> scopes) {
    private static final int MOST_TOPICS = 32;
    private static final int MOST_SCOPES = 16;

    public Grant {
        topics = List.copyOf(topics);
        scopes = List.copyOf(scopes);
        if (topics.isEmpty() || topics.size() > MOST_TOPICS) {
            throw new InvalidField("topics", topics.size() + " patterns", "1 to " + MOST_TOPICS);
        }
        topics.forEach(TopicPattern::check);
        if (scopes.size() > MOST_SCOPES) {
            throw new InvalidField("scopes", scopes.size() + " scopes", "at most " + MOST_SCOPES);
        }
        if (!scopes.isEmpty() && role != AccessRole.OPERATOR) {
            throw new InvalidField("scopes", written(scopes), "none: only the role operator can be bound to scopes");
        }
        scopes.forEach(Scopes::check);
    }

    /** A role for all topics, everywhere. */
    public static Grant ofAll(AccessRole role) {
        return new Grant(role, List.of("*"), List.of());
    }

    /** Writes it as {@link #parse} reads it: {@code operator prices*,team-a.* region=eu;region=us}. */
    public String format() {
        return role.word() + " " + String.join(",", topics) + (scopes.isEmpty() ? "" : " " + written(scopes));
    }

    /**
     * Reads what {@link #format} writes.
     *
     * @throws InvalidField if it is no grant
     */
    public static Grant parse(String text) {
        String[] parts = text.split(" ", -1);
        if (parts.length < 2 || parts.length > 3) {
            throw new InvalidField("grants", text, "role topics [scopes]");
        }
        return new Grant(
                AccessRole.parse("role", parts[0]),
                Arrays.asList(parts[1].split(",", -1)),
                parts.length == 2
                        ? List.of()
                        : Arrays.stream(parts[2].split(";", -1))
                                .map(Scopes::parse)
                                .toList());
    }

    boolean reachesAllTopics() {
        return topics.stream().anyMatch(TopicPattern::isAll);
    }

    boolean reaches(String topic) {
        for (String pattern : topics) {
            if (TopicPattern.matches(pattern, topic)) {
                return true;
            }
        }
        return false;
    }

    /** Whether nothing of the scope lies outside of where this holds. */
    boolean covers(Scope scope) {
        return scopes.isEmpty() || scopes.stream().anyMatch(own -> Scopes.covers(own, scope));
    }

    private static String written(List<Scope> scopes) {
        return scopes.stream().map(Scopes::format).collect(Collectors.joining(";"));
    }
}
