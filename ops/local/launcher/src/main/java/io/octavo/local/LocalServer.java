package io.octavo.local;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The Octavo server over a {@link LocalCassandra} and a {@link LocalS3}, as a child process. */
final class LocalServer extends LocalService {
    /** Options of the server's JVM, separated by blanks; they stand after the launcher's own. */
    static final String JAVA_OPTIONS = "OCTAVO_SERVER_JAVA_OPTS";

    /** Means the launcher, the script, the command line or tests, not the server. */
    private static final List<String> NOT_FOR_THE_SERVER = List.of(
            JAVA_OPTIONS,
            Jdk17.VARIABLE,
            "OCTAVO_JAVA25_HOME",
            "OCTAVO_NO_BUILD",
            "OCTAVO_SERVER",
            "OCTAVO_TOKEN",
            "OCTAVO_CA",
            "OCTAVO_TEST_SERVER",
            "OCTAVO_TEST_TOKEN");

    private static final Pattern CHOICE_OF_COLLECTOR = Pattern.compile("-XX:\\+Use\\w+GC\\b");
    private static final int ENDED_BY_SIGTERM = 143;
    private static final Duration STOP_BOUND = Duration.ofSeconds(20);

    private final Path folder;
    private final Path log;
    private final Path jar;
    private final UpOptions options;
    private final LocalCassandra cassandra;
    private final LocalS3 s3;
    private final Map<String, String> environment;
    private @Nullable ClassDataArchive archive;

    LocalServer(
            DataFolder data,
            Path jar,
            UpOptions options,
            LocalCassandra cassandra,
            LocalS3 s3,
            Map<String, String> environment) {
        super("server");
        this.folder = data.resolve("server");
        this.log = data.resolve("logs/server.log");
        this.jar = jar;
        this.options = options;
        this.cassandra = cassandra;
        this.s3 = s3;
        this.environment = Map.copyOf(environment);
    }

    @Override
    Launch prepare() throws IOException {
        Path tmp = Folders.empty(folder.resolve("tmp"));
        Files.createDirectories(folder);
        List<Path> classPath =
                List.of(UnpackedServer.of(jar, folder.resolve("jars")).jar(), LeashJar.in(folder));
        ClassDataArchive current = ClassDataArchive.of(folder, JavaCommand.runningJava(), classPath);
        archive = current;
        List<String> command = JavaCommand.running()
                .options("-Xmx256m", "-XX:+ExitOnOutOfMemoryError", "-Xshare:auto", current.option())
                .property("java.io.tmpdir", tmp)
                .options(collector())
                .options(words(environment.getOrDefault(JAVA_OPTIONS, "")))
                .lock(folder.resolve("lock"))
                .main(classPath, "io.octavo.server.OctavoServer", arguments());
        URI status = URI.create("http://127.0.0.1:" + options.httpPort() + "/api/v1/status");
        return new Launch(name(), command, childEnvironment(), folder, log, () -> Probes.status(status), STOP_BOUND);
    }

    /** The one for small heaps, unless somebody has chosen another: there can be only one. */
    private List<String> collector() {
        boolean isChosen = CHOICE_OF_COLLECTOR
                .matcher(environment.getOrDefault(JAVA_OPTIONS, ""))
                .find();
        return isChosen ? List.of() : List.of("-XX:+UseSerialGC");
    }

    private List<String> arguments() {
        return List.of(
                "--server.address=127.0.0.1",
                "--server.port=" + options.httpPort(),
                "--octavo.grpc.endpoint=127.0.0.1:" + options.grpcPort(),
                "--octavo.roles=" + options.roles(),
                "--octavo.environment=local",
                "--octavo.cassandra.contact-points=127.0.0.1:" + cassandra.port(),
                "--octavo.cassandra.local-datacenter=" + LocalCassandra.DATACENTRE,
                "--octavo.cassandra.replication=1",
                "--octavo.payload.create-buckets=true");
    }

    private Map<String, String> childEnvironment() {
        Map<String, String> child = new HashMap<>(environment);
        NOT_FOR_THE_SERVER.forEach(child::remove);
        // All of a list's keys come from one source, and secrets only from the environment.
        child.put("OCTAVO_REGIONS_0_NAME", "local");
        child.put("OCTAVO_REGIONS_0_S3_ENDPOINT", s3.endpoint().toString());
        child.put("OCTAVO_REGIONS_0_S3_BUCKET", "octavo");
        child.put("OCTAVO_REGIONS_0_S3_ACCESSKEY", s3.accessKey());
        child.put("OCTAVO_REGIONS_0_S3_SECRETKEY", s3.secretKey());
        return child;
    }

    @Override
    void stopped(int exitStatus) throws IOException {
        if (archive != null && exitStatus == ENDED_BY_SIGTERM) {
            archive.keep();
        }
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }
}
