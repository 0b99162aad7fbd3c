package io.octavo.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
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

    /** The server's own classes, in a jar that names its libraries in the order of the build. */
    Path jar() {
        return folder.resolve("octavo-server.jar");
    }

    private void unpack(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile(), StandardCharsets.UTF_8);
                OutputStream file = Files.newOutputStream(jar());
                ZipOutputStream own = new ZipOutputStream(file)) {
            own.putNextEntry(new ZipEntry(MANIFEST));
            manifest(zip).write(own);
            own.closeEntry();
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

    /** The jar's own manifest, with the libraries as its class path: a command line stays short. */
    private static Manifest manifest(ZipFile zip) throws IOException {
        try (InputStream in = open(zip, MANIFEST);
                InputStream order = open(zip, ORDER)) {
            Manifest manifest = new Manifest(in);
            String libraries = new String(order.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.substring(line.lastIndexOf('/') + 1, line.lastIndexOf('"')))
                    .collect(Collectors.joining(" "));
            manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, libraries);
            return manifest;
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
