package io.octavo.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where the build's results are: the checkout's root, the folder with the files {@code octavo} and {@code pom.xml}. */
record Checkout(Path root) {
    static final String PROPERTY = "octavo.checkout";

    /** The folder of the system property {@value #PROPERTY}, else the nearest checkout around the working directory. */
    static Checkout find() {
        String given = System.getProperty(PROPERTY);
        return given == null ? around(Path.of("").toAbsolutePath()) : new Checkout(Path.of(given));
    }

    static Checkout around(Path start) {
        for (@Nullable Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve("octavo")) && Files.isRegularFile(folder.resolve("pom.xml"))) {
                return new Checkout(folder);
            }
        }
        throw new StartFailed(start + ": no checkout of Octavo around it (expected: a folder with octavo and pom.xml)");
    }

    Path cassandra() {
        return root.resolve("ops/local/cassandra/target/dependency");
    }

    Path s3() {
        return root.resolve("ops/local/s3/target/dependency");
    }

    /** The one jar of the server with everything in it. */
    Path server() {
        return jars(root.resolve("server/target")).stream()
                .filter(jar -> jar.getFileName().toString().matches("octavo-server-[^-]*(-SNAPSHOT)?\\.jar"))
                .findFirst()
                .orElseThrow(() -> missing(root.resolve("server/target/octavo-server-*.jar")));
    }

    /** The jars of a folder, sorted: class data archives want the same order each time. */
    static List<Path> classPath(Path folder) {
        List<Path> jars = jars(folder);
        if (jars.isEmpty()) {
            throw missing(folder);
        }
        return jars;
    }

    private static List<Path> jars(Path folder) {
        try (Stream<Path> files = Files.list(folder.toRealPath())) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static StartFailed missing(Path what) {
        return new StartFailed(what + ": missing (expected: the build's result; mvn package makes it)");
    }
}
