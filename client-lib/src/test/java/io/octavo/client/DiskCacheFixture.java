package io.octavo.client;

import io.octavo.protocol.CachedTopic;
import io.octavo.protocol.VersionRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/** Processes with one cache directory. */
abstract class DiskCacheFixture {
    static final String DOWN = "the service is away";

    @TempDir
    Path directory;

    List<Long> kept() throws IOException {
        CachedTopic known =
                Objects.requireNonNull(TopicFiles.read(files("topics").get(0)), "known");
        return known.getGoodList().stream().map(VersionRecord::getVersion).toList();
    }

    long sizeOf(String folder) throws IOException {
        long size = 0;
        for (Path file : files(folder)) {
            size += Files.size(file);
        }
        return size;
    }

    List<Path> files(String folder) throws IOException {
        try (Stream<Path> all = Files.walk(directory.resolve(folder))) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    Harness harness() {
        return new Harness(start(10 << 20));
    }

    StartConfig start(long limit) {
        return new StartConfig(directory, limit, 2, List.of(), Map.of(), Duration.ofSeconds(5));
    }
}
