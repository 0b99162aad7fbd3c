package io.octavo.server.web;

import io.octavo.server.publish.Arrivals;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;

/** Has the bodies of all requests watched, from when they begin to be read. */
final class WatchedBodies extends OncePerRequestFilter {
    private final Arrivals arrivals;

    WatchedBodies(Arrivals arrivals) {
        this.arrivals = arrivals;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        chain.doFilter(new Watched(request), response);
    }

    private final class Watched extends HttpServletRequestWrapper {
        private @Nullable ServletInputStream watched;

        Watched(HttpServletRequest request) {
            super(request);
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            ServletInputStream known = watched;
            if (known == null) {
                known = new WatchedBody(super.getInputStream(), arrivals.begin());
                watched = known;
            }
            return known;
        }
    }
}
