package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tidying where files can't be locked, as on some network file systems; {@link DiskCacheTest} is about the rest. */
class CacheTidyingTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path directory;

    @Test
    void withoutLocksOnlyWhatIsOldGoes() throws Exception {
        Path old = payload("old", Duration.ofMinutes(61));
        Path young = payload("young", Duration.ofMinutes(50));
        CacheTidying tidying = tidying(directory, channel -> {
            throw new IOException("No locks available");
        });
        tidying.tidy(0);
        assertThat(old).doesNotExist();
        assertThat(young).exists();
    }

    @Test
    void aDirectoryThatCannotBeLockedIsNotLeftBehind() throws Exception {
        for (int i = 0; i < 3; i++) {
            try {
                LockedDirectory.in(directory, channel -> {
                    throw new IOException("No locks available");
                });
            } catch (IOException e) {
                assertThat(e).hasMessage("No locks available");
            }
        }
        assertThat(directory).isEmptyDirectory();
    }

    static CacheTidying tidying(Path directory, LockedFile.Lock lock) {
        WorkDirectory work = new WorkDirectory(directory);
        return new CacheTidying(
                directory,
                new TopicFiles(directory),
                new PayloadFiles(directory, work),
                work,
                1 << 20,
                () -> NOW,
                lock);
    }

    private Path payload(String name, Duration age) throws IOException {
        Path file = Files.createDirectories(directory.resolve("payloads").resolve("aa"))
                .resolve(name);
        Files.writeString(file, name);
        return Files.setLastModifiedTime(file, FileTime.from(NOW.minus(age)));
    }
}
