package io.octavo.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code octavo} in a small checkout, with a Maven and a Java that only say how they were called. */
final class ScriptIT {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final String UP = "java -XX:TieredStopAtLevel=1 .* io\\.octavo\\.local\\.Up --data x in .*";
    private static final String CLI = "java -XX:\\+UseSerialGC .* io\\.octavo\\.cli\\.Octavo topics in .*";

    @TempDir
    Path folder;

    private Path root;
    private Path jdk;
    private Path tools;

    @BeforeEach
    void aCheckout() throws IOException {
        Path real = Checkout.find().root();
        root = Files.createDirectories(folder.toRealPath().resolve("check out"));
        Files.createDirectories(root.resolve("ops/local"));
        for (String file : List.of("octavo", "ops/local/java.sh", "ops/local/build.sh", "ops/local/test.sh")) {
            Files.copy(real.resolve(file), root.resolve(file));
        }
        for (String source : List.of("pom.xml", "proto/src/a", "server/src/a", "ops/cli/src/a", "client-lib/src/a")) {
            source(source);
        }
        jdk = folder.resolve("jdk");
        program(jdk.resolve("bin/java"), "echo \"java $* in $(pwd)\"");
        program(jdk.resolve("bin/javac"), "");
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");
        tools = folder.resolve("tools");
        maven("");
    }

    private void source(String name) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.createFile(file);
        Files.createDirectories(root.resolve("ui"));
        Files.createDirectories(root.resolve(".mvn"));
    }

    private void edit(String name) throws IOException {
        Files.setLastModifiedTime(root.resolve(name), FileTime.from(Instant.now()));
    }

    private void maven(String behaviour) throws IOException {
        program(tools.resolve("mvn"), "echo \"$JAVA_HOME $*\" >>calls\n" + behaviour);
    }

    private static void program(Path file, String script) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> calls() throws IOException {
        Path calls = root.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    private ProcessBuilder octavo(String... arguments) {
        ProcessBuilder builder = new ProcessBuilder(
                Stream.concat(Stream.of(root.resolve("octavo").toString()), Stream.of(arguments))
                        .toList());
        builder.directory(folder.toFile());
        builder.environment().put("PATH", tools + ":" + System.getenv("PATH"));
        builder.environment().put("JAVA_HOME", jdk.toString());
        List.of("OCTAVO_NO_BUILD", Jdk17.VARIABLE, "OCTAVO_JAVA25_HOME").forEach(builder.environment()::remove);
        return builder;
    }

    private static String output(Process process, int status) throws Exception {
        String output = process.inputReader().lines().toList().toString();
        assertThat(process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isEqualTo(status);
        return output;
    }

    private String run(int status, String... arguments) throws Exception {
        return output(octavo(arguments).redirectErrorStream(true).start(), status);
    }

    @Test
    void itBuildsWhatIsStaleAndNothingElse() throws Exception {
        assertThat(run(0, "up", "--data", "x"))
                .containsPattern("building for the first time, which takes minutes ... [0-9]+ s, " + UP);
        assertThat(calls()).singleElement().asString().contains(",ops/local/launcher,server,ops/cli -am ");
        assertThat(run(0, "topics")).matches("\\[" + CLI + folder.getFileName() + "]");
        assertThat(calls()).hasSize(1);
        edit("server/src/a");
        run(0, "topics");
        assertThat(calls()).hasSize(1);
        run(0, "up", "--data", "x");
        assertThat(calls()).hasSize(2).last().asString().contains(",ops/local/launcher,server -am ");
    }

    @Test
    void aDeletedSourceIsStaleTooAndADocumentNever() throws Exception {
        source("proto/src/b");
        run(0, "topics");
        Files.delete(root.resolve("proto/src/b"));
        run(0, "topics");
        assertThat(calls()).hasSize(2);
        source("proto/README.md");
        run(0, "topics");
        assertThat(calls()).hasSize(2);
    }

    @Test
    void aFailedBuildTellsTheLogsEnd() throws Exception {
        maven("echo the reason; exit 7");
        assertThat(run(1, "topics")).contains("the reason", "the build failed with status 7");
        maven("");
        run(0, "topics");
    }

    @Test
    void aSignalEndsTheBuild() throws Exception {
        Process script = building();
        script.toHandle().destroy();
        assertThat(output(script, 143)).contains("stopped");
        assertThat(root.resolve("target/.building")).doesNotExist();
        awaitMavenGone();
    }

    @Test
    void aKilledScriptsBuildEndsWithinSecondsAndTheNextOneGoesOn() throws Exception {
        Process script = building();
        script.destroyForcibly().waitFor();
        awaitMavenGone();
        maven("");
        run(0, "topics");
    }

    /** A script whose Maven has started and does not end. */
    private Process building() throws IOException {
        maven("sleep 1000 & echo $! >pid; wait");
        Process script = octavo("topics").redirectErrorStream(true).start();
        await().atMost(BOUND)
                .until(() -> Files.exists(root.resolve("pid"))
                        && Files.readString(root.resolve("pid")).endsWith("\n"));
        return script;
    }

    private void awaitMavenGone() throws IOException {
        long pid = Long.parseLong(Files.readString(root.resolve("pid")).strip());
        await().atMost(Duration.ofSeconds(10))
                .until(() ->
                        ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }

    @Test
    void twoAtOnceBuildOnce() throws Exception {
        maven("until [ -e go ]; do sleep 0.1; done");
        Process first = octavo("topics").redirectErrorStream(true).start();
        await().atMost(BOUND).until(() -> calls().size() == 1);
        Process second = octavo("topics").redirectErrorStream(true).start();
        assertThat(second.inputReader().readLine()).contains("waiting for the build of process " + first.pid());
        Files.createFile(root.resolve("go"));
        output(first, 0);
        assertThat(output(second, 0)).contains("io.octavo.cli.Octavo");
        assertThat(calls()).hasSize(1);
    }

    @Test
    void itWorksThroughALinkAndLeavesStandardOutputToTheProgram() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), root.resolve("octavo"));
        ProcessBuilder linked = octavo().redirectError(ProcessBuilder.Redirect.DISCARD);
        linked.command(link.toString(), "topics");
        assertThat(output(linked.start(), 0)).matches("\\[" + CLI + folder.getFileName() + "]");
    }

    @Test
    void whatIsMissingIsSaidInOneLine() throws Exception {
        Files.delete(jdk.resolve("bin/javac"));
        assertThat(run(1, "topics"))
                .isEqualTo("[octavo: JDK: none found with a compiler (expected: a JDK 17 in JAVA_HOME"
                        + " or installed)]");
    }

    @Test
    void testRunsEverythingOnJava17AndWhatDependsOnItOnANewerOneAndFailsWithTheirStatus() throws Exception {
        Path newer = folder.resolve("newer");
        program(newer.resolve("bin/java"), "");
        Files.writeString(newer.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
        program(tools.resolve("apt-get"), "");
        ProcessBuilder tests = octavo("test", "-pl", "proto").redirectErrorStream(true);
        tests.environment().put("OCTAVO_JAVA25_HOME", newer.toString());
        output(tests.start(), 0);
        assertThat(calls()).hasSize(2);
        assertThat(calls().get(0)).isEqualTo(jdk + " -B verify -pl proto");
        assertThat(calls().get(1))
                .startsWith(jdk + " -B verify -Djvm=" + newer + "/bin/java ")
                .contains(" -Dit.test=")
                .endsWith(" -pl proto");
        maven("exit 3");
        output(tests.start(), 3);
    }
}
