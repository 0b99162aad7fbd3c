package io.octavo.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A copy of a folder, beside it: what is to be put back when nobody uses either. */
record Backup(Path folder, Path copy) {
    static Backup of(Path folder) throws IOException {
        Path copy = folder.resolveSibling(folder.getFileName() + ".backup");
        for (Path file : files(folder)) {
            Files.copy(file, copy.resolve(folder.relativize(file).toString()));
        }
        return new Backup(folder, copy);
    }

    /** The folder becomes what it was; there is no copy any more. */
    void putBack() throws IOException {
        for (Path file :
                files(folder).stream().sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
        }
        Files.move(copy, folder);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.toList();
        }
    }
}
