package io.octavo.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.octavo.acceptance.Command.Ran;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A payload eight times as large as the heap of the server that it goes through. */
@ExtendWith(SharedStack.class)
final class LargePayloadIT {
    private static final long SEED = 20_261_122;
    private static final long SIZE = 2L << 30;
    private static final int CHUNK = 1 << 20;
    /** The file and its copy, and while the store puts the object together its parts beside it. */
    private static final long DISK = SIZE * 7 / 2;

    private final Stack stack;

    LargePayloadIT(Stack stack) {
        this.stack = stack;
    }

    @Test
    void twoGibibytesGoThroughAServerOfAQuarterAndComeBackAsTheyWere() throws Exception {
        assertThat(stack.server().info().arguments().orElseThrow())
                .filteredOn(argument -> argument.startsWith("-Xmx"))
                .containsExactly("-Xmx256m");
        Path folder = stack.newFolder();
        long free = Files.getFileStore(folder).getUsableSpace();
        assertThat(free)
                .as("%s: %d bytes free (expected: %d, for this test)", folder, free, DISK)
                .isGreaterThanOrEqualTo(DISK);

        Path source = folder.resolve("source");
        Path copy = folder.resolve("copy");
        try {
            String sha256 = generate(source);
            JsonObject version = timed("published", "publish", "large.random", source.toString(), "--json");
            assertThat(version.get("sha256").getAsString()).isEqualTo(sha256);
            assertThat(version.get("size").getAsLong()).isEqualTo(SIZE);
            Files.delete(source);
            timed("got", "get", "large.random", "-o", copy.toString(), "--json");
            assertThat(Files.size(copy)).isEqualTo(SIZE);
            assertThat(Sha256.of(copy)).isEqualTo(sha256);
        } finally {
            Files.deleteIfExists(source);
            Files.deleteIfExists(copy);
        }
    }

    private JsonObject timed(String what, String... words) throws Exception {
        long start = System.nanoTime();
        Ran ran = stack.cli(words);
        double seconds = (System.nanoTime() - start) / 1e9;
        assertThat(ran.status()).as("%s\n%s", ran, stack.logs()).isZero();
        System.out.printf("2 GiB %s in %.1f s: %.0f MiB/s%n", what, seconds, SIZE / seconds / (1 << 20));
        return JsonParser.parseString(ran.out()).getAsJsonObject();
    }

    private static String generate(Path file) throws IOException {
        SplittableRandom random = new SplittableRandom(SEED);
        byte[] chunk = new byte[CHUNK];
        try (DigestOutputStream out = new DigestOutputStream(create(file), Sha256.digest())) {
            for (long written = 0; written < SIZE; written += CHUNK) {
                random.nextBytes(chunk);
                out.write(chunk);
            }
            return Sha256.hex(out.getMessageDigest().digest());
        }
    }

    private static OutputStream create(Path file) throws IOException {
        return new BufferedOutputStream(Files.newOutputStream(file), CHUNK);
    }
}
