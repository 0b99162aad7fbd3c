package io.octavo.server.web;

import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses writes that a browser sends for a page of another site: simple requests go out without asking first, also to
 * a node on loopback. Programs that are no browsers send neither header and pass.
 */
final class CrossSiteCheck extends OncePerRequestFilter {
    private static final Set<String> READS = Set.of("GET", "HEAD", "OPTIONS", "TRACE");
    private static final Set<String> OWN = Set.of("same-origin", "none");

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return READS.contains(request.getMethod());
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (isForeign(request)) {
            ServiceException refused = ServiceException.of(
                    ErrorCode.PERMISSION_DENIED,
                    "Origin: another site's page (expected: a page of this server, or no browser)");
            Problems.of(request, response, refused).write(response);
            return;
        }
        chain.doFilter(request, response);
    }

    private static boolean isForeign(HttpServletRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null) {
            return !OWN.contains(site);
        }
        String origin = request.getHeader("Origin");
        return origin != null && !authority(origin).equals(authority(request.getHeader("Host")));
    }

    /** Host and port, without those that go without saying; a proxy may have another scheme than this server. */
    private static String authority(@Nullable String address) {
        String text = address == null ? "" : address;
        int scheme = text.indexOf("://");
        return text.substring(scheme < 0 ? 0 : scheme + 3).replaceFirst(":(80|443)$", "");
    }
}
