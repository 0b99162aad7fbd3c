package io.octavo.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Class data that a JVM wrote at the end of a run (AppCDS), so that the next ones start in half the time. The file's
 * name carries a digest of the Java and of the class path: another Java or another jar means another archive, and a
 * JVM that refuses one goes on without it.
 *
 * @param file the archive, once there is one
 * @param fresh what this run writes, if there is none yet; private to it
 */
record ClassDataArchive(Path file, Path fresh) {

    static ClassDataArchive of(Path folder, Path java, List<Path> classPath) throws IOException {
        StringBuilder identity = new StringBuilder(java.toRealPath().toString());
        identity.append(Files.size(java)).append(Files.getLastModifiedTime(java));
        for (Path jar : classPath) {
            identity.append('\n').append(jar).append(Files.size(jar)).append(Files.getLastModifiedTime(jar));
        }
        String name = digest(identity.toString());
        return new ClassDataArchive(
                folder.resolve(name + ".jsa"),
                folder.resolve(name + "." + ProcessHandle.current().pid() + "." + System.nanoTime() + ".part"));
    }

    /** The JVM's option: use the archive, or write one. */
    String option() {
        return Files.exists(file) ? "-XX:SharedArchiveFile=" + file : "-XX:ArchiveClassesAtExit=" + fresh;
    }

    /**
     * To be called when the run has ended as asked: a killed one's archive may be half written. What other Javas and
     * runs left is deleted; who has such a file open keeps it.
     */
    void keep() throws IOException {
        if (Files.exists(fresh)) {
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (DirectoryStream<Path> others = Files.newDirectoryStream(file.getParent(), "*.{jsa,part}")) {
                for (Path other : others) {
                    if (!other.equals(file)) {
                        Files.deleteIfExists(other);
                    }
                }
            }
        }
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
