package io.octavo.server.web;

import io.octavo.protocol.Scope;
import io.octavo.server.security.Identity;
import io.octavo.server.security.Permissions;
import io.octavo.server.security.Right;
import jakarta.servlet.ServletRequest;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Who makes a request, and what it may do beyond what {@link Needs} says. With security off, everything. */
final class Access {
    private static final String IDENTITY = Access.class.getName() + ".identity";
    private static final String ANONYMOUS = Access.class.getName() + ".anonymous";

    private Access() {}

    static void signIn(ServletRequest request, Identity who) {
        request.setAttribute(IDENTITY, who);
    }

    /** Security is on, and the caller showed nothing. */
    static void anonymous(ServletRequest request) {
        request.setAttribute(ANONYMOUS, true);
    }

    static boolean isAnonymous(ServletRequest request) {
        return request.getAttribute(ANONYMOUS) != null;
    }

    /** Who calls; null if security is off, or on and the caller is nobody. */
    static @Nullable Identity identity(ServletRequest request) {
        return request.getAttribute(IDENTITY) instanceof Identity who ? who : null;
    }

    /** Refuses what the caller may not do to these scopes of a topic; none = everybody. */
    static void require(ServletRequest request, Right right, String topic, List<Scope> scopes) {
        Identity who = identity(request);
        if (who != null) {
            Permissions.require(who, right, topic, scopes);
        }
    }

    /** Refuses to publish a version to more scopes to whom it isn't theirs, unless they are operators. */
    static void requireAddScope(ServletRequest request, String topic, List<Scope> scopes, String madeBy) {
        Identity who = identity(request);
        if (who != null) {
            Permissions.requireAddScope(who, topic, scopes, madeBy);
        }
    }

    /** Which topics lists may show; null = all. */
    static @Nullable Predicate<String> readable(ServletRequest request) {
        Identity who = identity(request);
        return who == null || who.mayReadAll() ? null : who::mayRead;
    }
}
