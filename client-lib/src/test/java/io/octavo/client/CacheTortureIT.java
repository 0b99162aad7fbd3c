package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that share a cache directory, and are killed in the midst of writing; files that are cut and flipped. */
@Timeout(120)
class CacheTortureIT {
    private static final int PROCESSES = 3;
    private static final int KILLS = 12;
    private static final long SEED = Long.getLong("octavo.seed", new SplittableRandom().nextLong());

    private final RandomGenerator random = new SplittableRandom(SEED);

    @TempDir
    private Path folder;

    @Test
    void whateverIsKilledOrFlippedNobodyEverGetsWrongBytes() throws Exception {
        Path cache = Files.createDirectory(folder.resolve("cache"));
        List<Process> running = new ArrayList<>();
        try {
            for (int i = 0; i < PROCESSES; i++) {
                running.add(start(cache, i));
            }
            for (int kill = 0; kill < KILLS; kill++) {
                Process victim = running.get(kill % PROCESSES);
                assertThat(victim.waitFor(400 + random.nextInt(400), TimeUnit.MILLISECONDS))
                        .as("seed %s: %s", SEED, log(kill % PROCESSES))
                        .isFalse();
                victim.destroyForcibly().waitFor();
                damage(cache);
                running.set(kill % PROCESSES, start(cache, kill % PROCESSES));
            }
        } finally {
            for (Process process : running) {
                process.destroyForcibly().waitFor();
            }
        }
        for (int i = 0; i < PROCESSES; i++) {
            assertThat(log(i)).as("seed %s", SEED).isEmpty();
        }
        Harness.Counts counts = new Harness.Counts();
        CacheWriter reader = new CacheWriter(cache, counts);
        for (int i = 0; i < 20; i++) {
            reader.step(random);
        }
        assertThat(reader.verify()).as("seed %s", SEED).isPositive();
        assertThat(files(cache.resolve("work"))).as("what the killed ones left").isEmpty();
        assertThat(size(files(cache))).isLessThan(CacheWriter.LIMIT + (4 << 20));
    }

    private Process start(Path cache, int number) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CacheWriter.class.getName(),
                        cache.toString(),
                        Long.toString(random.nextInt()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("log" + number).toFile()))
                .start();
    }

    /** What the process said that isn't the log's. */
    private String log(int number) throws IOException {
        Path file = folder.resolve("log" + number);
        return !Files.exists(file)
                ? ""
                : String.join(
                        "\n",
                        Files.readAllLines(file).stream()
                                .filter(line -> line.contains("Exception")
                                        || line.contains("Error")
                                        || line.startsWith("\tat "))
                                .toList());
    }

    private void damage(Path cache) throws IOException {
        for (Path file : files(cache)) {
            boolean isInUse = cache.relativize(file).startsWith("work");
            if (!isInUse && random.nextInt(12) == 0) {
                try {
                    // A new file under the name: what others use of the old one is none of the disk's faults.
                    byte[] bytes = Files.readAllBytes(file);
                    if (bytes.length == 0) {
                        continue;
                    }
                    Path other = Files.write(folder.resolve("damaged"), bytes);
                    try (RandomAccessFile access = new RandomAccessFile(other.toFile(), "rw")) {
                        if (random.nextBoolean()) {
                            access.setLength(random.nextInt(bytes.length));
                        } else {
                            access.seek(random.nextInt(bytes.length));
                            access.write(random.nextInt());
                        }
                    }
                    Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
                } catch (NoSuchFileException e) {
                    // It has gone meanwhile.
                }
            }
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        while (true) {
            try (Stream<Path> all = Files.walk(directory)) {
                return all.filter(Files::isRegularFile).toList();
            } catch (UncheckedIOException e) {
                // Something went while it was looked at.
            }
        }
    }

    private static long size(List<Path> files) throws IOException {
        long size = 0;
        for (Path file : files) {
            size += Files.size(file);
        }
        return size;
    }
}
