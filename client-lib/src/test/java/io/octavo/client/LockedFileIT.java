package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Locks as other processes see them. */
@Timeout(60)
class LockedFileIT {
    private static final int LOCKED = 7;

    @TempDir
    private Path folder;

    /** Another process: ends with {@link #LOCKED} if the file is. */
    static final class Other {
        private Other() {}

        public static void main(String[] words) throws IOException {
            try (FileChannel channel = FileChannel.open(Path.of(words[0]), StandardOpenOption.WRITE)) {
                System.exit(channel.tryLock() == null ? LOCKED : 0);
            }
        }
    }

    @Test
    void whoeverElseOfThisProcessAsksForItTakesTheLockFromNobody() throws Exception {
        Path file = folder.resolve("file");
        try (LockedFile first = LockedFile.tryLock(file)) {
            assertThat(first).isNotNull();
            assertThat(LockedFile.tryLock(file)).isNull();
            assertThat(LockedFile.tryLock(Files.createSymbolicLink(folder.resolve("same"), folder)
                            .resolve("file")))
                    .isNull();
            assertThat(isLockedForOthers(file)).isTrue();
        }
        assertThat(isLockedForOthers(file)).isFalse();
        try (LockedFile next = LockedFile.tryLock(file)) {
            assertThat(next).isNotNull();
        }
    }

    @Test
    void tidyingDoesNotTakeTheLockOfAnotherClientThatTidies() throws Exception {
        Path lock = folder.resolve("tidying.lock");
        try (LockedFile first = LockedFile.tryLock(lock)) {
            assertThat(first).isNotNull();
            CacheTidyingTest.tidying(folder, FileChannel::tryLock).tidy(0);
            assertThat(isLockedForOthers(lock)).isTrue();
        }
    }

    @Test
    void whatItsHolderHasGivenAnotherNameIsNotTakenForTheFile() throws Exception {
        Path file = folder.resolve("file");
        Path target = folder.resolve("target");
        Files.writeString(file, "complete");
        AtomicInteger asked = new AtomicInteger();
        try (LockedFile locked = LockedFile.tryLock(file, channel -> {
            if (asked.getAndIncrement() == 0) {
                Files.move(file, target);
            }
            return channel.tryLock();
        })) {
            FileChannel channel = opened(locked);
            assertThat(channel.size()).isZero();
            channel.write(ByteBuffer.wrap(new byte[] {'n', 'e', 'w'}));
        }
        assertThat(target).hasContent("complete");
        assertThat(file).hasContent("new");
    }

    @Test
    void whereThereAreNoLocksThatIsSaid() {
        assertThatExceptionOfType(LockedFile.NoLocks.class)
                .isThrownBy(() -> LockedFile.tryLock(folder.resolve("file"), channel -> {
                    throw new IOException("No locks available");
                }))
                .withMessageContaining("No locks available");
    }

    private static FileChannel opened(@Nullable LockedFile locked) {
        assertThat(locked).isNotNull();
        return Objects.requireNonNull(locked, "locked").channel();
    }

    private static boolean isLockedForOthers(Path file) throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        file.toString())
                .inheritIO()
                .start();
        assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(other.exitValue()).isIn(0, LOCKED);
        return other.exitValue() == LOCKED;
    }
}
