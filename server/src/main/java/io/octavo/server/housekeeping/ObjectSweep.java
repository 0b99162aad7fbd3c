package io.octavo.server.housekeeping;

import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.payload.PayloadObjects;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Finds by listing the buckets what belongs to nobody, whatever list it has fallen from, and removes it. The objects of
 * each region and kind are gone through in turn, some in each run and for a part of its time, from a place that differs
 * between nodes, so that no place is left out for ever if no node comes to the end.
 */
public final class ObjectSweep implements TaskPart {
    /** Of the time from one run to the next. */
    private static final int PART_OF_INTERVAL = 2;

    private final List<ObjectWalk> walks;
    private final HousekeepingConfig.Sweep config;
    private final InstantSource clock;
    private int first;

    ObjectSweep(
            List<SweptObjects> places,
            HousekeepingConfig.Sweep config,
            InstantSource clock,
            LongSupplier nanoTime,
            RandomGenerator random,
            MeterRegistry meters) {
        this.config = config;
        this.clock = clock;
        Pace looks = new Pace(config.objectsPerSecond(), nanoTime, Pace.Pause.REAL);
        Pace deletes = new Pace(config.deletesPerSecond(), nanoTime, Pace.Pause.REAL);
        this.walks = places.stream()
                .map(place -> new ObjectWalk(place, looks, deletes, random, meters))
                .toList();
    }

    /**
     * Of the S3 payloads, and of those in the fallback caches.
     *
     * @param payloads     of each region
     * @param installation the mark of this one
     * @param nanoTime     as {@link System#nanoTime}
     * @param random       for where to begin
     */
    public static ObjectSweep of(
            List<PayloadObjects> payloads,
            FallbackCache fallback,
            Supplier<String> installation,
            Owners owners,
            UnownedBytes bytes,
            HousekeepingConfig.Sweep config,
            InstantSource clock,
            LongSupplier nanoTime,
            RandomGenerator random,
            MeterRegistry meters) {
        List<SweptObjects> places = new ArrayList<>();
        payloads.forEach(objects -> places.add(new S3PayloadObjects(objects, installation, owners, bytes)));
        fallback.regions().forEach(region -> places.add(new ExportedPayloadObjects(region, owners)));
        return new ObjectSweep(places, config, clock, nanoTime, random, meters);
    }

    @Override
    public void run(Run run) {
        Instant now = clock.instant();
        long share = Math.max(1, perRun() / Math.max(1, walks.size()));
        Duration again = run.isAsked() ? Duration.ZERO : config.scanInterval();
        int begin = first++ % Math.max(1, walks.size());
        for (int i = 0; i < walks.size(); i++) {
            double end = run.spent() + (1 - run.spent()) / (walks.size() - i);
            walks.get((begin + i) % walks.size())
                    .goOn(run, () -> run.mayGoOn() && run.spent() < end, now, now.minus(config.margin()), again, share);
        }
    }

    private long perRun() {
        return Math.max(
                1, config.interval().dividedBy(PART_OF_INTERVAL).toMillis() * config.objectsPerSecond() / 1_000);
    }
}
