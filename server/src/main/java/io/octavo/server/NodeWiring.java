package io.octavo.server;

import io.grpc.BindableService;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.server.cassandra.CassandraStore;
import io.octavo.server.grpc.GrpcConfig;
import io.octavo.server.grpc.GrpcErrors;
import io.octavo.server.grpc.GrpcServer;
import io.octavo.server.grpc.GrpcTls;
import io.octavo.server.grpc.RequestIds;
import io.octavo.server.nodes.Membership;
import io.octavo.server.nodes.NodeTable;
import io.octavo.server.payload.Payloads;
import io.octavo.server.payload.RegionsConfig;
import io.octavo.server.publish.Callers;
import io.octavo.server.publish.PayloadOutlet;
import io.octavo.server.subscribe.HeadCache;
import io.octavo.server.subscribe.SubscribeRole;
import io.octavo.server.tls.ServerTls;
import io.octavo.server.tls.TlsConfig;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.web.Installation;
import io.octavo.server.web.Latest;
import io.octavo.server.web.NodeDirectory;
import io.octavo.server.web.ReadApi;
import io.octavo.server.web.StatusBoard;
import io.octavo.server.web.StoreCheck;
import io.octavo.server.web.WebConfiguration;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What every node has: its place among the others, its servers, its status. */
@Configuration(proxyBeanMethods = false)
@Import({WebConfiguration.class, ReadApi.class})
class NodeWiring {
    private static final Duration NEVER = Duration.ofDays(365);

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
            GrpcConfig config, List<BindableService> services, GrpcErrors errors, ObjectProvider<ServerTls> tls) {
        Set<String> onTransport = SubscribeRole.ON_TRANSPORT;
        ServerTls files = tls.getIfAvailable();
        return new GrpcLifecycle(new GrpcServer(
                config,
                services,
                onTransport,
                List.of(new Callers()),
                errors,
                files == null ? null : GrpcTls.of(files)));
    }

    @Bean
    PayloadOutlet payloadOutlet(Payloads payloads) {
        return payloads::open;
    }

    @Bean
    Latest latest(TopicLog log, ObjectProvider<SubscribeRole> subscribe) {
        SubscribeRole role = subscribe.getIfAvailable();
        return role == null ? Latest.of(log) : role.cache()::loadedHead;
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

    @Bean
    StatusBoard statusBoard(
            OctavoConfig octavo,
            NodeDirectory directory,
            List<StoreCheck> checks,
            Readiness readiness,
            ObjectProvider<SubscribeRole> subscribe) {
        SubscribeRole role = subscribe.getIfAvailable();
        Installation installation = new Installation(
                octavo.environment(),
                Version.OF_THIS_SOFTWARE,
                readiness::isReady,
                () -> role == null ? null : state(role.cache()));
        return new StatusBoard(
                installation,
                directory,
                checks,
                Executors.newFixedThreadPool(checks.size() + 1, work -> {
                    Thread thread = new Thread(work, "octavo-status");
                    thread.setDaemon(true);
                    return thread;
                }),
                System::nanoTime);
    }

    private static Installation.Cache state(HeadCache cache) {
        Duration age = cache.age();
        return new Installation.Cache(cache.size(), age == null ? NEVER : age, cache.ready());
    }
}
