package io.octavo.server.security;

import io.octavo.protocol.Scope;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Decides who may do what; pure. A refusal names the role, the pattern and the scope that would do. */
public final class Permissions {
    private static final int LONGEST_SHOWN = 300;

    private Permissions() {}

    /**
     * Refuses what the identity may not do.
     *
     * @param topic  of the call; null only where the right is not of a topic
     * @param scopes that the call acts on; empty = everybody
     * @throws ServiceException PERMISSION_DENIED
     */
    public static void require(Identity who, Right right, @Nullable String topic, List<Scope> scopes) {
        switch (right.reach()) {
            case NOTHING -> {}
            case ANY_TOPIC -> {
                if (who.grants().stream().noneMatch(grant -> grant.role().includes(right.role()))) {
                    throw missing(who, right, " for any topic");
                }
            }
            case ALL_TOPICS -> {
                if (who.grants().stream()
                        .noneMatch(grant -> grant.role().includes(right.role()) && grant.reachesAllTopics())) {
                    throw missing(who, right, " for the topics *");
                }
            }
            case TOPIC -> requireTopic(who, right, of(right, topic), List.of());
            case SCOPES ->
                requireTopic(who, right, of(right, topic), scopes.isEmpty() ? List.of(Scopes.GLOBAL) : scopes);
        }
    }

    /** Refuses who has the right on no scope of the topic; whether it is the right scope is for another check. */
    public static void requireSomewhere(Identity who, Right right, @Nullable String topic) {
        if (right.isOfTopic()) {
            requireTopic(who, right, of(right, topic), List.of());
        } else {
            require(who, right, topic, List.of());
        }
    }

    /**
     * Refuses to publish a version to one more scope: who made it may as a publisher, others as operators only.
     *
     * @param madeBy who published the version, as its record shows it
     */
    public static void requireAddScope(Identity who, String topic, List<Scope> scopes, String madeBy) {
        require(who, who.name().equals(madeBy) ? Right.ADD_SCOPE : Right.ADD_SCOPE_TO_OTHERS, topic, scopes);
    }

    /** Refuses to ask as an app that the identity is not bound to. */
    public static void requireApp(Identity who, String app) {
        if (!who.mayBe(app)) {
            throw ServiceException.of(
                    ErrorCode.PERMISSION_DENIED,
                    "app: " + app + " (expected: " + String.join(" or ", who.apps()) + ", all that " + who.name()
                            + " may ask as)");
        }
    }

    /** Refuses to read a topic; one look-up if it was asked before. */
    public static void requireRead(Identity who, String topic) {
        if (!who.mayRead(topic)) {
            require(who, Right.READ, topic, List.of());
        }
    }

    private static void requireTopic(Identity who, Right right, String topic, List<Scope> scopes) {
        List<Grant> grants = who.grants().stream()
                .filter(grant -> grant.role().includes(right.role()) && grant.reaches(topic))
                .toList();
        if (grants.isEmpty()) {
            throw missing(who, right, " for topics that " + topic + " is one of");
        }
        for (Scope scope : scopes) {
            if (grants.stream().noneMatch(grant -> grant.covers(scope))) {
                throw missing(
                        who,
                        right,
                        " for topics that " + topic + " is one of, not bound to scopes or bound to one around "
                                + Scopes.format(scope));
            }
        }
    }

    private static String of(Right right, @Nullable String topic) {
        if (topic == null) {
            throw new IllegalStateException("the right to " + right.words() + " is of a topic, and none was given");
        }
        return topic;
    }

    private static ServiceException missing(Identity who, Right right, String where) {
        String all = who.grants().stream().map(Grant::format).collect(Collectors.joining("; "));
        String has = all.length() <= LONGEST_SHOWN ? all : all.substring(0, LONGEST_SHOWN) + "…";
        return ServiceException.of(
                ErrorCode.PERMISSION_DENIED,
                "right: " + right.words() + " (expected: the role "
                        + right.role().word() + where + "; " + who.name() + " has " + (has.isEmpty() ? "no role" : has)
                        + ")");
    }
}
