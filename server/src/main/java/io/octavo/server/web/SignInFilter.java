package io.octavo.server.web;

import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.security.Identity;
import io.octavo.server.security.Permissions;
import io.octavo.server.security.Right;
import io.octavo.server.security.SignIns;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Finds out who calls. Anybody may ask for the pages of the UI, which sign in on their own, for the health of the node
 * and for whether it is ready; everything else, also what isn't there, is for those who show a good token and have a
 * role. May block.
 */
final class SignInFilter extends OncePerRequestFilter {
    private static final List<String> PAGES = List.of("/", "/ui", "/actuator/health");
    private static final List<String> BELOW = List.of("/ui/", "/actuator/health/");

    private final SignIns signIns;

    SignInFilter(SignIns signIns) {
        this.signIns = signIns;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        // A path that leads out of where it begins is none of ours: what answers to it asks again who calls.
        String path = request.getRequestURI();
        return PAGES.contains(path) || BELOW.stream().anyMatch(path::startsWith);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            String authorization = authorization(request);
            if (authorization == null && request.getRequestURI().equals(Addresses.STATUS)) {
                Access.anonymous(request);
            } else {
                Identity who = signIns.await(authorization, request.getRemoteAddr());
                // Who has no role at all is as good as a stranger, also for what is not ours, such as metrics.
                Permissions.require(who, Right.LIST, null, List.of());
                Access.signIn(request, who);
            }
        } catch (ServiceException refused) {
            Problems.of(request, response, refused).write(response);
            return;
        }
        chain.doFilter(request, response);
    }

    /** Not by {@link Headers#one}, whose errors tell values. */
    private static @Nullable String authorization(HttpServletRequest request) {
        List<String> given = Collections.list(request.getHeaders(HttpHeaders.AUTHORIZATION));
        if (given.size() > 1) {
            throw ServiceException.of(
                    ErrorCode.UNAUTHENTICATED, "Authorization: several (expected: Bearer and a token, once)");
        }
        return given.isEmpty() ? null : given.get(0);
    }
}
