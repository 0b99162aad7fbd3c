package io.octavo.server.grpc;

import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the transport's threads free: every call but those of the given methods runs on other threads, one step of a
 * call at a time and in order. Calls are bounded, and with them the executor's queue: a call has at most one task in
 * it. One call too many is refused with RESOURCE_EXHAUSTED and a time to try again. Of one method there are never more than
 * three quarters, so that a stampede of reads leaves a way to publish.
 */
final class OffTransportThread implements ServerInterceptor {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Set<String> onTransport;
    private final Executor executor;
    private final GrpcErrors errors;
    private final int maxCalls;
    private final Semaphore places;
    private final int mostOfOneMethod;
    private final Map<String, Semaphore> placesOfMethods = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer;
    private final Duration requestTimeout;

    /**
     * @param onTransport full names of the methods that stay on the transport's threads: they must never block
     * @param executor    runs all others; must take {@code maxCalls} tasks
     * @param maxCalls    of all others together, at once
     * @param requestTimeout how long a call may keep its place before its request is there
     */
    OffTransportThread(
            Set<String> onTransport,
            Executor executor,
            int maxCalls,
            GrpcErrors errors,
            ScheduledExecutorService timer,
            Duration requestTimeout) {
        this.timer = timer;
        this.requestTimeout = requestTimeout;
        this.onTransport = Set.copyOf(onTransport);
        this.executor = executor;
        this.errors = errors;
        this.maxCalls = maxCalls;
        this.places = new Semaphore(maxCalls);
        this.mostOfOneMethod = maxCalls - maxCalls / 4;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String method = call.getMethodDescriptor().getFullMethodName();
        if (onTransport.contains(method)) {
            return next.startCall(call, headers);
        }
        // Methods are those of this server: others are refused before they come here.
        Semaphore ofMethod = placesOfMethods.computeIfAbsent(method, name -> new Semaphore(mostOfOneMethod));
        if (!ofMethod.tryAcquire()) {
            refuse(
                    call,
                    tooMany(mostOfOneMethod + " of "
                            + call.getMethodDescriptor().getBareMethodName()));
            return new ServerCall.Listener<>() {};
        }
        if (!places.tryAcquire()) {
            ofMethod.release();
            refuse(call, tooMany(Integer.toString(maxCalls)));
            return new ServerCall.Listener<>() {};
        }
        boolean oneMessage = call.getMethodDescriptor().getType().clientSendsOneMessage();
        Runnable leave = () -> {
            ofMethod.release();
            places.release();
        };
        MovedCall<Q> moved = new MovedCall<>(MoreExecutors.newSequentialExecutor(executor), leave, oneMessage);
        moved.start(() -> next.startCall(call, headers));
        moved.expectRequest(timer, requestTimeout, () -> refuse(call, tooSlow()));
        return moved;
    }

    private static ServiceException tooMany(String most) {
        return ServiceException.rateLimited(
                "calls: more than " + most + " at once (expected: fewer; try again or ask another node)", RETRY_AFTER);
    }

    private ServiceException tooSlow() {
        return ServiceException.of(
                ErrorCode.TOO_SLOW,
                "request: nothing for " + requestTimeout.toMillis() + " ms (expected: its message, soon)");
    }

    /** Calls running now, of those that run here. */
    int running() {
        return maxCalls - places.availablePermits();
    }

    private void refuse(ServerCall<?, ?> call, ServiceException why) {
        StatusRuntimeException refusal = errors.status(why);
        Metadata trailers = refusal.getTrailers();
        call.close(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
    }

    /** Hands each step of a call over. The transport ends every call with one of onComplete and onCancel. */
    private static final class MovedCall<Q> extends ServerCall.Listener<Q> {
        private final Context context = Context.current();
        private final Executor serial;
        private final Runnable leave;
        private final boolean oneMessage;
        private ServerCall.@Nullable Listener<Q> listener;
        private volatile @Nullable Future<?> timeout;
        /** On the serial executor alone. */
        private boolean isRequested;

        /** @param oneMessage the request is complete only when the caller has ended it */
        MovedCall(Executor serial, Runnable leave, boolean oneMessage) {
            this.serial = serial;
            this.leave = leave;
            this.oneMessage = oneMessage;
        }

        void expectRequest(ScheduledExecutorService timer, Duration within, Runnable refuse) {
            timeout = timer.schedule(
                    () -> serial.execute(context.wrap(() -> {
                        if (!isRequested) {
                            isRequested = true;
                            refuse.run();
                        }
                    })),
                    within.toMillis(),
                    TimeUnit.MILLISECONDS);
        }

        private void requested() {
            isRequested = true;
            Future<?> scheduled = timeout;
            if (scheduled != null) {
                scheduled.cancel(false);
            }
        }

        void start(Supplier<ServerCall.Listener<Q>> handler) {
            serial.execute(context.wrap(() -> {
                listener = handler.get();
            }));
        }

        @Override
        public void onMessage(Q message) {
            step(to -> {
                if (!oneMessage) {
                    requested();
                }
                to.onMessage(message);
            });
        }

        @Override
        public void onHalfClose() {
            step(to -> {
                requested();
                to.onHalfClose();
            });
        }

        @Override
        public void onReady() {
            step(ServerCall.Listener::onReady);
        }

        @Override
        public void onCancel() {
            lastStep(ServerCall.Listener::onCancel);
        }

        @Override
        public void onComplete() {
            lastStep(ServerCall.Listener::onComplete);
        }

        private void step(Consumer<ServerCall.Listener<Q>> step) {
            serial.execute(context.wrap(() -> {
                if (listener != null) {
                    step.accept(listener);
                }
            }));
        }

        private void lastStep(Consumer<ServerCall.Listener<Q>> step) {
            try {
                serial.execute(context.wrap(() -> {
                    requested();
                    try {
                        if (listener != null) {
                            step.accept(listener);
                        }
                    } finally {
                        leave.run();
                    }
                }));
            } catch (RuntimeException e) {
                // The executor is shut down: the node stops.
                leave.run();
                throw e;
            }
        }
    }
}
