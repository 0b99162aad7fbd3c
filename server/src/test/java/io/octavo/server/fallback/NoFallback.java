package io.octavo.server.fallback;

import java.util.List;

/** A fallback cache of no region, for tests of what goes on without one. */
public final class NoFallback {
    private NoFallback() {}

    public static FallbackCache cache() {
        return new FallbackCache(List.of(), new FallbackConfig("fallback", 1));
    }
}
