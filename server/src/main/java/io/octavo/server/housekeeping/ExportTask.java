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
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
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
    /** Of a run's time, for learning what the regions have, as long as nothing can be put in any of them. */
    private static final double HALF = 0.5;
    /** Of a run's time, for each kind of work that new heads wait for. */
    private static final double SLICE = 0.05;

    private static final Duration SHORTLY = Duration.ofMillis(100);

    private final TopicLog log;
    private final ChangedHeads changed;
    private final HousekeepingConfig.Export config;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final Map<RegionExport, ExportLane> regions = new LinkedHashMap<>();
    private long term;
    private boolean scanOwed;
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
                meters,
                region -> ExportLane.of(region, fallback.parallel(), config.putsPerSecond(), nanoTime));
    }

    /** @param lanes of each region, by its name */
    ExportTask(
            TopicLog log,
            ChangeFeed feed,
            DirectPayloads direct,
            FallbackCache fallback,
            HousekeepingConfig.Export config,
            InstantSource clock,
            MeterRegistry meters,
            Function<String, ExportLane> lanes) {
        this.log = log;
        this.changed = new ChangedHeads(feed, log, clock);
        this.config = config;
        this.clock = clock;
        this.meters = meters;
        fallback.regions()
                .forEach(region -> regions.put(
                        new RegionExport(region, direct, config.putWithin(), clock, meters),
                        lanes.apply(region.name())));
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
    public @Nullable String found() {
        int ahead = regions.keySet().stream()
                .mapToInt(RegionExport::aheadCount)
                .max()
                .orElse(0);
        return ahead == 0
                ? null
                : "topics of which a fallback cache has newer state than the log: " + ahead
                        + "; if the log was restored from a backup, see octavo help restore";
    }

    @Override
    public void run(Run run) {
        if (term != run.term()) {
            regions.keySet().forEach(RegionExport::forget);
            termBegun = clock.instant();
            term = run.term();
        }
        if (run.isAsked()) {
            regions.keySet().forEach(RegionExport::tryAgain);
        }
        Instant begun = clock.instant();
        list(run);
        boolean isScan = isScanDue();
        boolean all = isScan ? scan(run, begun) : follow(run);
        catchUp(run);
        Map<RegionExport, ExportLane> idle = await(run);
        if (isScan && all) {
            regions.keySet().forEach(region -> region.compared(config.scanInterval()));
        }
        if (all) {
            settle(idle.keySet(), begun, run);
            bundle(idle.keySet(), run);
        }
        inTurn(idle, run, this::tidyNext);
        await(run);
    }

    private boolean isAnyListed() {
        return regions.keySet().stream().anyMatch(RegionExport::isListed);
    }

    private boolean isScanDue() {
        return scanOwed
                || regions.keySet().stream().anyMatch(RegionExport::isToBeCompared)
                || (isAnyListed() && !changed.isWithinReach());
    }

    private void list(Run run) {
        for (RegionExport region : regions.keySet()) {
            double end = run.spent() + (isAnyListed() ? SLICE : HALF) / regions.size();
            if (!region.isAway() && region.isToBeListed()) {
                try {
                    region.list(() -> run.mayGoOn() && run.spent() < end);
                } catch (RuntimeException e) {
                    region.leaveAlone();
                    run.failed(e);
                    LOG.warn("what region {} has could not be listed: {}", region.name(), e.getMessage());
                }
            }
        }
    }

    /** Goes over all heads; if it doesn't come to the end, over those at least that have changed since. */
    private boolean scan(Run run, Instant begun) {
        scanOwed = true;
        if (!changed.isWithinReach()) {
            changed.startAt(begun);
        }
        regions.keySet().forEach(region -> region.beginScan(begun));
        Set<String> topics = new HashSet<>();
        try {
            log.forEachHead(head -> {
                topics.add(head.getTopic());
                offer(head, run);
            });
        } catch (RuntimeException e) {
            run.failed(e);
            LOG.warn("not all heads can be read: {}", e.getMessage());
            follow(run);
            return false;
        }
        scanOwed = false;
        regions.keySet().forEach(region -> region.scanned(topics));
        changed.startAt(begun);
        return true;
    }

    /** Whether all that changed was looked at. */
    private boolean follow(Run run) {
        try {
            return isAnyListed() && changed.read(run, head -> offer(head, run));
        } catch (RuntimeException e) {
            run.failed(e);
            LOG.warn("what has changed is not known for now: {}", e.getMessage());
            return false;
        }
    }

    private void offer(TopicHead head, Run run) {
        run.examined();
        Instant readAt = clock.instant();
        Map<RegionExport, ExportLane> lacking = new LinkedHashMap<>();
        regions.forEach((region, lane) -> {
            if (!region.isListed()) {
                return;
            }
            if (region.isUnderWay(head.getTopic())) {
                region.leave(head);
            } else if (!region.lacks(head)) {
                region.isThere(head);
            } else {
                region.tidyLater(head, config.keep());
                region.leave(head);
                if (!region.isAway() && run.mayGoOn()) {
                    lacking.put(region, lane);
                }
            }
        });
        // A region that has all that the others wait for doesn't wait with them: they are caught up.
        if (lacking.size() < regions.size() || isRoomIn(lacking.values())) {
            lacking.entrySet().removeIf(entry -> !entry.getValue().hasRoom(Duration.ZERO));
            lacking.forEach((region, lane) -> put(region, lane, head, readAt));
        }
    }

    /** Whether any has room, now or before long. */
    private static boolean isRoomIn(Collection<ExportLane> lanes) {
        return lanes.stream().anyMatch(lane -> lane.hasRoom(Duration.ZERO))
                || lanes.stream().anyMatch(lane -> lane.hasRoom(SHORTLY));
    }

    private static void put(RegionExport region, ExportLane lane, TopicHead head, Instant readAt) {
        region.begin(head);
        if (!lane.submit(() -> region.put(head, readAt), () -> region.failed(head))) {
            region.failed(head);
        }
    }

    /** What could not be put when it was new. */
    private void catchUp(Run run) {
        Map<RegionExport, Iterator<String>> topics = new HashMap<>();
        regions.keySet()
                .forEach(region ->
                        topics.put(region, List.copyOf(region.behind()).iterator()));
        inTurn(
                regions,
                run,
                (region, lane) -> catchUp(region, lane, topics.getOrDefault(region, Collections.emptyIterator()), run));
    }

    /** Whether there was a topic. */
    private boolean catchUp(RegionExport region, ExportLane lane, Iterator<String> topics, Run run) {
        if (!topics.hasNext()) {
            return false;
        }
        String topic = topics.next();
        if (!region.isUnderWay(topic)) {
            try {
                catchUp(region, lane, topic);
            } catch (RuntimeException e) {
                run.failed(e);
                LOG.warn("{} can't be read, and is not exported for now: {}", topic, e.getMessage());
            }
        }
        return true;
    }

    private void catchUp(RegionExport region, ExportLane lane, String topic) {
        Instant readAt = clock.instant();
        TopicHead head = log.head(topic, Read.LOCAL);
        if (head == null || !region.lacks(head)) {
            region.behind().remove(topic);
        } else {
            put(region, lane, head, readAt);
        }
    }

    /**
     * Gives the regions' threads work, one piece each in turn, for as long as any of them has room before long: so a slow
     * region gets less, and doesn't hold up the others.
     *
     * @param work gives a region's threads the next piece; false if there is none
     */
    private static void inTurn(
            Map<RegionExport, ExportLane> lanes, Run run, BiPredicate<RegionExport, ExportLane> work) {
        Map<RegionExport, ExportLane> left = new LinkedHashMap<>(lanes);
        double end = run.spent() + SLICE;
        boolean room = true;
        while (room && run.mayGoOn() && run.spent() < end) {
            left.entrySet()
                    .removeIf(entry -> entry.getKey().isAway()
                            || (entry.getValue().hasRoom(Duration.ZERO)
                                    && !work.test(entry.getKey(), entry.getValue())));
            room = isRoomIn(left.values());
        }
    }

    /** Waits for what is under way, though not for long; those regions in which everything has ended. */
    private Map<RegionExport, ExportLane> await(Run run) {
        Map<RegionExport, ExportLane> idle = new LinkedHashMap<>(regions);
        idle.values().removeIf(lane -> !lane.await(run));
        return idle;
    }

    private static void settle(Set<RegionExport> idle, Instant begun, Run run) {
        for (RegionExport region : idle) {
            try {
                // Of one that has been deposed, only the bytes that it puts do no harm, not what it believes of them.
                if (run.mayGoOn()) {
                    region.settle(begun);
                }
            } catch (RuntimeException e) {
                run.failed(e);
            }
        }
    }

    private static void bundle(Set<RegionExport> idle, Run run) {
        for (RegionExport region : idle) {
            if (run.mayGoOn()) {
                region.finishBundles();
            }
        }
    }

    /** Whether there was a topic. */
    private boolean tidyNext(RegionExport region, ExportLane lane) {
        String topic = region.nextToTidy(config.keep());
        if (topic == null) {
            return false;
        }
        // What can't be removed now is found by the next scan.
        var unused = lane.submit(() -> region.tidy(topic, config.keep()), () -> {});
        return true;
    }

    private double ageMillis(RegionExport region) {
        Instant complete = region.completeAt();
        // Of a region that could never be asked, all that is known is how long that has been so.
        Instant since = complete == null ? termBegun : complete;
        return Math.max(0, Duration.between(since, clock.instant()).toMillis());
    }
}
