package io.octavo.server.web;

import io.octavo.protocol.Scope;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.security.Identity;
import io.octavo.server.security.Permissions;
import io.octavo.server.security.Right;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;

/** Lets a request come to its method only if the caller has the right that the method {@link Needs}. */
final class RightsCheck implements HandlerInterceptor {
    private static final String OURS = "io.octavo.";

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (handler instanceof HandlerMethod method
                && method.getBeanType().getName().startsWith(OURS)) {
            check(request, needs(method));
        }
        return true;
    }

    /** What a method needs. */
    static Needs needs(HandlerMethod method) {
        Needs needs = method.getMethodAnnotation(Needs.class);
        if (needs == null) {
            throw new IllegalStateException(method + " does not say what it needs");
        }
        return needs;
    }

    private static void check(HttpServletRequest request, Needs needs) {
        if (needs.value() == Right.NONE) {
            return;
        }
        Identity who = Access.identity(request);
        if (who == null) {
            throw ServiceException.of(ErrorCode.UNAUTHENTICATED, "Authorization: none (expected: Bearer and a token)");
        }
        String topic = topic(request);
        if (needs.scopesInBody()) {
            // The rest is the method's; who has the role nowhere is refused before the body is read.
            Permissions.requireSomewhere(who, needs.value(), topic);
        } else {
            List<Scope> scopes =
                    Query.named(request, "scope").stream().map(Scopes::parse).toList();
            Permissions.require(who, needs.value(), topic, scopes);
        }
        if (needs.asApp()) {
            Query.named(request, "app").forEach(app -> Permissions.requireApp(who, app));
        }
    }

    private static @Nullable String topic(HttpServletRequest request) {
        return request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE) instanceof Map<?, ?> variables
                        && variables.get("topic") instanceof String topic
                ? topic
                : null;
    }
}
