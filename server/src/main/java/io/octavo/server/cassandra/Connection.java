package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.auth.AuthenticationException;
import com.datastax.oss.driver.api.core.servererrors.QueryValidationException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to Cassandra: opened at the start if it answers; if it is away, as soon as it is back. From then on the driver
 * keeps it.
 */
final class Connection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(5);

    private final Supplier<CqlSession> opening;
    private final Consumer<CqlSession> preparation;
    private final ScheduledExecutorService attempts;
    private volatile @Nullable CqlSession session;
    private volatile String problem = "it was not asked yet";
    private boolean closed;

    /**
     * @param opening     connects
     * @param preparation checks the servers and makes everything ready for use, or throws
     */
    Connection(Supplier<CqlSession> opening, Consumer<CqlSession> preparation) {
        this.opening = opening;
        this.preparation = preparation;
        this.attempts = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "octavo-cassandra");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Connects; blocks. If Cassandra can't be reached, it is tried again in the background.
     *
     * @throws RuntimeException if it was reached, and is not as it must be
     */
    void open() {
        try {
            connect();
        } catch (DriverException e) {
            if (!isAway(e)) {
                throw e;
            }
            problem = String.valueOf(e.getMessage());
            LOG.warn(
                    "starting although the metadata store can't be reached; trying again every {} s: {}",
                    BETWEEN_ATTEMPTS.toSeconds(),
                    problem);
            var unused = attempts.scheduleWithFixedDelay(
                    this::attempt, BETWEEN_ATTEMPTS.toMillis(), BETWEEN_ATTEMPTS.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** The session; null as long as Cassandra was never reached. */
    @Nullable
    CqlSession session() {
        return session;
    }

    /** Why there is no session. */
    String problem() {
        return problem;
    }

    private void attempt() {
        try {
            connect();
            LOG.info("the metadata store is reached");
            attempts.shutdown();
        } catch (RuntimeException e) {
            String message = String.valueOf(e.getMessage());
            boolean isKnown = message.equals(problem);
            problem = message;
            if (!isKnown && !(e instanceof DriverException driver && isAway(driver))) {
                LOG.error("the metadata store is reached, and can't be used: {}", message, e);
            }
        }
    }

    private void connect() {
        CqlSession opened = opening.get();
        try {
            preparation.accept(opened);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
        if (!isTaken(opened)) {
            opened.close();
        }
    }

    private synchronized boolean isTaken(CqlSession opened) {
        if (!closed) {
            session = opened;
        }
        return !closed;
    }

    /** Whether it may pass by itself, in contrast to what somebody has to set right. */
    private static boolean isAway(DriverException e) {
        if (e instanceof AllNodesFailedException all) {
            return all.getAllErrors().values().stream()
                    .flatMap(List::stream)
                    .noneMatch(cause -> cause instanceof AuthenticationException);
        }
        return !(e instanceof QueryValidationException);
    }

    @Override
    public void close() {
        attempts.shutdownNow();
        CqlSession opened;
        synchronized (this) {
            closed = true;
            opened = session;
        }
        if (opened != null) {
            opened.close();
        }
    }
}
