package io.octavo.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataFolderTest {
    @TempDir
    Path folder;

    @Test
    void itIsMadeAndLockedUntilItIsClosed() {
        Path path = folder.resolve("a/b");
        try (DataFolder data = DataFolder.open(path)) {
            assertThat(data.resolve("x")).isEqualTo(path.resolve("x"));
            long pid = ProcessHandle.current().pid();
            assertThatThrownBy(() -> DataFolder.open(path))
                    .isInstanceOf(StartFailed.class)
                    .hasMessageContaining("--data: " + path + " is in use by process " + pid + " (expected:");
        }
        DataFolder.open(path).close();
    }

    @Test
    void aFileInItsPlaceIsSaidInOneLine() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> DataFolder.open(file))
                .hasMessage("--data %s: a file where a folder belongs (%s)".formatted(file, file));
    }

    @Test
    void fullAndUnwritableDisksAreSaidPlainly() {
        assertThat(StartFailed.of("s3", new IOException("No space left on device")))
                .hasMessage("s3: the disk is full");
        assertThat(StartFailed.of("s3", new FileSystemException("/d/x", null, "No space left on device")))
                .hasMessage("s3: the disk is full (/d/x)");
        assertThat(StartFailed.of("s3", new AccessDeniedException("/d/x"))).hasMessage("s3: not writable (/d/x)");
    }

    @Test
    void aChildOfAnEarlierRunIsWaitedForWithinABound() throws IOException {
        Path lock = Files.createDirectories(folder.resolve("s3")).resolve("lock");
        try (DataFolder data = DataFolder.open(folder)) {
            try (FileChannel held = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                held.lock();
                assertThatThrownBy(() -> data.awaitOrphans(Duration.ofMillis(150)))
                        .hasMessageContaining("in use by a child of an earlier run");
            }
            data.awaitOrphans(Duration.ZERO);
        }
    }
}
