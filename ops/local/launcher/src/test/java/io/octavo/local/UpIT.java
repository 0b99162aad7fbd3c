package io.octavo.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.octavo.server.OctavoServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code up} with the real Cassandra and S3 store, and a fake for the server's jar. */
final class UpIT {
    private static final Duration LEASH = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private Path checkout;
    private Path data;
    private int httpPort;
    private int grpcPort;

    @BeforeEach
    void aCheckoutWithAFakeServer() throws IOException {
        checkout = Files.createDirectories(folder.resolve("checkout"));
        data = folder.resolve("data");
        httpPort = Ports.free();
        grpcPort = Ports.free();
        Files.createDirectories(checkout.resolve("ops"));
        Files.createSymbolicLink(
                checkout.resolve("ops/local"), Checkout.find().root().resolve("ops/local"));
        Path jar = Files.createDirectories(checkout.resolve("server/target")).resolve("octavo-server-1-SNAPSHOT.jar");
        String name = OctavoServer.class.getName().replace('.', '/') + ".class";
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            add(zip, "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n".getBytes(StandardCharsets.UTF_8));
            add(zip, "BOOT-INF/classpath.idx", new byte[0]);
            add(
                    zip,
                    "BOOT-INF/classes/" + name,
                    OctavoServer.class.getResourceAsStream("/" + name).readAllBytes());
        }
    }

    private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
    }

    /** JUnit warns of links out of its folder. */
    @AfterEach
    void noLink() throws IOException {
        Files.deleteIfExists(checkout.resolve("ops/local"));
    }

    private UpProcess up(Map<String, String> environment, String... jvm) throws IOException {
        return UpProcess.start(
                checkout,
                environment,
                List.of(jvm),
                "--data=" + data,
                "--http-port=" + httpPort,
                "--grpc-port=" + grpcPort);
    }

    private void assertRefused(UpProcess up, String line) throws InterruptedException {
        assertThat(up.awaitExit()).isEqualTo(1);
        assertThat(up.lines()).singleElement().asString().contains(line);
    }

    @Test
    void itServesRestartsWhatDiesAndKeepsDataThroughAKill() throws Exception {
        Path object = data.resolve("s3/objects/bucket/object");
        List<ProcessHandle> orphans;
        String ports;
        try (UpProcess first = up(Map.of("OCTAVO_TOKEN", "not for the server", "OCTAVO_NO_BUILD", "1"))) {
            first.awaitLine("Ctrl-C stops it.");
            assertThat(first.lines())
                    .anyMatch(line -> line.matches("cassandra +up in .* s +127\\.0\\.0\\.1:[0-9]+"))
                    .anyMatch(line -> line.matches("s3 +up in .* s +http://127\\.0\\.0\\.1:[0-9]+"))
                    .anyMatch(line -> line.matches("server +up in .* s +http://127\\.0\\.0\\.1:" + httpPort))
                    .anyMatch(line -> line.contains("UI        http://127.0.0.1:" + httpPort + "/ui/"))
                    .anyMatch(line -> line.contains("gRPC      127.0.0.1:" + grpcPort));
            assertServerWasToldEverything();
            assertThat(Files.getPosixFilePermissions(data.resolve("s3/keys")))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            assertRefused(up(Map.of()), "--data: " + data + " is in use by process ");

            for (ProcessHandle child : first.children()) {
                UpProcess.signal("INT", child.pid());
            }
            first.child("OctavoServer").destroyForcibly();
            first.awaitLine("server +ended with status 137.*");
            first.awaitLines("server +up in .*", 2);
            assertThat(first.lines())
                    .as("Ctrl-C is for the launcher alone")
                    .noneMatch(line -> line.matches("(cassandra|s3) +ended.*"));

            Files.createDirectories(object.getParent());
            Files.writeString(object, "kept");
            ports = Files.readString(data.resolve("ports"));
            orphans = first.children();
            assertThat(orphans).hasSize(3);
            first.signal("KILL");
            first.awaitExit();
        }
        // At once: it waits for the children of the killed one.
        try (UpProcess second = up(Map.of())) {
            await().atMost(LEASH).until(() -> orphans.stream().noneMatch(ProcessHandle::isAlive));
            second.awaitLine("Ctrl-C stops it.");
            assertThat(object).content().isEqualTo("kept");
            assertThat(data.resolve("ports")).content().isEqualTo(ports);
            List<ProcessHandle> children = second.children();
            second.signal("TERM");
            assertThat(second.awaitExit()).isEqualTo(143);
            assertThat(second.lines()).endsWith("stopped");
            assertThat(children).hasSize(3).noneMatch(ProcessHandle::isAlive);
        }
    }

    private void assertServerWasToldEverything() throws IOException {
        assertThat(Files.readString(data.resolve("logs/server.log")))
                .contains("--octavo.grpc.endpoint=127.0.0.1:" + grpcPort, "--octavo.roles=all")
                .contains("--octavo.cassandra.local-datacenter=dc1", "OCTAVO_REGIONS_0_S3_BUCKET")
                .contains("OCTAVO_REGIONS_0_S3_ACCESSKEY", "OCTAVO_REGIONS_0_S3_SECRETKEY")
                .doesNotContain("OCTAVO_TOKEN", "OCTAVO_NO_BUILD");
    }

    @Test
    void sigtermWhileItStartsLeavesNothing() throws Exception {
        try (UpProcess up = up(Map.of())) {
            await().atMost(LEASH).until(() -> up.children().size() == 2);
            List<ProcessHandle> children = up.children();
            up.signal("TERM");
            assertThat(up.awaitExit()).isEqualTo(143);
            assertThat(up.lines()).containsExactly("stopped");
            assertThat(children).noneMatch(ProcessHandle::isAlive);
        }
    }

    @Test
    void aServerThatCannotStartStopsAllWithTheReason() throws Exception {
        try (UpProcess up = up(Map.of(LocalServer.JAVA_OPTIONS, "-Xmx64m -Dfake.fails=true"))) {
            assertThat(up.awaitExit()).isEqualTo(1);
            assertThat(up.lines())
                    .anyMatch(line -> line.startsWith("server: ended with status 3; the end of " + data))
                    .anyMatch(line -> line.contains("the fake server was told to fail"))
                    .endsWith("stopped");
        }
    }

    @Test
    void whatCannotWorkIsSaidInOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(grpcPort, 1, InetAddress.getLoopbackAddress())) {
            assertRefused(up(Map.of()), "--grpc-port: " + taken.getLocalPort() + " is taken");
        }
        assertRefused(up(Map.of(Jdk17.VARIABLE, "/absent")), "OCTAVO_JAVA17_HOME: /absent (expected:");
        assertRefused(up(Map.of(), "-D" + DataFolder.FREE_PROPERTY + "=" + Long.MAX_VALUE), " MiB free on its disk");
        Files.delete(checkout.resolve("ops/local"));
        assertRefused(up(Map.of()), "ops/local/cassandra/target/dependency: missing");
        data = Files.createFile(folder.resolve("file"));
        assertRefused(up(Map.of()), "a file where a folder belongs");
        data = Path.of("/dev/full");
        assertRefused(up(Map.of()), "a file where a folder belongs");
        grpcPort = httpPort;
        assertThat(up(Map.of()).awaitExit()).isEqualTo(2);
    }
}
