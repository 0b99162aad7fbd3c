package io.octavo.server.tls;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS of this node's servers: what the files said when they were last found good. Connections that are open keep
 * what they began with; new ones get what is new. Files that can't be taken are told, and change nothing. Thread-safe.
 */
public final class ServerTls implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);

    private final TlsConfig config;
    private final InstantSource clock;
    private final List<Consumer<TlsMaterial>> servers = new CopyOnWriteArrayList<>();
    private final Counter taken;
    private final Counter refused;
    private volatile TlsMaterial material;
    private @Nullable ScheduledFuture<?> looks;
    private String problem = "";

    /**
     * Reads the files.
     *
     * @throws io.octavo.rules.InvalidField if they can't be taken
     */
    public static ServerTls read(TlsConfig config, InstantSource clock, MeterRegistry meters) {
        return new ServerTls(config, TlsMaterial.read(config, clock.instant()), clock, meters);
    }

    private ServerTls(TlsConfig config, TlsMaterial material, InstantSource clock, MeterRegistry meters) {
        this.config = config;
        this.clock = clock;
        this.material = material;
        this.taken = reloads(meters, "taken");
        this.refused = reloads(meters, "refused");
        Gauge.builder("octavo.tls.expiry", this, ServerTls::secondsLeft)
                .baseUnit("seconds")
                .description("how long this node's certificate is still valid")
                .register(meters);
    }

    public TlsConfig.ClientAuth clientAuth() {
        return config.clientAuth();
    }

    public TlsMaterial material() {
        return material;
    }

    /** Has a server told of new material, on the thread that looks after the files. */
    public void onChange(Consumer<TlsMaterial> server) {
        servers.add(server);
    }

    /** Looks after the files from now on, until it is closed. */
    public synchronized void start(ScheduledExecutorService scheduler) {
        long millis = config.reloadInterval().toMillis();
        looks = scheduler.scheduleWithFixedDelay(this::reload, millis, millis, TimeUnit.MILLISECONDS);
    }

    /** Takes what the files have now, if that is new and good. Never throws. */
    public synchronized void reload() {
        try {
            TlsMaterial found = TlsMaterial.read(config, clock.instant());
            problem = "";
            if (found.equals(material)) {
                return;
            }
            servers.forEach(server -> server.accept(found));
            material = found;
            taken.increment();
            LOG.info("new TLS files taken: {}", found.identity());
        } catch (RuntimeException e) {
            refused.increment();
            tell(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public synchronized void close() {
        if (looks != null) {
            looks.cancel(false);
        }
    }

    private void tell(String found) {
        if (!found.equals(problem)) {
            problem = found;
            LOG.error("the TLS files can't be taken, the last good ones stay in use: {}", found);
        }
    }

    private double secondsLeft() {
        return Duration.between(clock.instant(), material.identity().expiry()).toSeconds();
    }

    private static Counter reloads(MeterRegistry meters, String outcome) {
        return Counter.builder("octavo.tls.reloads")
                .description("looks at changed TLS files")
                .tag("outcome", outcome)
                .register(meters);
    }
}
