package io.octavo.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class Jdk17Test {
    @TempDir
    Path folder;

    private Path running;
    private Path installed;

    @BeforeEach
    void onlyAJava25() throws IOException {
        running = home("running", "25.0.1");
        installed = Files.createDirectories(folder.resolve("jvm"));
    }

    /** A home whose java says nothing, with a release file. */
    private Path home(String name, String version) throws IOException {
        Path home = folder.resolve(name);
        program(home.resolve("bin/java"), "");
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private static void program(Path file, String script) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path find(Map<String, String> environment) {
        return new Jdk17(environment, running, installed, folder.resolve("java_home")).java();
    }

    private static Path java(Path home) {
        return home.resolve("bin/java");
    }

    @Test
    void theVariableComesFirstAndAnotherJavaInItIsAnError() throws IOException {
        running = home("also17", "17.0.1");
        Path given = home("given", "17.0.15");
        assertThat(find(Map.of("OCTAVO_JAVA17_HOME", given.toString()))).isEqualTo(java(given));
        Path other = home("other", "21");
        assertThatThrownBy(() -> find(Map.of("OCTAVO_JAVA17_HOME", other.toString())))
                .isInstanceOf(StartFailed.class)
                .hasMessage("OCTAVO_JAVA17_HOME: " + other + " (expected: the home of a Java 17)");
    }

    @Test
    void theRunningJavaComesBeforeJavaHomeThePathAndTheInstalledOnes() throws IOException {
        Path inFolder = home("jvm/java-17-x", "17.0.2");
        assertThat(find(Map.of())).isEqualTo(java(inFolder));
        Path onPath = home("path", "17.0.3");
        Files.createDirectories(folder.resolve("bin"));
        Files.createSymbolicLink(folder.resolve("bin/java"), onPath.resolve("bin/java"));
        String path = folder.resolve("nothing") + ":" + folder.resolve("bin");
        assertThat(find(Map.of("PATH", path))).isEqualTo(java(onPath.toRealPath()));
        Path javaHome = home("home", "17");
        assertThat(find(Map.of("PATH", path, "JAVA_HOME", javaHome.toString()))).isEqualTo(java(javaHome));
        running = home("running17", "17.0.4");
        assertThat(find(Map.of("PATH", path, "JAVA_HOME", javaHome.toString()))).isEqualTo(java(running));
    }

    @Test
    void aJavaWithoutReleaseFileIsAsked() throws IOException {
        Path home = folder.resolve("asked");
        program(home.resolve("bin/java"), "echo '    java.specification.version = 17' >&2");
        assertThat(find(Map.of("JAVA_HOME", home.toString()))).isEqualTo(java(home));
    }

    @Test
    void theSystemIsAskedLast() throws IOException {
        Path home = home("asked", "17.0.9");
        program(folder.resolve("java_home"), "[ \"$*\" = '-v 17' ] && echo " + home);
        assertThat(find(Map.of())).isEqualTo(java(home));
    }

    @Test
    void noneFoundIsSaidInOneLine() throws IOException {
        home("jvm/java-117", "117");
        Files.createDirectories(folder.resolve("jvm/openjdk-17"));
        assertThatThrownBy(() -> find(Map.of("PATH", "", "JAVA_HOME", "/absent")))
                .isInstanceOf(StartFailed.class)
                .hasMessageStartingWith("Java 17: not found (expected: installed, or its home in OCTAVO_JAVA17_HOME");
    }
}
