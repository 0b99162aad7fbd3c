package io.octavo.test;

import io.grpc.BindableService;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.TopicHead;
import io.octavo.server.consumers.Fleet;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackConfig;
import io.octavo.server.grpc.GrpcConfig;
import io.octavo.server.grpc.GrpcErrors;
import io.octavo.server.grpc.GrpcServer;
import io.octavo.server.grpc.RequestIds;
import io.octavo.server.payload.NoUploads;
import io.octavo.server.publish.ArrivalConfig;
import io.octavo.server.publish.Arrivals;
import io.octavo.server.publish.Callers;
import io.octavo.server.publish.ExternalObjects;
import io.octavo.server.publish.GrpcPublish;
import io.octavo.server.publish.LiveReaders;
import io.octavo.server.publish.PublishConfig;
import io.octavo.server.publish.Publisher;
import io.octavo.server.publish.TopicsConfig;
import io.octavo.server.publish.Uploader;
import io.octavo.server.subscribe.ConsumersConfig;
import io.octavo.server.subscribe.HeldConfig;
import io.octavo.server.subscribe.SubscribeConfig;
import io.octavo.server.subscribe.SubscribeRole;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.validation.PayloadChecks;
import io.octavo.server.validation.ValidationConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/** A node of the publish and the subscribe role over a log in memory, put together by hand. */
final class MemoryNode implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration START = Duration.ofSeconds(10);
    private static final long PAUSE_NANOS = 100_000;
    private static final PublishConfig PUBLISH = new PublishConfig(64, Duration.ofSeconds(30));

    private final InstantSource clock = InstantSource.system();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final InMemoryTopicLog log = new InMemoryTopicLog(clock);
    private final MemoryBytes bytes = new MemoryBytes();
    private final FallbackCache noFallback = new FallbackCache(List.of(), new FallbackConfig("fallback", 1));
    private final SubscribeRole subscribe = new SubscribeRole(
            log,
            log,
            bytes,
            new SubscribeConfig(
                    Duration.ofMinutes(1), DataSize.ofMegabytes(1), DataSize.ofMegabytes(32), Duration.ZERO),
            new HeldConfig(DataSize.ofMegabytes(16), 20_000, DataSize.ofMegabytes(128), DataSize.ofMegabytes(32)),
            new ConsumersConfig(DataSize.ofMegabytes(4)),
            noFallback,
            "eu",
            clock,
            new Random(),
            meters);
    private final TopicCommits commits =
            new TopicCommits(log, () -> {}, this::announce, clock, BoundedPatience.within(PATIENCE), meters);
    private final ThreadPoolExecutor workers =
            new ThreadPoolExecutor(0, PUBLISH.inFlight(), 30, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
                Thread thread = new Thread(work, "octavo-test-publish");
                thread.setDaemon(true);
                return thread;
            });
    private final GrpcErrors errors = new GrpcErrors(RequestIds::current);
    private final GrpcPublish publish = publish();
    private @Nullable GrpcServer server;
    private int port;

    InMemoryTopicLog log() {
        return log;
    }

    MemoryBytes bytes() {
        return bytes;
    }

    TopicCommits commits() {
        return commits;
    }

    synchronized String endpoint() {
        return "127.0.0.1:" + port;
    }

    void start() {
        subscribe.start();
        listen();
        long end = System.nanoTime() + START.toNanos();
        while (!subscribe.cache().ready()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("the server isn't ready after " + START);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    synchronized void listen() {
        GrpcConfig config = new GrpcConfig(
                "127.0.0.1:" + port,
                DataSize.ofMegabytes(4),
                DataSize.ofKilobytes(16),
                1000,
                1000,
                16,
                Duration.ofMinutes(1),
                Duration.ofSeconds(30),
                Duration.ofMillis(1));
        List<BindableService> services = List.of(publish, subscribe.service());
        GrpcServer made = new GrpcServer(
                config,
                services,
                SubscribeRole.ON_TRANSPORT,
                List.of(new Callers(SubscribeRole.ON_TRANSPORT)),
                errors,
                null);
        try {
            made.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server = made;
        port = made.port();
    }

    synchronized void stop() {
        GrpcServer running = server;
        server = null;
        if (running != null) {
            running.close();
        }
    }

    @Override
    public void close() {
        stop();
        subscribe.close();
        workers.shutdownNow();
        noFallback.close();
        meters.close();
    }

    private void announce(TopicHead head) {
        subscribe.hint(head);
        subscribe.reads().changed(head);
    }

    private GrpcPublish publish() {
        PayloadChecks checks = new PayloadChecks(
                new ValidationConfig(DataSize.ofMegabytes(4), DataSize.ofMegabytes(64), 2, Duration.ofSeconds(10)),
                System::nanoTime);
        Publisher publisher = new Publisher(log, commits, bytes, PUBLISH, new TopicsConfig(true), checks);
        Arrivals arrivals = new Arrivals(
                new ArrivalConfig(DataSize.ofBytes(0), Duration.ofSeconds(30), Duration.ZERO, Duration.ofHours(2)),
                System::nanoTime);
        return new GrpcPublish(
                publisher,
                new Uploader(publisher, log, NoUploads.of(clock), clock),
                ExternalObjects.NONE,
                log,
                commits,
                new LiveReaders(commits, new Fleet(subscribe.consumers(), List::of, () -> 1, meters)),
                workers,
                PUBLISH,
                arrivals,
                errors::status);
    }
}
