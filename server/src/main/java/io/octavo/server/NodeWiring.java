package io.octavo.server;

import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.server.cassandra.CassandraStore;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.grpc.GrpcConfig;
import io.octavo.server.grpc.GrpcErrors;
import io.octavo.server.grpc.GrpcServer;
import io.octavo.server.grpc.GrpcTls;
import io.octavo.server.grpc.RequestIds;
import io.octavo.server.housekeeping.Housekeeping;
import io.octavo.server.housekeeping.TaskStatus;
import io.octavo.server.nodes.Membership;
import io.octavo.server.nodes.NodeTable;
import io.octavo.server.nodes.SilentNodes;
import io.octavo.server.payload.Payloads;
import io.octavo.server.payload.RegionsConfig;
import io.octavo.server.publish.Callers;
import io.octavo.server.publish.PayloadOutlet;
import io.octavo.server.reads.Reads;
import io.octavo.server.security.GrpcSignIn;
import io.octavo.server.security.NodeSecret;
import io.octavo.server.security.SecurityConfig;
import io.octavo.server.subscribe.HeadCache;
import io.octavo.server.subscribe.SubscribeRole;
import io.octavo.server.tls.ServerTls;
import io.octavo.server.tls.TlsConfig;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.web.FallbackAges;
import io.octavo.server.web.Installation;
import io.octavo.server.web.Latest;
import io.octavo.server.web.Leaders;
import io.octavo.server.web.NodeDirectory;
import io.octavo.server.web.ReadApi;
import io.octavo.server.web.StatusBoard;
import io.octavo.server.web.StoreCheck;
import io.octavo.server.web.WebConfiguration;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.ConfigurableEnvironment;

/** What every node has: its place among the others, its servers, its status. */
@Configuration(proxyBeanMethods = false)
@Import({WebConfiguration.class, ReadApi.class})
class NodeWiring {
    private static final Duration NEVER = Duration.ofDays(365);

    @Bean
    static KeyCheck keyCheck(ConfigurableEnvironment environment) {
        return new KeyCheck(environment);
    }

    @Bean
    NodeTable.Node self(
            OctavoConfig octavo,
            NodeConfig node,
            GrpcConfig grpc,
            ServerProperties http,
            TlsConfig tls,
            RegionsConfig regions,
            InstantSource clock) {
        String region = node.region().isEmpty() ? regions.regions().get(0).name() : node.region();
        String host =
                http.getAddress() == null ? "127.0.0.1" : http.getAddress().getHostAddress();
        String httpAddress = node.httpAddress().isEmpty()
                ? (tls.isOn() ? "https://" : "http://") + host + ":" + http.getPort()
                : node.httpAddress();
        String grpcAddress = node.grpc(grpc.endpoint(), tls.isOn());
        return new NodeTable.Node(
                node.name().isEmpty() ? node.grpc(grpc.endpoint(), false) : node.name(),
                Role.format(octavo.roleSet()),
                region,
                httpAddress,
                grpcAddress,
                clock.instant());
    }

    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService heartbeat() {
        return Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "octavo-heartbeat");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Bean
    Membership membership(
            CassandraStore store,
            NodeTable.Node self,
            InstantSource clock,
            MeterRegistry meters,
            ScheduledExecutorService heartbeat) {
        Membership membership = new Membership(store.nodes(), self, clock, meters);
        membership.start(heartbeat);
        return membership;
    }

    @Bean
    GrpcErrors grpcErrors() {
        return new GrpcErrors(RequestIds::current);
    }

    @Bean
    GrpcLifecycle grpcLifecycle(
            GrpcConfig config,
            SecurityConfig security,
            List<BindableService> services,
            ObjectProvider<GrpcSignIn> signIn,
            GrpcErrors errors,
            ObjectProvider<ServerTls> tls) {
        Set<String> onTransport = SubscribeRole.ON_TRANSPORT;
        List<ServerInterceptor> interceptors = List.of(new NodeSecret(security), new Callers(onTransport));
        ServerTls files = tls.getIfAvailable();
        return new GrpcLifecycle(new GrpcServer(
                config,
                services,
                onTransport,
                signIn.getIfAvailable(),
                interceptors,
                errors,
                files == null ? null : GrpcTls.of(files)));
    }

    @Bean
    PayloadOutlet payloadOutlet(Payloads payloads) {
        return payloads::open;
    }

    @Bean
    Reads reads(TopicLog log, ObjectProvider<SubscribeRole> subscribe, MeterRegistry meters) {
        SubscribeRole role = subscribe.getIfAvailable();
        return role == null ? new Reads(log, topic -> null, head -> {}, meters) : role.reads();
    }

    @Bean
    Latest latest(Reads reads, ObjectProvider<SubscribeRole> subscribe) {
        SubscribeRole role = subscribe.getIfAvailable();
        return role == null ? Latest.of(reads.explicit()) : role.cache()::loadedHead;
    }

    @Bean
    NodeDirectory nodeDirectory(Membership membership) {
        return () -> membership.nodes().stream()
                .map(sighting -> new NodeDirectory.Node(
                        sighting.node().node(),
                        List.of(sighting.node().roles().split(",")),
                        sighting.node().region(),
                        sighting.node().http(),
                        sighting.node().grpcAddress(),
                        sighting.node().grpcTls(),
                        sighting.node().started(),
                        sighting.seen()))
                .toList();
    }

    /** Of nodes that are up: the lease of one that died is not taken over at once. */
    @Bean
    Leaders leaders(CassandraStore store, Membership membership) {
        return () -> {
            Set<String> up = membership.nodes().stream()
                    .map(sighting -> sighting.node().node())
                    .collect(Collectors.toSet());
            return store.leases().all().entrySet().stream()
                    .filter(lease -> up.contains(lease.getValue().holder()))
                    .map(lease -> new Leaders.Leader(
                            lease.getKey(),
                            lease.getValue().holder(),
                            Instant.ofEpochMilli(lease.getValue().sinceMillis())))
                    .sorted(Comparator.comparing(Leaders.Leader::task))
                    .toList();
        };
    }

    @Bean
    StatusBoard statusBoard(
            OctavoConfig octavo,
            NodeDirectory directory,
            Leaders leaders,
            FallbackCache fallback,
            InstantSource clock,
            List<StoreCheck> checks,
            Readiness readiness,
            ObjectProvider<SubscribeRole> subscribe,
            ObjectProvider<Housekeeping> housekeeping,
            ObjectProvider<SilentNodes> silent) {
        SubscribeRole role = subscribe.getIfAvailable();
        Installation installation = new Installation(
                octavo.environment(),
                Version.OF_THIS_SOFTWARE,
                readiness::isReady,
                () -> role == null ? null : state(role),
                () -> tasks(housekeeping.getIfAvailable()),
                () -> waitsFor(silent.getIfAvailable()));
        return new StatusBoard(
                installation,
                directory,
                leaders,
                () -> ages(fallback, clock),
                checks,
                Executors.newFixedThreadPool(checks.size() + 3, work -> {
                    Thread thread = new Thread(work, "octavo-status");
                    thread.setDaemon(true);
                    return thread;
                }),
                System::nanoTime);
    }

    private static List<TaskStatus> tasks(@Nullable Housekeeping housekeeping) {
        return housekeeping == null ? List.of() : housekeeping.tasks();
    }

    private static List<Installation.Stopped> waitsFor(@Nullable SilentNodes silent) {
        return silent == null
                ? List.of()
                : silent.all().stream()
                        .map(node -> new Installation.Stopped(
                                "retention",
                                "deletes nothing until " + node.until() + ": the subscribe node " + node.node()
                                        + " was last seen at " + node.lastSeen()
                                        + ", and may go on serving versions without being able to say which. It goes on"
                                        + " when the node is back; one that is stopped in order is not waited for"))
                        .toList();
    }

    private static List<FallbackAges.Age> ages(FallbackCache fallback, InstantSource clock) {
        return fallback.regions().stream()
                .map(region -> {
                    try {
                        Instant complete = region.completeAt();
                        Duration age = complete == null ? null : Duration.between(complete, clock.instant());
                        return new FallbackAges.Age(region.name(), age, null);
                    } catch (ServiceException e) {
                        return new FallbackAges.Age(region.name(), null, e.getMessage());
                    }
                })
                .toList();
    }

    private static Installation.Cache state(SubscribeRole role) {
        HeadCache cache = role.cache();
        Duration age = cache.age();
        return new Installation.Cache(
                cache.size(), age == null ? NEVER : age, cache.ready(), cache.isStale(), role.heldBack());
    }
}
