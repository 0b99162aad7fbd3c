package io.octavo.server.web;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.ExternalPointer;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.InvalidField;
import io.octavo.server.consumers.Fleet;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackConfig;
import io.octavo.server.fallback.NoFallback;
import io.octavo.server.housekeeping.FallbackVerification;
import io.octavo.server.housekeeping.Housekeeping;
import io.octavo.server.housekeeping.HousekeepingConfig;
import io.octavo.server.housekeeping.LogRestore;
import io.octavo.server.housekeeping.Run;
import io.octavo.server.housekeeping.RunReport;
import io.octavo.server.housekeeping.Task;
import io.octavo.server.housekeeping.TaskStatus;
import io.octavo.server.idle.IdleConfig;
import io.octavo.server.idle.IdleTopics;
import io.octavo.server.idle.InMemoryTopicUses;
import io.octavo.server.lease.InMemoryLeaseTable;
import io.octavo.server.lease.LeaseTable;
import io.octavo.server.payload.InMemoryDirectPayloads;
import io.octavo.server.payload.InMemoryObjects;
import io.octavo.server.publish.ExternalObjects;
import io.octavo.server.publish.MemoryPayloads;
import io.octavo.server.publish.PayloadIntake;
import io.octavo.server.publish.PayloadOutlet;
import io.octavo.server.publish.PublishConfig;
import io.octavo.server.publish.Publisher;
import io.octavo.server.publish.TestChecks;
import io.octavo.server.publish.TestCommits;
import io.octavo.server.publish.TopicsConfig;
import io.octavo.server.reads.Reads;
import io.octavo.server.retention.ExportedVersions;
import io.octavo.server.retention.Retention;
import io.octavo.server.retention.RetentionPolicy;
import io.octavo.server.subscribe.TestConsumers;
import io.octavo.server.tls.ServerTls;
import io.octavo.server.topic.InMemoryEpoch;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.web.NodeDirectory.Node;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.util.unit.DataSize;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** A real server on a free port of the loopback, over a log and payloads in memory. */
final class TestNode implements AutoCloseable {
    private static final TaskStatus IDLE = new TaskStatus(
            "idle",
            Duration.ofHours(1),
            "node-1",
            true,
            false,
            new RunReport("idle", Instant.EPOCH, RunReport.Outcome.DONE, 9, 3, 0, Duration.ofMillis(1500), null),
            null,
            null,
            "topics that nobody uses: 3");

    private static final AtomicInteger TOPICS = new AtomicInteger();

    private final ConfigurableApplicationContext context;

    private TestNode(ConfigurableApplicationContext context) {
        this.context = context;
    }

    static TestNode start() {
        return start(Wiring.class);
    }

    /** One with other settings. */
    static TestNode configured(String... more) {
        return start(new SpringApplication(Wiring.class), more);
    }

    /** Starts a server that has more than {@link Wiring}. */
    static TestNode start(Class<?>... wiring) {
        return start(new SpringApplication(wiring));
    }

    /** One that speaks TLS. */
    static TestNode start(ServerTls tls) {
        SpringApplication application = new SpringApplication(Wiring.class, TlsApi.class);
        application.addInitializers(
                context -> ((GenericApplicationContext) context).registerBean(ServerTls.class, () -> tls));
        return start(application);
    }

    private static TestNode start(SpringApplication application, String... more) {
        application.setBannerMode(Banner.Mode.OFF);
        application.setRegisterShutdownHook(false);
        List<String> arguments = new ArrayList<>(List.of(
                "--server.port=0",
                "--server.address=" + InetAddress.getLoopbackAddress().getHostAddress(),
                "--logging.level.root=WARN"));
        arguments.addAll(List.of(more));
        return new TestNode(application.run(arguments.toArray(String[]::new)));
    }

    Http http() {
        return new Http(URI.create("http://" + InetAddress.getLoopbackAddress().getHostAddress() + ":" + port()));
    }

    int port() {
        return Integer.parseInt(requireNonNull(context.getEnvironment().getProperty("local.server.port")));
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    <T> T bean(String name, Class<T> type) {
        return context.getBean(name, type);
    }

    MemoryPayloads payloads() {
        return context.getBean(MemoryPayloads.class);
    }

    InMemoryTopicLog log() {
        return context.getBean(InMemoryTopicLog.class);
    }

    TestConsumers consumers() {
        return context.getBean(TestConsumers.class);
    }

    TopicCommits commits() {
        return context.getBean(TopicCommits.class);
    }

    /** All methods and addresses of the API that are served. */
    Set<String> addresses() {
        Set<String> addresses = new TreeSet<>();
        mappings().forEach((mapping, handler) -> {
            if (handler.getBeanType().getName().startsWith("io.octavo.")) {
                mapping.getPatternValues()
                        .forEach(path -> mapping.getMethodsCondition()
                                .getMethods()
                                .forEach(method -> addresses.add(method + " " + path)));
            }
        });
        return addresses;
    }

    /** What the controllers answer to. */
    Map<RequestMappingInfo, HandlerMethod> mappings() {
        return context.getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods();
    }

    /** Has this asked instead of the payloads in memory, until it is set back. */
    void intake(PayloadIntake intake) {
        context.getBean(Switch.class).intake = intake;
    }

    void outlet(PayloadOutlet outlet) {
        context.getBean(Switch.class).outlet = outlet;
    }

    /** Has another node take the lease of a task. */
    void leadElsewhere(String task, LeaseTable.Row row) {
        InMemoryLeaseTable leases = context.getBean(InMemoryLeaseTable.class);
        while (!row.equals(leases.replace(task, leases.read(task), row))) {
            Thread.onSpinWait();
        }
    }

    /** A name that no other test uses. */
    static String newTopic() {
        return "topic-" + TOPICS.incrementAndGet();
    }

    @Override
    public void close() {
        context.close();
    }

    /** Which payloads are asked. */
    static final class Switch {
        private volatile PayloadIntake intake;
        private volatile PayloadOutlet outlet;

        Switch(MemoryPayloads payloads) {
            intake = payloads;
            outlet = payloads;
        }
    }

    /** Looks at two things and puts one in order. */
    private static final class Tidying implements Task {
        @Override
        public String name() {
            return "tidy";
        }

        @Override
        public Duration interval() {
            return Duration.ofHours(1);
        }

        @Override
        public void run(Run run) {
            run.examined();
            run.examined();
            run.done();
        }
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({WebConfiguration.class, ReadApi.class, AdminApi.class, HousekeepingApi.class})
    static class Wiring {
        @Bean
        InstantSource clock() {
            return InstantSource.system();
        }

        @Bean
        InMemoryTopicLog topicLog(InstantSource clock) {
            return new InMemoryTopicLog(clock);
        }

        @Bean
        ExternalObjects externalObjects() {
            return (locations, announced, checks) -> {
                if (!locations.get(0).getBucket().equals("outside")) {
                    throw new InvalidField(
                            "locations[0].bucket", locations.get(0).getBucket(), "outside");
                }
                return Part.newBuilder()
                        .setSize(requireNonNull(announced.size()))
                        .setSha256(announced.sha256())
                        .setExternal(ExternalPointer.newBuilder().addAllLocations(locations))
                        .build();
            };
        }

        @Bean
        MemoryPayloads payloads() {
            return new MemoryPayloads();
        }

        @Bean
        Switch payloadSwitch(MemoryPayloads payloads) {
            return new Switch(payloads);
        }

        @Bean
        TopicCommits commits(InMemoryTopicLog log) {
            return TestCommits.of(log, Duration.ofSeconds(5));
        }

        @Bean
        TestConsumers consumers(InMemoryTopicLog log) {
            return new TestConsumers(log::forEachHead);
        }

        @Bean
        Fleet fleet(TestConsumers consumers) {
            return new Fleet(consumers, List::of, () -> 1, new SimpleMeterRegistry());
        }

        @Bean
        Publisher publisher(InMemoryTopicLog log, TopicCommits commits, Switch payloads) {
            PayloadIntake intake = new PayloadIntake() {
                @Override
                public Stored store(String topic, InputStream body, Announced announced) {
                    return payloads.intake.store(topic, body, announced);
                }

                @Override
                public void discard(Stored stored) {
                    payloads.intake.discard(stored);
                }
            };
            PublishConfig config = new PublishConfig(64, Duration.ofSeconds(5));
            return new Publisher(log, commits, intake, config, new TopicsConfig(true), TestChecks.CHECKS);
        }

        @Bean
        PayloadOutlet outlet(Switch payloads) {
            return (part, offset, length) -> payloads.outlet.open(part, offset, length);
        }

        @Bean
        Reads reads(InMemoryTopicLog log) {
            return new Reads(log, topic -> log.head(topic, Read.LOCAL), head -> {}, new SimpleMeterRegistry());
        }

        @Bean
        Latest latest(Reads reads) {
            return Latest.of(reads.explicit());
        }

        @Bean
        Retention retention(InMemoryTopicLog log) {
            RetentionPolicy policy = new RetentionPolicy(2, Duration.ZERO, Duration.ofHours(1));
            return new Retention(
                    log,
                    policy,
                    topic -> Set.of(),
                    ExportedVersions.NONE,
                    () -> Instant.now().plus(Duration.ofHours(2)));
        }

        @Bean
        InMemoryTopicUses topicUses() {
            return new InMemoryTopicUses();
        }

        /** A hundred days from now; nothing is idle until a test says that it is known who consumes what. */
        @Bean
        IdleTopics idleTopics(InMemoryTopicLog log, InMemoryTopicUses uses) {
            IdleConfig config =
                    new IdleConfig(Duration.ofHours(1), Duration.ofDays(90), Duration.ofDays(30), Duration.ofDays(30));
            return new IdleTopics(log, uses, config, () -> Instant.now().plus(Duration.ofDays(100)));
        }

        @Bean
        HeldByTests heldByTests(InMemoryTopicLog log) {
            return new HeldByTests(log);
        }

        @Bean
        TopicIndex topicIndex(InMemoryTopicLog log) {
            return (part, owner, after, limit) -> {
                List<TopicHead> heads = new ArrayList<>();
                log.forEachHead(heads::add);
                return heads.stream()
                        .filter(head -> !head.hasDeletion())
                        .filter(head -> head.getTopic().contains(part))
                        .filter(head ->
                                owner == null || owner.equals(head.getSettings().getOwner()))
                        .filter(head -> head.getTopic().compareTo(after) > 0)
                        .sorted(Comparator.comparing(TopicHead::getTopic))
                        .limit(limit)
                        .toList();
            };
        }

        @Bean
        InMemoryLeaseTable leases() {
            return new InMemoryLeaseTable();
        }

        @Bean(initMethod = "start")
        Housekeeping housekeeping(InMemoryLeaseTable leases) {
            HousekeepingConfig config = new HousekeepingConfig(
                    Duration.ofSeconds(2),
                    Duration.ofMillis(100),
                    Duration.ofMinutes(1),
                    new HousekeepingConfig.Expiry(Duration.ofSeconds(1), Duration.ofMinutes(1)),
                    new HousekeepingConfig.Sweep(
                            Duration.ofSeconds(1),
                            Duration.ofMinutes(1),
                            10,
                            Duration.ofHours(24),
                            100,
                            Duration.ofDays(400)),
                    new HousekeepingConfig.Repair(
                            Duration.ofSeconds(1), Duration.ofHours(24), 50, DataSize.ofMegabytes(64)),
                    new HousekeepingConfig.Export(
                            Duration.ofSeconds(5),
                            Duration.ofMinutes(10),
                            Duration.ofMinutes(10),
                            1000,
                            Duration.ofSeconds(30)));
            return new Housekeeping(
                    List.of(new Tidying()),
                    leases,
                    "node-1",
                    config,
                    () -> {},
                    InstantSource.system(),
                    System::nanoTime,
                    new Random(),
                    new SimpleMeterRegistry());
        }

        @Bean
        FallbackVerification fallbackVerification(InMemoryTopicLog log, InstantSource clock) {
            return new FallbackVerification(
                    log,
                    new FallbackCache(List.of(new InMemoryObjects("eu", clock)), new FallbackConfig("fallback", 2)),
                    () -> clock.instant().plusSeconds(3600));
        }

        @Bean
        LogRestore logRestore(InMemoryTopicLog log, TopicCommits commits, InstantSource clock) {
            return new LogRestore(
                    log, new InMemoryEpoch(1), commits, NoFallback.cache(), new InMemoryDirectPayloads(), clock);
        }

        @Bean(destroyMethod = "shutdownNow")
        ExecutorService checks() {
            return Executors.newFixedThreadPool(5);
        }

        @Bean
        StatusBoard status(ExecutorService checks) {
            Installation installation = new Installation(
                    "test",
                    "1.2.3",
                    () -> true,
                    () -> new Installation.Cache(3, Duration.ofMillis(700), true, false, 0),
                    () -> List.of(IDLE),
                    List::of);
            return new StatusBoard(
                    installation,
                    () -> List.of(new Node(
                            "node-1",
                            List.of("publish"),
                            "eu",
                            "http://node-1",
                            "node-1:9090",
                            Instant.EPOCH,
                            Instant.EPOCH)),
                    () -> List.of(new Leaders.Leader("sweep", "node-1", Instant.EPOCH)),
                    () -> List.of(
                            new FallbackAges.Age("eu", Duration.ofSeconds(4), null),
                            new FallbackAges.Age("us", null, "away")),
                    List.of(
                            Checks.of("cassandra", true, () -> {}),
                            Checks.of("s3:eu", false, Checks.never(new CountDownLatch(1)))),
                    checks,
                    System::nanoTime);
        }
    }
}
