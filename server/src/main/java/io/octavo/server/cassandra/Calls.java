package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.NoNodeAvailableException;
import com.datastax.oss.driver.api.core.cql.ResultSet;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.servererrors.BootstrappingException;
import com.datastax.oss.driver.api.core.servererrors.QueryValidationException;
import com.datastax.oss.driver.api.core.servererrors.UnavailableException;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.OutcomeUnknown;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends statements: times them, repeats those that may be repeated a few times with jittered pauses, and turns what the
 * driver throws into what callers know.
 */
final class Calls {
    private static final int ATTEMPTS = 3;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

    private final Supplier<? extends @Nullable CqlSession> session;
    private final Supplier<String> problem;
    private final MeterRegistry meters;
    private final Retry retry;
    private final List<Prepared> prepared = new CopyOnWriteArrayList<>();

    /** On a session that is there. */
    Calls(CqlSession session, MeterRegistry meters) {
        this(() -> session, () -> "", meters);
    }

    /**
     * On a session that may come later.
     *
     * @param session null as long as there is none
     * @param problem why there is none
     */
    Calls(Supplier<? extends @Nullable CqlSession> session, Supplier<String> problem, MeterRegistry meters) {
        this.session = session;
        this.problem = problem;
        this.meters = meters;
        this.retry = Retry.of(
                "cassandra",
                RetryConfig.custom()
                        .maxAttempts(ATTEMPTS)
                        .intervalFunction(IntervalFunction.ofExponentialRandomBackoff(FIRST_PAUSE, 3, 0.5))
                        .retryOnException(Calls::mayPass)
                        .build());
    }

    /** A statement to send later; until there is a session, using it is answered UNAVAILABLE. */
    Prepared prepare(SimpleStatement statement) {
        Prepared later = new Prepared(statement, this::notReached);
        prepared.add(later);
        CqlSession there = session.get();
        if (there != null) {
            later.on(there);
        }
        return later;
    }

    /** As {@link #prepare(SimpleStatement)}, of one that is not to be repeated. */
    Prepared prepare(String statement) {
        return prepare(SimpleStatement.newInstance(statement));
    }

    /** Prepares everything on a session that is about to be used. */
    void prepareAll(CqlSession opened) {
        prepared.forEach(statement -> statement.on(opened));
    }

    private ServiceException notReached() {
        return ServiceException.unavailable(
                "the metadata store was not reached since this node has started: " + problem.get(),
                Duration.ofSeconds(2),
                null);
    }

    /** Sends a statement that does no harm when it is carried out twice. */
    ResultSet repeatable(String what, Statement<?> statement) {
        try {
            return Retry.decorateSupplier(
                            retry, () -> timed(what, () -> session().execute(statement)))
                    .get();
        } catch (DriverException e) {
            throw unavailable(what, e);
        }
    }

    /** Sends a conditional statement or batch once: whether it was applied may stay unknown. */
    ResultSet once(String what, Statement<?> conditional) {
        try {
            return timed(what, () -> session().execute(conditional));
        } catch (DriverException e) {
            if (e instanceof QueryValidationException) {
                throw e;
            }
            throw new OutcomeUnknown(!neverSent(e), e);
        }
    }

    private ResultSet timed(String what, Supplier<ResultSet> call) {
        long start = System.nanoTime();
        String outcome = "ok";
        try {
            return call.get();
        } catch (DriverException e) {
            outcome = e.getClass().getSimpleName();
            throw e;
        } finally {
            meters.timer("octavo.cassandra", "call", what, "outcome", outcome)
                    .record(Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private static ServiceException unavailable(String what, DriverException e) {
        if (e instanceof QueryValidationException) {
            throw e;
        }
        return ServiceException.unavailable(
                "the metadata store can't answer (" + what + "): " + e.getMessage(), Duration.ofSeconds(2), e);
    }

    private static boolean mayPass(Throwable e) {
        return e instanceof DriverException && !(e instanceof QueryValidationException);
    }

    /** Whether no node can have begun to carry it out. */
    private static boolean neverSent(Throwable e) {
        if (e instanceof NoNodeAvailableException
                || e instanceof UnavailableException
                || e instanceof BootstrappingException) {
            return true;
        }
        return e instanceof AllNodesFailedException all
                && all.getAllErrors().values().stream().flatMap(List::stream).allMatch(Calls::neverSent);
    }

    /** @throws ServiceException UNAVAILABLE if there is none yet */
    CqlSession session() {
        CqlSession there = session.get();
        if (there == null) {
            throw notReached();
        }
        return there;
    }

    /** Counts something that went wrong without anybody being told. */
    void count(String name, Map<String, String> tags) {
        var counter = io.micrometer.core.instrument.Counter.builder(name);
        tags.forEach(counter::tag);
        counter.register(meters).increment();
    }
}
