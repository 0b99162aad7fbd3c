package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.octavo.client.PayloadStore.Mishap;
import io.octavo.rules.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DownloadIT {
    private static final int CHUNK = 8 << 20;
    private static final byte[] BYTES = FollowingIT.random(2 * CHUNK + 1_000_000);

    private final TestServer server = new TestServer().start();
    private final PayloadStore near = newStore(BYTES);
    private final PayloadStore far = newStore(BYTES);
    private final OctavoClient client = QuickClients.build(server.client());
    private final Reads reads = client.reads();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private Path file;

    @SuppressWarnings("NullAway.Init")
    private Version version;

    @BeforeEach
    void publish() {
        file = folder.resolve("data");
        server.topics.publish("data", BYTES, Map.of());
        server.links = List.of(near.link("near"), far.link("far"));
        version = reads.version("data", 1);
    }

    @AfterEach
    void stop() {
        client.close();
        near.close();
        far.close();
        server.close();
    }

    @Test
    void aLargePayloadComesInPartsFromTheNearestRegion() throws Exception {
        Files.writeString(file, "what was before");
        List<Long> told = Collections.synchronizedList(new ArrayList<>());
        assertThat(reads.progress((bytes, total) -> told.add(bytes)).download(version, file))
                .isEqualTo(file);
        assertThatItIsThere();
        assertThat(near.requests)
                .containsExactlyInAnyOrder(
                        "bytes=0-" + (CHUNK - 1),
                        "bytes=" + CHUNK + "-" + (2 * CHUNK - 1),
                        "bytes=" + 2 * CHUNK + "-" + (BYTES.length - 1));
        assertThat(far.requests).isEmpty();
        assertThat(told).isSorted().endsWith((long) BYTES.length);
    }

    @Test
    void aRegionThatIsGoneIsLeftForTheNext() throws Exception {
        near.close();
        reads.download(version, file);
        assertThatItIsThere();
        assertThat(far.requests).hasSize(3);
    }

    @Test
    void aRangeThatBreaksOffGoesOnInTheNextRegion() throws Exception {
        near.mishaps.add(Mishap.BROKEN);
        reads.download(version, file);
        assertThatItIsThere();
        assertThat(far.requests).hasSize(1).noneMatch(range -> range.startsWith("bytes=0-"));
    }

    @Test
    void aConnectionInWhichNothingMovesIsGivenUp() throws Exception {
        near.mishaps.add(Mishap.STALLED);
        reads.download(version, file);
        assertThatItIsThere();
    }

    @Test
    void aStoreThatIgnoresRangesIsNotBelieved() throws Exception {
        near.mishaps.addAll(List.of(Mishap.WHOLE, Mishap.WHOLE, Mishap.WHOLE));
        reads.download(version, file);
        assertThatItIsThere();
        assertThat(far.requests).hasSize(3);
    }

    @Test
    void newAddressesAreAskedForWhenNoneIsGoodAnyMore() throws Exception {
        near.mishaps.addAll(Collections.nCopies(3, Mishap.FORBIDDEN));
        far.mishaps.addAll(Collections.nCopies(3, Mishap.FORBIDDEN));
        reads.download(version, file);
        assertThatItIsThere();
        assertThat(server.reads).hasSizeBetween(2, 4);
    }

    @Test
    void wrongBytesAreFetchedAgainFromAnotherRegion() throws Exception {
        byte[] wrong = BYTES.clone();
        wrong[CHUNK + 5]++;
        try (PayloadStore corrupt = newStore(wrong)) {
            server.links = List.of(corrupt.link("corrupt"), far.link("far"));
            reads.download(version, file);
            assertThatItIsThere();
            assertThat(corrupt.requests).hasSize(3);
            assertThat(far.requests).hasSize(3);
        }
    }

    @Test
    void wrongBytesEverywhereAreRefusedAndWhatWasThereStays() throws Exception {
        Files.writeString(file, "what was before");
        byte[] wrong = BYTES.clone();
        wrong[5]++;
        try (PayloadStore corrupt = newStore(wrong)) {
            server.links = List.of(corrupt.link("one"), corrupt.link("two"));
            OctavoException e = catchThrowableOfType(OctavoException.class, () -> reads.download(version, file));
            assertThat(e.code()).isEqualTo(ErrorCode.DIGEST_MISMATCH);
            assertThat(e).hasMessageContaining(version.sha256());
        }
        assertThat(file).hasContent("what was before");
        assertThat(folder).isDirectoryContaining(path -> path.equals(file));
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void anotherProcessGetsOnlyWhatIsMissing() throws Exception {
        near.mishaps.addAll(List.of(Mishap.NONE, Mishap.STALLED, Mishap.NONE));
        server.links = List.of(near.link("near"));
        OctavoClient dying = server.client().build();
        CompletableFuture<Path> lost =
                CompletableFuture.supplyAsync(() -> dying.reads().download(version, file));
        Path state = folder.resolve(".data.octavo-parts");
        await().until(() -> Files.exists(state) && Files.readAllLines(state).size() == 3);
        assertThatThrownBy(() -> reads.download(version, file)).hasMessageContaining("another download");
        dying.close();
        await().until(lost::isCompletedExceptionally);
        near.requests.clear();
        Files.writeString(state, Files.readString(state) + "broken o");

        reads.download(version, file);
        assertThatItIsThere();
        assertThat(near.requests).hasSize(1);
    }

    @Test
    void whatIsLeftOfAnotherVersionIsNotTakenForThis() throws Exception {
        Files.write(folder.resolve(".data.octavo-part"), new byte[BYTES.length + 5]);
        Files.writeString(folder.resolve(".data.octavo-parts"), "octavo download 1: of something else\n0\n1\n2\n");
        reads.download(version, file);
        assertThatItIsThere();
    }

    @Test
    void partsThatAreSaidToBeThereAndAreWrongComeAgain() throws Exception {
        Files.write(folder.resolve(".data.octavo-part"), new byte[BYTES.length]);
        Files.writeString(
                folder.resolve(".data.octavo-parts"),
                "octavo download 1: SHA-256 " + version.sha256() + ", " + BYTES.length + " bytes in chunks of " + CHUNK
                        + "\n0\n1\n");
        reads.download(version, file);
        assertThatItIsThere();
    }

    @Test
    void smallPayloadsComeFromTheService() throws Exception {
        server.links = List.of();
        server.topics.publish("small", "hello");
        server.topics.publish("empty", "");
        reads.download(reads.latest("small"), file);
        assertThat(file).hasContent("hello");
        reads.download(reads.latest("empty"), file);
        assertThat(file).isEmptyFile();
        try (InputStream in = reads.stream(reads.latest("small"))) {
            assertThat(in).hasContent("hello");
        }
        server.topics.corrupt("small", 1, new byte[5]);
        assertThatThrownBy(() -> reads.download(reads.latest("small"), file)).hasMessageContaining("SHA-256");
        assertThatThrownBy(() -> reads.stream(reads.latest("small"))).hasMessageContaining("SHA-256");
    }

    @Test
    void aFileThatCannotBeWrittenIsSaidSo() {
        Path nowhere = folder.resolve("none").resolve("data");
        assertThatThrownBy(() -> reads.download(version, nowhere))
                .isInstanceOf(OctavoException.class)
                .hasMessageContaining("none");
    }

    @Test
    void aPayloadIsReadAsItComes() throws Exception {
        near.mishaps.add(Mishap.BROKEN);
        try (InputStream in = reads.stream(version)) {
            assertThat(in.read()).isEqualTo(BYTES[0] & 0xff);
            assertThat(in.readAllBytes()).hasSize(BYTES.length - 1).endsWith(BYTES[BYTES.length - 1]);
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void theLastOfWrongBytesIsWithheld() throws Exception {
        byte[] wrong = BYTES.clone();
        wrong[5]++;
        try (PayloadStore corrupt = newStore(wrong)) {
            server.links = List.of(corrupt.link("one"));
            try (InputStream in = reads.stream(version)) {
                assertThat(in.readNBytes(CHUNK)).hasSize(CHUNK);
                assertThatThrownBy(in::readAllBytes)
                        .isInstanceOf(IOException.class)
                        .hasCauseInstanceOf(OctavoException.class);
                assertThatThrownBy(in::read).isInstanceOf(IOException.class);
            }
        }
    }

    private void assertThatItIsThere() throws IOException {
        assertThat(Files.mismatch(file, Files.write(folder.resolve("expected"), BYTES)))
                .isEqualTo(-1);
        Files.delete(folder.resolve("expected"));
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    private static PayloadStore newStore(byte[] bytes) {
        try {
            return new PayloadStore(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
