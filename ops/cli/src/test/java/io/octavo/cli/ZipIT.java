package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The zip that the build made, unpacked and run as its users do. */
class ZipIT {
    private static final Path ZIP = Path.of("target/octavo-cli.zip").toAbsolutePath();

    @TempDir
    Path folder = Path.of("");

    private final TestServer server =
            new TestServer().on("GET /api/v1/topics", TestServer.json(200, "{\"topics\":[]}"));
    private Path program = Path.of("");

    /** What became of a run. */
    record Ended(int status, String out, String err) {}

    @BeforeEach
    void unpack() throws IOException {
        Path to = Files.createDirectory(folder.resolve("some where"));
        try (FileSystem zip = FileSystems.newFileSystem(ZIP, Map.of("enablePosixFileAttributes", "true"));
                Stream<Path> entries = Files.walk(zip.getPath("/octavo-cli"))) {
            for (Path entry : entries.toList()) {
                Path target = to.resolve(entry.toString().substring(1));
                Files.copy(entry, target, StandardCopyOption.COPY_ATTRIBUTES);
                Files.setPosixFilePermissions(target, Files.getPosixFilePermissions(entry));
            }
        }
        program = to.resolve("octavo-cli/bin/octavo");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Path cache() {
        return folder.resolve("cache");
    }

    private Ended run(Map<String, String> environment, Path command, String... words) throws Exception {
        Path out = Files.createTempFile(folder, "run", ".out");
        Path err = Files.createTempFile(folder, "run", ".err");
        List<String> all = new ArrayList<>(List.of(command.toString()));
        all.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(all)
                .directory(folder.toFile())
                .redirectInput(
                        Files.writeString(folder.resolve("input"), "payload").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("OCTAVO_") || name.startsWith("JAVA_") || name.startsWith("_JAVA"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("XDG_CACHE_HOME", cache().toString());
        builder.environment().put("OCTAVO_SERVER", server.address());
        builder.environment().putAll(environment);
        Process process = builder.start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertThat(ended).isTrue();
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private Ended run(String... words) throws Exception {
        return run(Map.of(), program, words);
    }

    /** A path with the tools that a script needs, and no Java. */
    private String toolsOnly() throws IOException {
        Path tools = Files.createDirectories(folder.resolve("tools"));
        for (String tool :
                List.of("sh", "dirname", "readlink", "sed", "head", "ls", "cksum", "find", "mkdir", "mv", "rm")) {
            Path bin = Path.of("/bin", tool);
            Files.createSymbolicLink(tools.resolve(tool), Files.exists(bin) ? bin : Path.of("/usr/bin", tool));
        }
        return tools.toString();
    }

    private List<String> archives() throws IOException {
        if (!Files.exists(cache())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(cache().resolve("octavo"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void runsFromAnywhereAndThroughLinks() throws Exception {
        assertThat(program).isExecutable();
        Ended version = run("--version");
        assertThat(version).isEqualTo(new Ended(0, version.out(), ""));
        assertThat(version.out()).matches("octavo [0-9]+\\.[0-9]+\\.[0-9]+.*\n");
        Path relative = Files.createSymbolicLink(folder.resolve("other"), folder.relativize(program));
        Path link = Files.createSymbolicLink(folder.resolve("octavo"), Path.of("other"));
        assertThat(run(Map.of(), link, "--version")).isEqualTo(version);
        assertThat(relative).isSymbolicLink();
    }

    @Test
    void theFirstRunKeepsClassDataThatLaterOnesUse() throws Exception {
        // Java archives no classes of a jar whose path has a blank; everything else here runs from such a path.
        Path plain = Files.move(folder.resolve("some where"), folder.resolve("somewhere"));
        program = plain.resolve("octavo-cli/bin/octavo");
        assertThat(run("topics", "--json")).isEqualTo(new Ended(0, "{\"topics\":[]}\n", ""));
        List<String> archives = archives();
        assertThat(archives).singleElement().asString().startsWith("cli-").endsWith(".jsa");
        assertThat(server.requests()).hasSize(1);

        Ended seen =
                run(Map.of("_JAVA_OPTIONS", "-Xlog:class+load:file=" + folder.resolve("loaded")), program, "topics");
        assertThat(seen.status()).isZero();
        assertThat(Files.readString(folder.resolve("loaded")))
                .contains("io.octavo.cli.TopicsCommand source: shared objects file");
        assertThat(archives()).isEqualTo(archives);
    }

    @Test
    void aBrokenArchiveOrNoPlaceForOneIsNoMatter() throws Exception {
        assertThat(run("--version").status()).isZero();
        Files.write(cache().resolve("octavo").resolve(archives().get(0)), new byte[1000]);
        assertThat(run("topics", "--json")).isEqualTo(new Ended(0, "{\"topics\":[]}\n", ""));
        assertThat(run(Map.of("XDG_CACHE_HOME", "/dev/null"), program, "topics", "--json"))
                .isEqualTo(new Ended(0, "{\"topics\":[]}\n", ""));
    }

    @Test
    void standardInputAndExitStatusesArePassedOn() throws Exception {
        server.on("POST /api/v1/topics/prices/versions", TestServer.problem(409, "VERSION_CONFLICT", "newer"));
        assertThat(run("publish", "prices", "-").status()).isEqualTo(1);
        assertThat(server.request("POST").bodyText()).isEqualTo("payload");
        assertThat(run("publsh").status()).isEqualTo(2);
    }

    @Test
    void withoutAJavaThatWillDoItSaysSo() throws Exception {
        String line = "octavo: Java: none found (expected: a Java 17 or newer in JAVA_HOME or on the path)\n";
        String tools = toolsOnly();
        Map<String, String> none = Map.of("PATH", tools, "JAVA_HOME", "");
        assertThat(run(none, program, "topics")).isEqualTo(new Ended(1, "", line));

        Path old = folder.resolve("old");
        Files.createDirectories(old.resolve("bin"));
        Files.createSymbolicLink(old.resolve("bin/java"), Path.of("/bin/false"));
        for (String version : new String[] {"1.8.0_402", "11.0.2", "16"}) {
            Files.writeString(
                    old.resolve("release"),
                    "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n",
                    StandardCharsets.UTF_8);
            Map<String, String> tooOld = Map.of("PATH", tools, "JAVA_HOME", old.toString());
            assertThat(run(tooOld, program, "topics")).as(version).isEqualTo(new Ended(1, "", line));
        }
        Path java = Path.of(System.getProperty("java.home"), "bin/java");
        Files.createSymbolicLink(folder.resolve("tools/java"), java);
        assertThat(run(Map.of("PATH", tools, "JAVA_HOME", old.toString()), program, "topics")
                        .status())
                .as("the path's Java, for JAVA_HOME's is too old")
                .isZero();
    }
}
