package io.octavo.client;

import io.octavo.protocol.PayloadLink;
import java.time.Instant;
import java.util.List;

/** The bytes of one version that are in S3, by ranges: at new addresses when the old ones fail. Thread-safe. */
final class LinkedPayload {
    private final Version version;
    private final ReadCalls calls;
    private final RangeReader reader;
    private final Limits limits;
    private final World world;
    private final UsedRegions regions = new UsedRegions();
    private List<PayloadLink> links;

    LinkedPayload(
            Version version, List<PayloadLink> links, ReadCalls calls, RangeReader reader, Limits limits, World world) {
        this.version = version;
        this.links = links;
        this.calls = calls;
        this.reader = reader;
        this.limits = limits;
        this.world = world;
    }

    /** Blocks until the range is complete; goes on as long as it gets on. */
    void read(Range range, Instant end) throws InterruptedException {
        try {
            Retries.of(
                            "octavo-range",
                            limits.downloads(),
                            limits.retry(),
                            world.random(),
                            e -> e.isPassing() && world.steady().instant().isBefore(end))
                    .executeCallable(() -> {
                        attempt(range, end);
                        return range;
                    });
        } catch (OctavoException | InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw Errors.from(e, "read the payload of " + version.topic() + " version " + version.version());
        }
    }

    /**
     * The bytes were wrong: those regions that they came from are not asked any more.
     *
     * @return whether there are others
     */
    boolean excludeUsed() {
        regions.exclude();
        return !current().isEmpty();
    }

    private void attempt(Range range, Instant end) throws InterruptedException {
        List<PayloadLink> known = current();
        try {
            reader.read(known, range, regions::add, end, () -> false);
        } catch (OctavoException e) {
            if (e.isPassing()) {
                renew(known);
            }
            throw e;
        }
    }

    private synchronized List<PayloadLink> current() {
        return links.stream()
                .filter(link -> !regions.isExcluded(link.getRegion()))
                .toList();
    }

    /** Only one of those who found them wanting asks again. */
    private synchronized void renew(List<PayloadLink> failed) throws InterruptedException {
        if (current().equals(failed)) {
            links = calls.payload(version).links();
        }
    }
}
