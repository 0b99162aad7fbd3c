package io.octavo.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * The server's one jar, unpacked into plain jars: they start in half the time, for a JVM can archive the class data of
 * plain jars only. And a build that goes on beside a running server doesn't change the jars under it.
 */
final class UnpackedServer {
    private static final String LIBRARIES = "BOOT-INF/lib/";
    private static final String CLASSES = "BOOT-INF/classes/";
    private static final String ORDER = "BOOT-INF/classpath.idx";
    private static final String MANIFEST = "META-INF/MANIFEST.MF";

    private final Path folder;

    private UnpackedServer(Path folder) {
        this.folder = folder;
    }

    /** Unpacks the jar into the folder, if it isn't what was unpacked there before. */
    static UnpackedServer of(Path jar, Path folder) throws IOException {
        UnpackedServer unpacked = new UnpackedServer(folder);
        String identity = jar + "\n" + Files.size(jar) + "\n" + Files.getLastModifiedTime(jar) + "\n";
        Path stamp = folder.resolve("unpacked");
        if (!Files.exists(stamp) || !Files.readString(stamp).equals(identity)) {
            Folders.empty(folder);
            unpacked.unpack(jar);
            Files.writeString(stamp, identity);
        }
        return unpacked;
    }

    /** The server's own classes, then its libraries in the order of the build. */
    List<Path> classPath() throws IOException {
        List<Path> jars = new ArrayList<>();
        jars.add(classes());
        for (String line : Files.readAllLines(folder.resolve("order"))) {
            jars.add(folder.resolve(line.substring(line.lastIndexOf('/') + 1, line.lastIndexOf('"'))));
        }
        return jars;
    }

    private Path classes() {
        return folder.resolve("octavo-server.jar");
    }

    private void unpack(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile(), StandardCharsets.UTF_8);
                OutputStream file = Files.newOutputStream(classes());
                ZipOutputStream own = new ZipOutputStream(file)) {
            copy(zip, ORDER, folder.resolve("order"));
            add(zip, MANIFEST, own, MANIFEST);
            for (ZipEntry entry : Collections.list(zip.entries())) {
                String name = entry.getName();
                if (name.startsWith(LIBRARIES) && name.endsWith(".jar")) {
                    copy(zip, name, folder.resolve(name.substring(LIBRARIES.length())));
                } else if (name.startsWith(CLASSES) && !entry.isDirectory()) {
                    add(zip, name, own, name.substring(CLASSES.length()));
                }
            }
        }
    }

    private static void copy(ZipFile zip, String name, Path file) throws IOException {
        try (InputStream in = open(zip, name)) {
            Files.copy(in, file);
        }
    }

    private static void add(ZipFile zip, String name, ZipOutputStream jar, String as) throws IOException {
        try (InputStream in = open(zip, name)) {
            jar.putNextEntry(new ZipEntry(as));
            in.transferTo(jar);
            jar.closeEntry();
        }
    }

    private static InputStream open(ZipFile zip, String name) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new IOException(
                    zip.getName() + ": no " + name + " in it (expected: the server's jar as it was built)");
        }
        return zip.getInputStream(entry);
    }
}
