package io.octavo.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A child's log: its output, in a file that is moved to {@code <file>.1} when it has grown to the bound, so that two
 * bounds of disk are used at most.
 */
record Log(Path file, long bound) {
    static final long DEFAULT_BOUND = 8L << 20;
    private static final int TAIL_BYTES = 16 << 10;

    /** Copies until the end of the output. A disk that can't be written loses the log, never stops the child. */
    void copy(InputStream output) {
        byte[] buffer = new byte[8 << 10];
        try (output) {
            for (int n = output.read(buffer); n >= 0; n = output.read(buffer)) {
                append(buffer, n);
            }
        } catch (IOException e) {
            return;
        }
    }

    private void append(byte[] bytes, int length) {
        try {
            if (Files.exists(file) && Files.size(file) + length > bound) {
                Files.move(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            }
            try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                out.write(bytes, 0, length);
            }
        } catch (IOException e) {
            return;
        }
    }

    /** The last lines, fewer if there are fewer, none if the file can't be read. */
    List<String> tail(int lines) {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            byte[] end = new byte[Math.toIntExact(Math.min(in.length(), TAIL_BYTES))];
            in.seek(in.length() - end.length);
            in.readFully(end);
            List<String> all = new String(end, StandardCharsets.UTF_8).lines().toList();
            return all.subList(Math.max(0, all.size() - lines), all.size());
        } catch (IOException e) {
            return List.of();
        }
    }
}
