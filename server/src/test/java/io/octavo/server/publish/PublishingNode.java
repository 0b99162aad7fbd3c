package io.octavo.server.publish;

import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.ServerInterceptors;
import io.grpc.stub.MetadataUtils;
import io.octavo.protocol.ExternalPointer;
import io.octavo.protocol.Part;
import io.octavo.protocol.PublishServiceGrpc;
import io.octavo.protocol.S3Location;
import io.octavo.server.grpc.GrpcErrors;
import io.octavo.server.grpc.GrpcFixture;
import io.octavo.server.payload.TestUploads;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.TopicCommits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/** The publish service of a node on a loopback port, its stores in memory. */
final class PublishingNode implements AutoCloseable {
    final Arrivals arrivals = new Arrivals(
            new ArrivalConfig(DataSize.ofBytes(0), Duration.ofSeconds(30), Duration.ZERO, Duration.ofSeconds(4)),
            System::nanoTime);

    final InMemoryTopicLog log = new InMemoryTopicLog(InstantSource.system());
    final MemoryPayloads payloads = new MemoryPayloads();
    final WatchedIntake intake = new WatchedIntake();
    final ThreadPoolExecutor workers = new ThreadPoolExecutor(0, 2, 1, TimeUnit.SECONDS, new SynchronousQueue<>());
    final AtomicInteger looks = new AtomicInteger();
    private final GrpcFixture fixture;

    PublishingNode() {
        this(Duration.ofSeconds(1));
    }

    /** @param idleTimeout how long a publish may send nothing before it is given up */
    PublishingNode(Duration idleTimeout) {
        PublishConfig config = new PublishConfig(8, idleTimeout);
        TopicCommits commits = TestCommits.of(log, Duration.ofSeconds(5));
        Publisher publisher = new Publisher(log, commits, intake, config, new TopicsConfig(true), TestChecks.CHECKS);
        GrpcPublish service = new GrpcPublish(
                publisher,
                uploader(publisher),
                this::look,
                log,
                commits,
                TestCommits.uncounted(commits),
                workers,
                config,
                arrivals,
                new GrpcErrors(() -> "id")::status);
        BindableService behindCallers = () -> ServerInterceptors.intercept(service, new Callers(Set.of()));
        try {
            fixture = GrpcFixture.of(List.of(behindCallers), Set.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Uploader uploader(Publisher publisher) {
        InstantSource clock = InstantSource.system();
        return new Uploader(publisher, log, new TestUploads(clock).node(), clock);
    }

    @Override
    public void close() {
        fixture.close();
        workers.shutdownNow();
    }

    PublishServiceGrpc.PublishServiceBlockingStub stub() {
        return PublishServiceGrpc.newBlockingStub(channel()).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    /** Begins a publish. */
    PublishStream call() {
        return new PublishStream(channel());
    }

    PublishStream call(String who) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("octavo-who", Metadata.ASCII_STRING_MARSHALLER), who);
        return new PublishStream(
                ClientInterceptors.intercept(channel(), MetadataUtils.newAttachHeadersInterceptor(headers)));
    }

    Channel channel() {
        return fixture.channel();
    }

    private Part look(
            List<S3Location> locations,
            PayloadIntake.Announced announced,
            @Nullable UnaryOperator<InputStream> checks) {
        looks.incrementAndGet();
        Long size = announced.size();
        return Part.newBuilder()
                .setSize(size == null ? 0 : size)
                .setSha256(announced.sha256())
                .setExternal(ExternalPointer.newBuilder().addAllLocations(locations))
                .build();
    }

    /** Tells when a payload begins and how one that fails ends. */
    final class WatchedIntake implements PayloadIntake {
        final BlockingQueue<String> beginnings = new LinkedBlockingQueue<>();
        final BlockingQueue<String> endings = new LinkedBlockingQueue<>();

        @Override
        public Stored store(String topic, InputStream body, Announced announced) {
            beginnings.add(topic);
            try {
                return payloads.store(topic, body, announced);
            } catch (RuntimeException e) {
                endings.add(String.valueOf(e.getMessage()));
                throw e;
            }
        }

        @Override
        public void discard(Stored stored) {
            payloads.discard(stored);
        }
    }
}
