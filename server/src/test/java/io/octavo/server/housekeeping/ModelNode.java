package io.octavo.server.housekeeping;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackConfig;
import io.octavo.server.payload.SmallObjects;
import io.octavo.server.payload.TestPayloads;
import io.octavo.server.retention.ExportedVersions;
import io.octavo.server.retention.Retention;
import io.octavo.server.topic.ChangeFeed;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A node that does housekeeping, and believes that it leads until it learns better. It may die between two steps. */
final class ModelNode extends Life {
    private final long term;
    private final Set<Task> busy = new HashSet<>();
    private final FallbackCache fallback = new FallbackCache(buckets(), new FallbackConfig("fallback", 1));
    private final Task expiry;
    private final Task export;
    private final Task retention;
    private final Task sweep;

    ModelNode(ModelHouse house, long term) {
        super(house);
        this.term = term;
        MeterRegistry meters = new SimpleMeterRegistry();
        ChangeFeed feed = of(ChangeFeed.class, house.log);
        expiry = new ExpiryTask(
                log(),
                feed,
                commits(),
                new HousekeepingConfig.Expiry(Duration.ofSeconds(1), Duration.ofMinutes(10)),
                house.time);
        export = new ExportTask(
                log(),
                feed,
                direct(),
                fallback,
                new HousekeepingConfig.Export(
                        Duration.ofSeconds(5), Duration.ofMinutes(30), ModelHouse.KEEP, 100_000, ModelHouse.PUT_WITHIN),
                house.time,
                meters,
                region -> new ExportLane(Runnable::run, 1, 100_000, () -> 0, Duration.ZERO));
        retention = new RetentionTask(
                log(),
                commits(),
                new Retention(log(), ModelHouse.RETENTION.policy(), this::running, this::exported, house.time),
                this::deleteGivenUp,
                ModelHouse.RETENTION,
                ModelHouse.PUT_WITHIN.multipliedBy(2),
                house.time,
                () -> 0,
                meters);
        HousekeepingConfig.Sweep config = new HousekeepingConfig.Sweep(
                Duration.ofMinutes(10), ModelHouse.MARGIN, 10_000, Duration.ofDays(1), 100, Duration.ofDays(400));
        Owners owners = new Owners(log(), fallback, ModelHouse.MARGIN, house.time);
        sweep = new TaskParts(
                "sweep",
                config.interval(),
                new UploadSweep(ledger(), owners, unowned(), config, house.time, () -> 0, meters));
    }

    List<Task> tasks() {
        return List.of(expiry, export, retention, sweep);
    }

    Task retention() {
        return retention;
    }

    Task export() {
        return export;
    }

    /** Runs a task, to its end or that of its own life; not if it is at it. */
    void run(Task task, BooleanSupplier leads) {
        if (!busy.add(task)) {
            return;
        }
        begin();
        try {
            task.run(new Run(term, leads, () -> 0));
        } catch (ServiceException away) {
            if (house().isQuiet()) {
                throw away;
            }
        } finally {
            busy.remove(task);
        }
    }

    /** Now and then somebody can't say. */
    private @Nullable Set<Long> running(String topic) {
        return !house().isQuiet() && house().random.nextInt(8) == 0 ? null : Set.copyOf(house().running(topic));
    }

    private Set<Long> exported(String topic) {
        return ExportedVersions.namedBy(fallback.newest(topic));
    }

    private void deleteGivenUp(long id, boolean isDirect) {
        delete(id, isDirect);
        if (isDirect) {
            fallback.removePayload(id);
        }
    }

    private UnownedBytes unowned() {
        return new UnownedBytes() {
            @Override
            public void delete(long id, boolean isDirect) {
                house().sweeps();
                ModelNode.this.delete(id, isDirect);
            }

            @Override
            public int abortUnfinished(Instant before) {
                return 0;
            }
        };
    }

    private void delete(long id, boolean isDirect) {
        if (isDirect) {
            direct().delete(id);
            return;
        }
        @Nullable ServiceException failure = null;
        for (SmallObjects bucket : buckets()) {
            try {
                bucket.delete(List.of(TestPayloads.key(id)));
            } catch (ServiceException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
