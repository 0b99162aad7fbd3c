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
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackedServerTest {
    @TempDir
    private Path temp;

    @Test
    void classesBecomeAJarThatNamesTheLibrariesInTheOrderOfTheBuild() throws IOException {
        UnpackedServer server = UnpackedServer.of(jar("one"), temp.resolve("app"));

        try (JarFile jar = new JarFile(server.jar().toFile())) {
            Attributes attributes = jar.getManifest().getMainAttributes();
            assertThat(attributes.getValue(Attributes.Name.CLASS_PATH)).isEqualTo("z.jar a.jar");
            assertThat(attributes.getValue(Attributes.Name.IMPLEMENTATION_VERSION))
                    .isEqualTo("7");
            assertThat(jar.getEntry("application.yml")).isNotNull();
        }
        assertThat(server.jar().resolveSibling("z.jar")).hasContent("one");
        assertThat(server.jar().resolveSibling("a.jar")).hasContent("one");
    }

    @Test
    void theSameJarIsUnpackedOnceAndAnotherAnew() throws IOException {
        Path jar = jar("one");
        Path library = UnpackedServer.of(jar, temp.resolve("app")).jar().resolveSibling("a.jar");
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
        entries.put("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nImplementation-Version: 7\n");
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
