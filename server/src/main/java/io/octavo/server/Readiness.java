package io.octavo.server;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Whether this node should be sent work. It asks nobody: all that it looks at is known in this process, so that it
 * answers at once whatever the stores do.
 *
 * <p>A node of the subscribe role is ready when its heads are loaded: that the metadata store is away does not keep it
 * from answering polls, and must not take it out of service. One that only publishes is ready as long as it reached the
 * store within the last half minute.
 */
final class Readiness implements HealthIndicator {
    private final BooleanSupplier serving;
    private final @Nullable BooleanSupplier headsLoaded;
    private final @Nullable BooleanSupplier logReached;

    /**
     * @param serving     the servers run, and the node is not told to stop
     * @param headsLoaded null = not of the subscribe role
     * @param logReached  null = not of the publish role
     */
    Readiness(BooleanSupplier serving, @Nullable BooleanSupplier headsLoaded, @Nullable BooleanSupplier logReached) {
        this.serving = serving;
        this.headsLoaded = headsLoaded;
        this.logReached = logReached;
    }

    boolean isReady() {
        if (!serving.getAsBoolean()) {
            return false;
        }
        if (headsLoaded != null) {
            return headsLoaded.getAsBoolean();
        }
        return logReached == null || logReached.getAsBoolean();
    }

    @Override
    public Health health() {
        return (isReady() ? Health.up() : Health.outOfService()).build();
    }
}
