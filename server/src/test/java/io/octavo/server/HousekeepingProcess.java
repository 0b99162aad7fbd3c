package io.octavo.server;

import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.server.cassandra.CassandraConfig;
import io.octavo.server.cassandra.CassandraStore;
import io.octavo.server.fallback.FallbackConfig;
import io.octavo.server.housekeeping.HousekeepingConfig;
import io.octavo.server.idle.IdleConfig;
import io.octavo.server.nodes.Membership;
import io.octavo.server.nodes.NodeTable;
import io.octavo.server.payload.PayloadConfig;
import io.octavo.server.payload.RegionsConfig;
import io.octavo.server.reads.Reads;
import io.octavo.server.retention.RetentionConfig;
import io.octavo.server.security.SecurityConfig;
import io.octavo.server.tls.TlsConfig;
import io.octavo.server.topic.TopicLog;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * A node's housekeeping as a process, wired as in the server, without the doors by which others call it: so it starts
 * in a moment. It may be told, at any time, after which step to die.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableConfigurationProperties({
    CassandraConfig.class,
    RegionsConfig.class,
    PayloadConfig.class,
    SecurityConfig.class,
    TlsConfig.class,
    HousekeepingConfig.class,
    FallbackConfig.class,
    RetentionConfig.class,
    IdleConfig.class
})
@Import({StoresWiring.class, PeersWiring.class, CommitsWiring.class, RetentionWiring.class, HousekeepingWiring.class})
public class HousekeepingProcess {
    /** The system property that names the file of {@link DyingRegistry}. */
    static final String ORDERS = "octavo.testing.orders";

    /** Runs until it dies. */
    public static void main(String[] args) throws InterruptedException {
        SpringApplication application = new SpringApplication(HousekeepingProcess.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.run(args);
        new CountDownLatch(1).await();
    }

    @Bean
    MeterRegistry meters() {
        return new DyingRegistry(Path.of(System.getProperty(ORDERS)));
    }

    @Bean
    NodeTable.Node self(InstantSource clock) {
        String name = "housekeeping-" + ProcessHandle.current().pid();
        return new NodeTable.Node(name, "housekeeping", "eu", "http://127.0.0.1:1", "127.0.0.1:1", clock.instant());
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
    Reads reads(TopicLog log, MeterRegistry meters) {
        return new Reads(log, topic -> null, head -> {}, meters);
    }
}
