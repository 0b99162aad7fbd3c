package io.octavo.server.payload;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Uploads to two regions in memory, eu and us, and what their publishers do with the addresses. */
public final class TestUploads {
    private final InMemoryRegion eu = new InMemoryRegion("eu");
    private final InMemoryRegion us = new InMemoryRegion("us");
    private final InMemoryUploadLedger ledger;
    private final InMemoryOpenUploads open;
    /** Far from those that other payloads of a test have. */
    private final AtomicLong ids = new AtomicLong(1_000);

    private final InstantSource clock;

    public TestUploads(InstantSource clock) {
        this.clock = clock;
        this.ledger = new InMemoryUploadLedger(clock);
        this.open = new InMemoryOpenUploads(clock);
    }

    /** What another process has: nothing but the stores. */
    public SignedUploads node() {
        return node(new UploadsConfig(Duration.ofHours(24), Duration.ofHours(1), 32, 8), eu, us);
    }

    SignedUploads node(UploadsConfig config, InMemoryRegion... regions) {
        return payloads(regions).signed(config, open, clock);
    }

    /** Removes a payload as the sweep does. */
    public void delete(long id) {
        payloads(eu, us).delete(id, false);
    }

    private Payloads payloads(InMemoryRegion... regions) {
        return new Payloads(
                List.of(regions),
                PayloadConfigTest.bind(Map.of("octavo.payload.upload-wait", "0s")),
                new InMemoryDirectPayloads(),
                ledger,
                new SimpleMeterRegistry(),
                ids::incrementAndGet);
    }

    /** Puts a part to the address it was given. */
    public void put(String url, byte[] part) {
        URI address = URI.create(url);
        ("eu".equals(address.getHost()) ? eu : us).putAt(address, part);
    }

    /** Is called before each operation on a region or the list of open uploads. */
    public void before(Consumer<String> hook) {
        open.before(hook);
        eu.before(hook);
        us.before(hook);
    }

    /** Ids of all uploads that were ever begun. */
    public List<Long> started() {
        return ledger.started().stream()
                .map(InMemoryUploadLedger.Started::uploadId)
                .toList();
    }

    /** Whether both regions have this payload. */
    public boolean have(long id, byte[] bytes) {
        String key = PayloadKeys.of(id);
        return Arrays.equals(eu.object(key), bytes) && Arrays.equals(us.object(key), bytes);
    }

    /** Nothing is kept, finished or not. */
    public boolean isEmpty() {
        return eu.isEmpty() && us.isEmpty();
    }

    InMemoryRegion eu() {
        return eu;
    }

    InMemoryRegion us() {
        return us;
    }
}
