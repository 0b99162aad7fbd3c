package io.octavo.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A real Cassandra of one node (datacentre {@value #DATACENTRE}, Paxos v2, batch commit log) on loopback, as a child
 * process with its data in one folder. Ready about 3 s after its start, 6 s at the first ever in a checkout; stops in
 * about 3 s. Needs a Java 17 and the jars that the build put under {@code ops/local/cassandra/target}.
 */
public final class LocalCassandra extends LocalService {
    /** The name of its datacentre. */
    public static final String DATACENTRE = "dc1";

    private static final int ENDED_BY_SIGTERM = 143;
    private static final Duration STOP_BOUND = Duration.ofSeconds(20);

    private final Path folder;
    private final Path log;
    private final int cqlPort;
    private final int storagePort;
    private final Path java;
    private final List<Path> jars;
    private final Map<String, String> settings;
    private final Map<String, String> properties;
    private @Nullable ClassDataArchive archive;

    LocalCassandra(Path folder, Path log, int cqlPort, int storagePort, Path java, Checkout checkout) {
        this(folder, log, cqlPort, storagePort, java, checkout, Map.of(), Map.of());
    }

    private LocalCassandra(
            Path folder,
            Path log,
            int cqlPort,
            int storagePort,
            Path java,
            Checkout checkout,
            Map<String, String> settings,
            Map<String, String> properties) {
        super("cassandra");
        this.settings = Map.copyOf(settings);
        this.properties = Map.copyOf(properties);
        this.folder = folder.toAbsolutePath();
        this.log = log.toAbsolutePath();
        this.cqlPort = cqlPort;
        this.storagePort = storagePort;
        this.java = java;
        this.jars = Checkout.classPath(checkout.cassandra());
    }

    /**
     * Starts one on free ports, with data and log in {@code folder}, made if it is absent. Returns before it serves:
     * {@link #awaitReady} comes next.
     */
    public static LocalCassandra start(Path folder) {
        return start(folder, Map.of());
    }

    /** As {@link #start(Path)}, with further settings of {@code cassandra.yaml}. */
    public static LocalCassandra start(Path folder, Map<String, String> settings) {
        return start(folder, settings, Map.of());
    }

    /** As {@link #start(Path, Map)}, with further properties of its JVM. */
    public static LocalCassandra start(Path folder, Map<String, String> settings, Map<String, String> properties) {
        LocalCassandra cassandra = new LocalCassandra(
                folder,
                folder.resolve("cassandra.log"),
                Ports.free(),
                Ports.free(),
                Jdk17.here().java(),
                Checkout.find(),
                settings,
                properties);
        cassandra.start();
        return cassandra;
    }

    /** The loopback port of CQL; the same after a restart. */
    public int port() {
        return cqlPort;
    }

    @Override
    Launch prepare() throws IOException {
        Path conf = Files.createDirectories(folder.resolve("conf"));
        Path tmp = Folders.empty(folder.resolve("tmp"));
        // Shared by all data folders of a checkout: a test's Cassandra starts as fast as the one of "up".
        Path shared = jars.get(0).resolveSibling("../class-data").normalize();
        List<Path> classPath = new ArrayList<>(jars);
        classPath.add(LeashJar.in(shared));
        ClassDataArchive current = ClassDataArchive.of(shared, java, classPath);
        archive = current;
        write(conf);
        JavaCommand jvm = new JavaCommand(java);
        properties.forEach(jvm::property);
        List<String> command = jvm.options("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
                .options("-XX:+ExitOnOutOfMemoryError", "-Xshare:auto", current.option())
                .options(Template.resource("cassandra-jvm.options")
                        .text()
                        .lines()
                        .toList())
                .property("cassandra.skip_wait_for_gossip_to_settle", 0)
                .property("cassandra.superuser_setup_delay_ms", 0)
                .property("cassandra.shutdown_announce_in_ms", 0)
                .property("cassandra.ring_delay_ms", 0)
                .property("cassandra.config", conf.resolve("cassandra.yaml").toUri())
                .property(
                        "cassandra-rackdc.properties",
                        conf.resolve("rackdc.properties").toUri())
                .property("cassandra.storagedir", folder)
                .property("cassandra.logdir", folder)
                .property("logback.configurationFile", conf.resolve("logback.xml"))
                .property("cassandra-foreground", "yes")
                .property("java.io.tmpdir", tmp)
                .lock(folder.resolve("lock"))
                .main(classPath, "org.apache.cassandra.service.CassandraDaemon", List.of());
        return new Launch(name(), command, System.getenv(), folder, log, () -> Probes.cql(cqlPort), STOP_BOUND);
    }

    private void write(Path conf) throws IOException {
        String yaml = Template.resource("cassandra.yaml")
                .with(Map.of(
                        "DIR", folder.toString().replace("\\", "\\\\").replace("\"", "\\\""),
                        "STORAGE_PORT", Integer.toString(storagePort),
                        "CQL_PORT", Integer.toString(cqlPort)));
        StringBuilder all = new StringBuilder(yaml);
        settings.forEach(
                (name, value) -> all.append(name).append(": ").append(value).append('\n'));
        Files.writeString(conf.resolve("cassandra.yaml"), all);
        Files.writeString(conf.resolve("rackdc.properties"), "dc=" + DATACENTRE + "\nrack=r1\n");
        Files.writeString(
                conf.resolve("logback.xml"), Template.resource("logback.xml").text());
    }

    @Override
    void stopped(int exitStatus) throws IOException {
        if (archive != null && exitStatus == ENDED_BY_SIGTERM) {
            archive.keep();
        }
    }
}
