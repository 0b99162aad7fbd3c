package io.octavo.server.grpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerStreamTracer;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC server of a node: the roles' services with the standard health and reflection services beside them. The
 * methods named as such run on the transport's threads and must never block; all others run on worker threads.
 */
public final class GrpcServer implements AutoCloseable {
    /** The name of worker threads, before their number. */
    static final String WORKER = "octavo-grpc-";

    private final GrpcConfig config;
    private final HealthStatusManager health = new HealthStatusManager();
    private final ThreadPoolExecutor workers;
    private final ScheduledThreadPoolExecutor timer = timer();
    private final OffTransportThread offTransportThread;
    private final @Nullable ServerInterceptor first;
    private final List<ServerInterceptor> interceptors;
    private final List<BindableService> services;
    private final ErrorMapping errorMapping;
    private final ServerStreamTracer.Factory cutOff;
    private final RequestIds requestIds;
    private final @Nullable GrpcTls tls;
    private @Nullable Server server;

    /**
     * Opens nothing; see {@link #start}.
     *
     * @param onTransport  full names of the methods that run on the transport's threads
     * @param interceptors around every call, the first outermost, on the thread that runs the call
     * @param tls          null = plain text
     */
    public GrpcServer(
            GrpcConfig config,
            List<BindableService> services,
            Set<String> onTransport,
            List<ServerInterceptor> interceptors,
            GrpcErrors errors,
            @Nullable GrpcTls tls) {
        this(config, services, onTransport, null, interceptors, errors, tls);
    }

    /**
     * Opens nothing; see {@link #start}.
     *
     * @param first around all else, on the transport's threads: it must never block, and ends calls on its own; null =
     *     none
     * @param tls   null = plain text
     */
    public GrpcServer(
            GrpcConfig config,
            List<BindableService> services,
            Set<String> onTransport,
            @Nullable ServerInterceptor first,
            List<ServerInterceptor> interceptors,
            GrpcErrors errors,
            @Nullable GrpcTls tls) {
        this.config = config;
        this.first = first;
        this.tls = tls;
        this.requestIds = new RequestIds(onTransport);
        this.cutOff = CutOff.except(onTransport);
        this.services = List.copyOf(services);
        this.interceptors = List.copyOf(interceptors);
        this.errorMapping = new ErrorMapping(errors);
        this.workers = workers(config.workerThreads());
        this.offTransportThread =
                new OffTransportThread(onTransport, workers, config.maxCalls(), errors, timer, config.requestTimeout());
    }

    /**
     * Binds and listens.
     *
     * @throws IOException if the address can't be bound; the message names it
     */
    public synchronized void start() throws IOException {
        if (server != null) {
            throw new IllegalStateException("the gRPC server was started before");
        }
        GrpcConfig.Endpoint endpoint = GrpcConfig.Endpoint.parse(config.endpoint());
        InetAddress host = InetAddress.getAllByName(endpoint.host())[0];
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress(host, endpoint.port()))
                .directExecutor()
                .addStreamTracerFactory(cutOff)
                .maxInboundMessageSize(Math.toIntExact(config.maxMessage().toBytes()))
                .maxInboundMetadataSize(Math.toIntExact(config.maxHeaders().toBytes()))
                .maxConcurrentCallsPerConnection(config.callsPerConnection())
                .keepAliveTime(config.keepAlive().toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(20, TimeUnit.SECONDS)
                .permitKeepAliveTime(5, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .handshakeTimeout(10, TimeUnit.SECONDS);
        if (tls != null) {
            builder.sslContext(tls.context());
        }
        services.forEach(builder::addService);
        builder.addService(health.getHealthService()).addService(ProtoReflectionServiceV1.newInstance());
        // The interceptor added last is outermost.
        for (int i = interceptors.size() - 1; i >= 0; i--) {
            builder.intercept(interceptors.get(i));
        }
        builder.intercept(errorMapping).intercept(requestIds).intercept(offTransportThread);
        if (first != null) {
            builder.intercept(first);
        }
        try {
            server = builder.build().start();
        } catch (IOException e) {
            throw new IOException(
                    "octavo.grpc.endpoint: " + config.endpoint() + " (expected: an address of this machine and a free"
                            + " port; give another one or stop what uses it)",
                    e);
        }
    }

    /** The port that it listens on. */
    public int port() {
        return running().getPort();
    }

    /** Says to health checks whether a service, or with an empty name the node, takes calls. */
    public void serving(String service, boolean takesCalls) {
        health.setStatus(service, takesCalls ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    }

    /** Calls running now on worker threads. */
    public int runningCalls() {
        return offTransportThread.running();
    }

    synchronized Server running() {
        if (server == null) {
            throw new IllegalStateException("the gRPC server was not started");
        }
        return server;
    }

    /** Takes no new calls, lets the running ones end for a bounded while, then cancels them. Blocks. */
    @Override
    public synchronized void close() {
        health.enterTerminalState();
        boolean interrupted = false;
        if (server != null) {
            server.shutdown();
            interrupted = !ended(server, config.drain().toMillis());
            server.shutdownNow();
            interrupted |= !ended(server, 5_000);
        }
        workers.shutdown();
        timer.shutdownNow();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits; false if it was interrupted meanwhile. */
    private static boolean ended(Server server, long millis) {
        try {
            server.awaitTermination(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** Its thread starts with the first call. */
    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, WORKER + "timer");
            thread.setDaemon(true);
            return thread;
        });
        // Most calls bring their request at once.
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    private static ThreadPoolExecutor workers(int threads) {
        AtomicInteger number = new AtomicInteger();
        // The queue is bounded by the calls that are let in, see OffTransportThread.
        ThreadPoolExecutor workers =
                new ThreadPoolExecutor(threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, WORKER + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        workers.allowCoreThreadTimeOut(true);
        return workers;
    }
}
