package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.NoNodeAvailableException;
import com.datastax.oss.driver.api.core.cql.ResultSet;
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
import java.util.function.Supplier;

/**
 * Sends statements: times them, repeats those that may be repeated a few times with jittered pauses, and turns what the
 * driver throws into what callers know.
 */
final class Calls {
    private static final int ATTEMPTS = 3;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

    private final CqlSession session;
    private final MeterRegistry meters;
    private final Retry retry;

    Calls(CqlSession session, MeterRegistry meters) {
        this.session = session;
        this.meters = meters;
        this.retry = Retry.of(
                "cassandra",
                RetryConfig.custom()
                        .maxAttempts(ATTEMPTS)
                        .intervalFunction(IntervalFunction.ofExponentialRandomBackoff(FIRST_PAUSE, 3, 0.5))
                        .retryOnException(Calls::mayPass)
                        .build());
    }

    /** Sends a statement that does no harm when it is carried out twice. */
    ResultSet repeatable(String what, Statement<?> statement) {
        try {
            return Retry.decorateSupplier(retry, () -> timed(what, () -> session.execute(statement)))
                    .get();
        } catch (DriverException e) {
            throw unavailable(what, e);
        }
    }

    /** Sends a conditional statement or batch once: whether it was applied may stay unknown. */
    ResultSet once(String what, Statement<?> conditional) {
        try {
            return timed(what, () -> session.execute(conditional));
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

    /** The session, for what needs more of it. */
    CqlSession session() {
        return session;
    }

    /** Counts something that went wrong without anybody being told. */
    void count(String name, Map<String, String> tags) {
        var counter = io.micrometer.core.instrument.Counter.builder(name);
        tags.forEach(counter::tag);
        counter.register(meters).increment();
    }
}
