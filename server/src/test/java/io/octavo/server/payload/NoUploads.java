package io.octavo.server.payload;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.springframework.util.unit.DataSize;

/** Uploads of a node without an S3 store: all are refused as too large. */
public final class NoUploads {
    private NoUploads() {}

    public static SignedUploads of(InstantSource clock) {
        PayloadConfig config = new PayloadConfig(
                DataSize.ofMegabytes(1),
                1,
                1,
                Duration.ZERO,
                false,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                1,
                1,
                Duration.ofMinutes(1),
                DataSize.ofMegabytes(1));
        UploadsConfig uploads = new UploadsConfig(Duration.ofHours(24), Duration.ofHours(1), 1, 1);
        Payloads none = new Payloads(
                List.of(new InMemoryRegion("none")),
                config,
                new InMemoryDirectPayloads(),
                new InMemoryUploadLedger(clock),
                new SimpleMeterRegistry(),
                () -> 1);
        return none.signed(uploads, new InMemoryOpenUploads(clock), clock);
    }
}
