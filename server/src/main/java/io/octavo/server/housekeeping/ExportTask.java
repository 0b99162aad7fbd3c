package io.octavo.server.housekeeping;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.octavo.protocol.TopicHead;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.payload.DirectPayloads;
import io.octavo.server.topic.ChangeFeed;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings heads that changed in more than their revision to every region's fallback cache, and before them the bytes of
 * the direct payloads that they name. What a region has is listed at the start of a term and now and then, and compared
 * with all heads; from then on the work follows the changes. A region that is away is left alone and caught up
 * afterwards; the others don't wait for it.
 */
public final class ExportTask implements Task {
    private static final Logger LOG = LoggerFactory.getLogger(ExportTask.class);
    private static final int TIDIED_PER_RUN = 1_000;
    /** By then nothing is under way any more that a deposed leader has begun: it is looked at once more. */
    private static final Duration SECOND_SCAN = Duration.ofMinutes(1);

    private final TopicLog log;
    private final ChangedHeads changed;
    private final HousekeepingConfig.Export config;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final Map<RegionExport, ExportLane> regions = new LinkedHashMap<>();
    private long term;
    private int scans;
    private Instant scannedAt = Instant.EPOCH;
    private volatile Instant termBegun = Instant.EPOCH;

    /** @param nanoTime as {@link System#nanoTime} */
    public ExportTask(
            TopicLog log,
            ChangeFeed feed,
            DirectPayloads direct,
            FallbackCache fallback,
            HousekeepingConfig.Export config,
            InstantSource clock,
            LongSupplier nanoTime,
            MeterRegistry meters) {
        this(
                log,
                feed,
                direct,
                fallback,
                config,
                clock,
                nanoTime,
                meters,
                region -> ExportLane.threads(region, fallback.parallel()));
    }

    /** @param threads of each region, by its name */
    ExportTask(
            TopicLog log,
            ChangeFeed feed,
            DirectPayloads direct,
            FallbackCache fallback,
            HousekeepingConfig.Export config,
            InstantSource clock,
            LongSupplier nanoTime,
            MeterRegistry meters,
            Function<String, Executor> threads) {
        this.log = log;
        this.changed = new ChangedHeads(feed, log, clock);
        this.config = config;
        this.clock = clock;
        this.meters = meters;
        fallback.regions()
                .forEach(region -> regions.put(
                        new RegionExport(region, direct, config.putWithin(), clock, meters),
                        new ExportLane(
                                threads.apply(region.name()), fallback.parallel(), config.putsPerSecond(), nanoTime)));
    }

    @Override
    public String name() {
        return "export";
    }

    @Override
    public Duration interval() {
        return config.interval();
    }

    @Override
    public void measure(BooleanSupplier leads) {
        for (RegionExport region : regions.keySet()) {
            TimeGauge.builder(
                            "octavo.fallback.age",
                            () -> leads.getAsBoolean() ? ageMillis(region) : Double.NaN,
                            TimeUnit.MILLISECONDS)
                    .description("How old the newest state is that the region's fallback cache has completely")
                    .tag("region", region.name())
                    .register(meters);
            Gauge.builder(
                            "octavo.fallback.behind",
                            () -> leads.getAsBoolean() ? (double) region.behindCount() : Double.NaN)
                    .description("Topics that the region's fallback cache lacks a head of")
                    .tag("region", region.name())
                    .register(meters);
            Gauge.builder(
                            "octavo.fallback.ahead",
                            () -> leads.getAsBoolean() ? (double) region.aheadCount() : Double.NaN)
                    .description("Topics of which the region's fallback cache has a newer head than the log")
                    .tag("region", region.name())
                    .register(meters);
        }
    }

    @Override
    public void run(Run run) {
        if (term != run.term()) {
            regions.keySet().forEach(RegionExport::forget);
            scans = 0;
            termBegun = clock.instant();
            term = run.term();
        }
        Instant begun = clock.instant();
        boolean scanDue = isScanDue();
        boolean newlyListed = list(scanDue, run);
        boolean all = false;
        try {
            all = (scanDue || newlyListed) ? scan(run, begun) : changed.read(run, head -> offer(head, run));
            catchUp(run);
        } finally {
            regions.forEach((region, lane) -> lane.await(run));
            regions.keySet().forEach(RegionExport::endScan);
        }
        settle(all, begun, run);
        bundle(all, run);
        tidy(run);
    }

    private boolean isScanDue() {
        Duration age = Duration.between(scannedAt, clock.instant());
        return scans == 0
                || !changed.isWithinReach()
                || age.compareTo(config.scanInterval()) >= 0
                || (scans == 1 && age.compareTo(SECOND_SCAN) >= 0);
    }

    /** Whether a region is known that wasn't. */
    private boolean list(boolean again, Run run) {
        boolean newlyListed = false;
        for (RegionExport region : regions.keySet()) {
            if (!region.isAway() && (again || !region.isListed())) {
                boolean before = region.isListed();
                try {
                    region.list(run::mayGoOn);
                    newlyListed |= !before && region.isListed();
                } catch (RuntimeException e) {
                    region.leaveAlone();
                    run.failed(e);
                    LOG.warn("what region {} has could not be listed: {}", region.name(), e.getMessage());
                }
            }
        }
        return newlyListed;
    }

    private boolean scan(Run run, Instant begun) {
        regions.keySet().forEach(region -> region.beginScan(begun));
        log.forEachHead(head -> offer(head, run));
        changed.startAt(begun);
        scannedAt = begun;
        scans++;
        return true;
    }

    private void offer(TopicHead head, Run run) {
        run.examined();
        Instant readAt = clock.instant();
        for (Map.Entry<RegionExport, ExportLane> entry : regions.entrySet()) {
            RegionExport region = entry.getKey();
            if (region.isListed() && !region.lacks(head)) {
                region.isThere(head);
            } else if (region.isListed()) {
                region.tidyLater(head, config.keep());
                boolean begun = !region.isAway()
                        && run.mayGoOn()
                        && entry.getValue().submit(() -> region.put(head, readAt), () -> region.failed(head));
                if (!begun) {
                    region.leave(head);
                }
            }
        }
    }

    /** What could not be put when it was new. */
    private void catchUp(Run run) {
        for (Map.Entry<RegionExport, ExportLane> entry : regions.entrySet()) {
            RegionExport region = entry.getKey();
            for (String topic : List.copyOf(region.behind())) {
                if (region.isAway() || !run.mayGoOn()) {
                    break;
                }
                Instant readAt = clock.instant();
                TopicHead head = log.head(topic, Read.LOCAL);
                if (head == null || !region.lacks(head)) {
                    region.behind().remove(topic);
                } else {
                    var unused = entry.getValue().submit(() -> region.put(head, readAt), () -> region.failed(head));
                }
            }
        }
    }

    private void settle(boolean all, Instant begun, Run run) {
        for (RegionExport region : regions.keySet()) {
            try {
                // Of one that has been deposed, only the bytes that it puts do no harm, not what it believes of them.
                if (all && run.mayGoOn()) {
                    region.settle(begun);
                }
            } catch (RuntimeException e) {
                run.failed(e);
            }
        }
    }

    private void bundle(boolean all, Run run) {
        for (RegionExport region : regions.keySet()) {
            if (all && run.mayGoOn()) {
                region.finishBundles();
            }
        }
    }

    private void tidy(Run run) {
        regions.forEach((region, lane) -> {
            if (region.isListed() && !region.isAway() && run.mayGoOn()) {
                region.tidy(TIDIED_PER_RUN, config.keep(), topic -> {
                    // What can't be removed now is found by the next scan.
                    var unused = lane.submit(() -> region.tidy(topic, config.keep()), () -> {});
                });
                lane.await(run);
            }
        });
    }

    private double ageMillis(RegionExport region) {
        Instant complete = region.completeAt();
        // Of a region that could never be asked, all that is known is how long that has been so.
        Instant since = complete == null ? termBegun : complete;
        return Math.max(0, Duration.between(since, clock.instant()).toMillis());
    }
}
