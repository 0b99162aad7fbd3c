package io.octavo.local;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A jar with {@link Leash} alone. Children take the class from here, not from the launcher's own jar or class folder:
 * class data archives need a jar that does not change with every build of the launcher.
 */
final class LeashJar {
    private static final String CLASS = Leash.class.getName().replace('.', '/') + ".class";
    private static final LocalDateTime TIME = LocalDateTime.of(2026, 1, 1, 0, 0);

    private LeashJar() {}

    /** Makes {@code leash.jar} in a folder, atomically, unless it is there with the same content. */
    static Path in(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path jar = folder.resolve("leash.jar");
        byte[] content = content();
        if (!Files.exists(jar) || !Arrays.equals(Files.readAllBytes(jar), content)) {
            Path fresh = Files.createTempFile(folder, "leash", ".tmp");
            Files.write(fresh, content);
            Files.move(fresh, jar, StandardCopyOption.ATOMIC_MOVE);
        }
        return jar;
    }

    private static byte[] content() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes);
                InputStream leash = Leash.class.getResourceAsStream("/" + CLASS)) {
            ZipEntry entry = new ZipEntry(CLASS);
            entry.setTimeLocal(TIME);
            zip.putNextEntry(entry);
            Objects.requireNonNull(leash, CLASS).transferTo(zip);
        }
        return bytes.toByteArray();
    }
}
