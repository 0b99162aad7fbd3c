package io.octavo.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.List;

/**
 * Which chunks of a download are there, in a file beside it: a line that says of what, then a line for each chunk as it
 * is there. A line that broke off counts for nothing. Safe for several threads.
 */
final class DownloadState {
    private final Path file;
    private final String title;
    private final int chunks;
    private final BitSet there = new BitSet();

    /** Reads what there is, if it is of the same bytes and chunks. */
    DownloadState(Path file, Version version, long chunkSize, int chunks) throws IOException {
        this.file = file;
        this.chunks = chunks;
        this.title = "octavo download 1: SHA-256 " + version.sha256() + ", " + version.size() + " bytes in chunks of "
                + chunkSize;
        if (Files.exists(file)) {
            read(Files.readString(file, StandardCharsets.ISO_8859_1));
        }
        if (there.isEmpty()) {
            forget();
        }
    }

    synchronized boolean has(int chunk) {
        return there.get(chunk);
    }

    synchronized boolean isEmpty() {
        return there.isEmpty();
    }

    /** The chunk is in the file. */
    synchronized void add(int chunk) throws IOException {
        there.set(chunk);
        Files.writeString(file, chunk + "\n", StandardCharsets.ISO_8859_1, StandardOpenOption.APPEND);
    }

    /** Begins anew. */
    synchronized void forget() throws IOException {
        there.clear();
        Files.writeString(file, title + "\n", StandardCharsets.ISO_8859_1);
    }

    void delete() throws IOException {
        Files.deleteIfExists(file);
    }

    private void read(String text) {
        List<String> lines =
                text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        if (lines.isEmpty() || !lines.get(0).equals(title)) {
            return;
        }
        for (String line : lines.subList(1, lines.size())) {
            if (line.matches("[0-9]{1,9}") && Integer.parseInt(line) < chunks) {
                there.set(Integer.parseInt(line));
            }
        }
    }
}
