package io.octavo.server.housekeeping;

import io.octavo.server.config.ConfigKeys;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The keys {@code octavo.housekeeping.*}: which node does the tasks, how often, and what is left alone.
 *
 * @param lease       how long the node that does a task may be silent before another takes over
 * @param leaseMargin how much earlier it stops by itself, for clocks that run at different speeds
 * @param runTimeout  how long one run of a task may take
 */
@ConfigurationProperties("octavo.housekeeping")
public record HousekeepingConfig(
        @DefaultValue("15s") Duration lease,
        @DefaultValue("1s") Duration leaseMargin,
        @DefaultValue("10m") Duration runTimeout,
        @DefaultValue Expiry expiry,
        @DefaultValue Sweep sweep,
        @DefaultValue Repair repair,
        @DefaultValue Export export) {
    private static final ConfigKeys KEYS = new ConfigKeys("octavo.housekeeping.");
    private static final Duration DAY = Duration.ofDays(1);

    /** Refuses values out of bounds. */
    public HousekeepingConfig {
        KEYS.between("lease", lease, Duration.ofSeconds(2), Duration.ofMinutes(10));
        if (leaseMargin.isNegative() || leaseMargin.multipliedBy(3).compareTo(lease) >= 0) {
            throw KEYS.invalid("lease-margin", leaseMargin, "less than a third of octavo.housekeeping.lease");
        }
        KEYS.between("run-timeout", runTimeout, Duration.ofSeconds(1), DAY);
        if (sweep.margin().compareTo(export.underWay()) < 0) {
            throw KEYS.invalid(
                    "sweep.margin",
                    sweep.margin(),
                    "at least twice octavo.housekeeping.export.put-within, " + export.underWay());
        }
    }

    /**
     * Expired pins and holds: {@code octavo.housekeeping.expiry.*}.
     *
     * @param interval     how often it is looked which are due; also how often the feed of changes is read
     * @param scanInterval how often all heads are read, for what the feed has missed
     */
    public record Expiry(
            @DefaultValue("1s") Duration interval,
            @DefaultValue("10m") Duration scanInterval) {
        public Expiry {
            KEYS.between("expiry.interval", interval, Duration.ofMillis(100), Duration.ofHours(1));
            KEYS.between("expiry.scan-interval", scanInterval, Duration.ofSeconds(1), DAY);
        }
    }

    /**
     * What belongs to nobody: {@code octavo.housekeeping.sweep.*}.
     *
     * @param interval         from one run to the next
     * @param margin           how old an upload must be before it is given up; longer than any publish takes, and at least twice
     *     {@code octavo.housekeeping.export.put-within}
     * @param deletesPerSecond how many payloads are removed in a second at most
     * @param scanInterval     how often the objects in all buckets are listed and looked at, for what no list has
     * @param objectsPerSecond how many objects are looked at in a second at most, half of the time
     * @param tokenMargin      how long a token is kept that expired or was revoked; longer than events are, which name it
     */
    public record Sweep(
            @DefaultValue("10m") Duration interval,
            @DefaultValue("24h") Duration margin,
            @DefaultValue("50") int deletesPerSecond,
            @DefaultValue("24h") Duration scanInterval,
            @DefaultValue("100") int objectsPerSecond,
            @DefaultValue("400d") Duration tokenMargin) {
        public Sweep {
            KEYS.between("sweep.interval", interval, Duration.ofMillis(100), DAY);
            KEYS.between("sweep.margin", margin, Duration.ZERO, Duration.ofDays(365));
            if (deletesPerSecond < 1 || deletesPerSecond > 10_000) {
                throw KEYS.invalid("sweep.deletes-per-second", deletesPerSecond, "1…10000");
            }
            KEYS.between("sweep.scan-interval", scanInterval, Duration.ZERO, Duration.ofDays(365));
            if (objectsPerSecond < 1 || objectsPerSecond > 10_000) {
                throw KEYS.invalid("sweep.objects-per-second", objectsPerSecond, "1…10000");
            }
            KEYS.between("sweep.token-margin", tokenMargin, Duration.ZERO, Duration.ofDays(36_500));
        }
    }

    /**
     * Payloads that are missing somewhere: {@code octavo.housekeeping.repair.*}.
     *
     * @param interval        from one run to the next
     * @param scanInterval    how often it is looked where the payloads are that consumers can be given
     * @param checksPerSecond how many places are asked in a second at most, half of the time
     * @param copyRate        how much of large payloads is copied in a second at most, 8 MiB at a time
     */
    public record Repair(
            @DefaultValue("1m") Duration interval,
            @DefaultValue("24h") Duration scanInterval,
            @DefaultValue("50") int checksPerSecond,
            @DefaultValue("64MB") DataSize copyRate) {
        private static final DataSize SLOWEST = DataSize.ofMegabytes(8);
        private static final DataSize FASTEST = DataSize.ofGigabytes(100);

        public Repair {
            KEYS.between("repair.interval", interval, Duration.ofMillis(100), DAY);
            KEYS.between("repair.scan-interval", scanInterval, Duration.ZERO, Duration.ofDays(365));
            if (checksPerSecond < 1 || checksPerSecond > 10_000) {
                throw KEYS.invalid("repair.checks-per-second", checksPerSecond, "1…10000");
            }
            if (copyRate.compareTo(SLOWEST) < 0 || copyRate.compareTo(FASTEST) > 0) {
                throw KEYS.invalid("repair.copy-rate", copyRate, "8MB…100GB");
            }
        }
    }

    /**
     * The fallback cache: {@code octavo.housekeeping.export.*}.
     *
     * @param interval      how often heads that changed are brought to the regions
     * @param scanInterval  how often all heads are compared with what the regions have, for what the feed has missed
     * @param keep          how long an older head stays after a newer one is there, for who is about to read it
     * @param putsPerSecond how many objects are made in a second at most, in each region
     * @param putWithin     how long ago a head may have been read that is put; a version that was deleted by hand keeps its
     *     bytes twice as long
     */
    public record Export(
            @DefaultValue("5s") Duration interval,
            @DefaultValue("10m") Duration scanInterval,
            @DefaultValue("10m") Duration keep,
            @DefaultValue("1000") int putsPerSecond,
            @DefaultValue("5m") Duration putWithin) {
        public Export {
            KEYS.between("export.interval", interval, Duration.ofMillis(100), Duration.ofHours(1));
            KEYS.between("export.scan-interval", scanInterval, Duration.ofSeconds(1), DAY);
            KEYS.between("export.keep", keep, Duration.ZERO, Duration.ofDays(365));
            if (putsPerSecond < 1 || putsPerSecond > 100_000) {
                throw KEYS.invalid("export.puts-per-second", putsPerSecond, "1…100000");
            }
            KEYS.between("export.put-within", putWithin, Duration.ofSeconds(1), Duration.ofHours(1));
        }

        /** So long what was taken out of a head may still be on its way to a region; half of it is for clocks that disagree. */
        public Duration underWay() {
            return putWithin.multipliedBy(2);
        }
    }
}
