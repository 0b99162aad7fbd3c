package io.octavo.server.housekeeping;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** A clock, and the nano time that belongs to it, which stand until they are moved. */
final class TestTime implements InstantSource, LongSupplier {
    private volatile Instant now = Instant.parse("2026-03-01T12:00:00Z");

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public long getAsLong() {
        Instant instant = instant();
        return Duration.between(Instant.parse("2026-01-01T00:00:00Z"), instant).toNanos();
    }

    synchronized void pass(Duration time) {
        now = now.plus(time);
    }
}
