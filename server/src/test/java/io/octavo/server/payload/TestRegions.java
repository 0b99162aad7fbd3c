package io.octavo.server.payload;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Part;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Payloads in two regions in memory, eu and us, which may lose them. */
public final class TestRegions {
    private final InMemoryRegion eu = new InMemoryRegion("eu");
    private final InMemoryRegion us = new InMemoryRegion("us");
    private final AtomicLong ids = new AtomicLong();
    private final Payloads payloads;

    public TestRegions(DirectPayloads direct, UploadLedger ledger) {
        payloads = new Payloads(
                List.of(eu, us),
                PayloadConfigTest.bind(Map.of()),
                direct,
                ledger,
                new SimpleMeterRegistry(),
                ids::incrementAndGet);
    }

    public Payloads payloads() {
        return payloads;
    }

    /** Takes a payload of that many bytes in. */
    public StoredPayload store(String topic, int size) {
        try {
            return payloads.store(topic, new ByteArrayInputStream(TestBodies.bytes(size)), Expected.nothing());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A region loses a payload. */
    public void lose(String region, Part part) {
        region(region).delete(key(part));
    }

    /** Somebody brings a payload back. */
    public void restore(String region, Part part) {
        region(region).put(key(part), TestBodies.bytes((int) part.getSize()));
    }

    /** Somebody overwrites a payload in a region. */
    public void damage(String region, Part part) {
        byte[] bytes = region(region).object(key(part)).clone();
        bytes[bytes.length - 1]++;
        region(region).put(key(part), bytes);
    }

    /** Whether a region has a payload, as it was stored. */
    public boolean has(String region, Part part) {
        return region(region).size(key(part)) == part.getSize()
                && Arrays.equals(region(region).object(key(part)), TestBodies.bytes((int) part.getSize()));
    }

    /** What a region's object says of itself. */
    public Origin origin(String region, Part part) {
        return region(region).origin(key(part));
    }

    /** Whether a region has something that was begun and not finished. */
    public boolean hasUnfinished(String region, Part part) {
        return !region(region).attempts(key(part)).isEmpty();
    }

    /** Is called before each operation on a region. */
    public void before(String region, Consumer<String> hook) {
        region(region).before(hook);
    }

    /** Lets operations of these names fail from now on. */
    public void fail(String region, String... operations) {
        region(region).fail(operations);
    }

    private InMemoryRegion region(String region) {
        return region.equals("eu") ? eu : us;
    }

    private static String key(Part part) {
        return PayloadKeys.of(part.getS3().getPayloadId());
    }
}
