package io.octavo.server.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;

/** Headers that keep a browser from running what somebody published, and from showing what changed since. */
final class Safeguards extends OncePerRequestFilter {
    /** The UI's components set styles of their own. */
    private static final String POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; base-uri 'none';"
            + " form-action 'none'; frame-ancestors 'none'";

    private final String policy;

    /** @param issuer where the UI asks for tokens besides; null = nowhere */
    Safeguards(@Nullable URI issuer) {
        policy = issuer == null
                ? POLICY
                : POLICY + "; connect-src 'self' " + issuer.getScheme() + "://" + issuer.getAuthority();
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        response.setHeader("Content-Security-Policy", policy);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Referrer-Policy", "no-referrer");
        if (request.getRequestURI().startsWith(Addresses.API)) {
            response.setHeader("Cache-Control", "no-cache");
        }
        chain.doFilter(request, response);
    }
}
