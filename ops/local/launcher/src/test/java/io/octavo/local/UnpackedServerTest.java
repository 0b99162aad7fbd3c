package io.octavo.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackedServerTest {
    @TempDir
    private Path temp;

    @Test
    void classesBecomeAJarAndLibrariesFollowInTheOrderOfTheBuild() throws IOException {
        UnpackedServer server = UnpackedServer.of(jar("one"), temp.resolve("app"));

        assertThat(server.classPath())
                .extracting(path -> path.getFileName().toString())
                .containsExactly("octavo-server.jar", "z.jar", "a.jar");
        assertThat(server.classPath()).allMatch(Files::exists);
        try (ZipFile zip = new ZipFile(server.classPath().get(0).toFile())) {
            assertThat(zip.getEntry("application.yml")).isNotNull();
            assertThat(zip.getEntry("META-INF/MANIFEST.MF")).isNotNull();
        }
    }

    @Test
    void theSameJarIsUnpackedOnceAndAnotherAnew() throws IOException {
        Path jar = jar("one");
        Path library = UnpackedServer.of(jar, temp.resolve("app")).classPath().get(1);
        Files.writeString(library, "touched");

        UnpackedServer.of(jar, temp.resolve("app"));
        assertThat(library).hasContent("touched");

        UnpackedServer.of(jar("another, longer"), temp.resolve("app"));
        assertThat(library).hasContent("another, longer");
    }

    @Test
    void aJarThatIsNotTheServersIsRefused() throws IOException {
        Path jar = temp.resolve("other.jar");
        write(jar, Map.of("a", ""));

        assertThatThrownBy(() -> UnpackedServer.of(jar, temp.resolve("app")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("other.jar")
                .hasMessageContaining("expected: the server's jar");
    }

    private Path jar(String library) throws IOException {
        Path jar = temp.resolve("octavo-server-1.jar");
        Map<String, String> entries = new TreeMap<>();
        entries.put("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n");
        entries.put("BOOT-INF/classpath.idx", "- \"BOOT-INF/lib/z.jar\"\n- \"BOOT-INF/lib/a.jar\"\n");
        entries.put("BOOT-INF/classes/application.yml", "server: {}");
        entries.put("BOOT-INF/lib/a.jar", library);
        entries.put("BOOT-INF/lib/z.jar", library);
        write(jar, entries);
        return jar;
    }

    private static void write(Path jar, Map<String, String> entries) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, String> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
