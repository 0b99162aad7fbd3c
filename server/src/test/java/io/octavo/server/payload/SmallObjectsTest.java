package io.octavo.server.payload;

import java.time.Instant;

class SmallObjectsTest extends SmallObjectsContract {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @Override
    SmallObjects objects() {
        return new InMemoryObjects("eu", () -> NOW);
    }

    @Override
    Instant now() {
        return NOW;
    }
}
