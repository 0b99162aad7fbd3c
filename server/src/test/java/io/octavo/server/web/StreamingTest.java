package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.sun.management.ThreadMXBean;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.Part;
import io.octavo.rules.Digests;
import io.octavo.server.publish.PayloadIntake;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Payloads go through in streams: no more of them is in memory than is under way. */
@ExtendWith(NodeExtension.class)
class StreamingTest {
    private static final int SIZE = 50 << 20;
    private static final int HALF = SIZE / 2;

    private final TestNode node;
    private final Http http;
    private final String topic = TestNode.newTopic();
    private final String versions = "/api/v1/topics/" + topic + "/versions";

    StreamingTest(TestNode node) {
        this.node = node;
        this.http = node.http();
    }

    @AfterEach
    void inMemory() {
        node.intake(node.payloads());
        node.outlet(node.payloads());
    }

    @Test
    void aLargePayloadIsTakenAsItArrivesAndInLittleMemory() throws IOException {
        DigestingIntake intake = new DigestingIntake();
        node.intake(intake);
        Zeros sent = new Zeros(SIZE, () -> await(intake.half));

        Answer answer = http.send("POST", versions, BodyPublishers.ofInputStream(() -> sent), "Content-Type", "a/b");

        assertThat(answer.isStatus(201).json().get("size").longValue()).isEqualTo(SIZE);
        assertThat(answer.json().get("sha256").stringValue()).isEqualTo(zeros(SIZE));
        assertThat(intake.allocated.get()).as("bytes allocated").isLessThan(4L << 20);
    }

    @Test
    void aLargePayloadIsSentAsItIsReadAndInRanges() throws Exception {
        node.intake(new DigestingIntake());
        http.send("POST", versions, BodyPublishers.ofInputStream(() -> new Zeros(SIZE, () -> {})))
                .isStatus(201);
        CountDownLatch half = new CountDownLatch(1);
        node.outlet((part, offset, length) -> new Zeros(length, () -> await(half)));

        HttpResponse<InputStream> response = Http.client()
                .send(
                        http.request("GET", versions + "/1/payload", BodyPublishers.noBody()),
                        BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            body.readNBytes(1 << 20);
            half.countDown();
            assertThat(body.transferTo(OutputStream.nullOutputStream())).isEqualTo(SIZE - (1 << 20));
        }
        Answer range = http.get(versions + "/1/payload", "Range", "bytes=" + HALF + "-" + (HALF + 99));
        assertThat(range.isStatus(206).body()).hasSize(100);
    }

    @Test
    @Timeout(20)
    void aPayloadThatEndsTooSoonBreaksTheConnection() {
        node.intake(new DigestingIntake());
        http.send("POST", versions, BodyPublishers.ofInputStream(() -> new Zeros(SIZE, () -> {})))
                .isStatus(201);
        node.outlet((part, offset, length) -> new Zeros(length - 1, () -> {}));

        assertThatThrownBy(() -> http.get(versions + "/1/payload"))
                .hasCauseInstanceOf(IOException.class)
                .cause()
                .isNotInstanceOf(HttpTimeoutException.class);
    }

    @Test
    @Timeout(20)
    void aStoreThatIsCutOffIsNotTakenForACallerWhoHasGone() {
        node.intake(new DigestingIntake());
        http.send("POST", versions, BodyPublishers.ofInputStream(() -> new Zeros(SIZE, () -> {})))
                .isStatus(201);
        node.outlet((part, offset, length) -> new Zeros(length, () -> {
            throw new UncheckedIOException(new IOException("Connection reset by peer"));
        }));

        assertThatThrownBy(() -> http.get(versions + "/1/payload")).hasCauseInstanceOf(IOException.class);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS))
                    .as("the other end went on")
                    .isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String zeros(int size) throws IOException {
        MessageDigest digest = Digests.newSha256();
        try (InputStream zeros = new Zeros(size, () -> {})) {
            byte[] buffer = new byte[1 << 16];
            for (int read = zeros.read(buffer); read >= 0; read = zeros.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Zeros, with something to be done in the middle. */
    private static final class Zeros extends InputStream {
        private final long size;
        private final Runnable atHalf;
        private long position;
        private boolean halfDone;

        Zeros(long size, Runnable atHalf) {
            this.size = size;
            this.atHalf = atHalf;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : 0;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (position >= size) {
                return -1;
            }
            if (position >= size / 2 && !halfDone) {
                halfDone = true;
                atHalf.run();
            }
            int count = (int) Math.min(length, size - position);
            Arrays.fill(target, offset, offset + count, (byte) 0);
            position += count;
            return count;
        }
    }

    /** Keeps only the digest; tells when it has a third, and what it cost. */
    private static final class DigestingIntake implements PayloadIntake {
        private final CountDownLatch half = new CountDownLatch(1);
        private final AtomicLong allocated = new AtomicLong();

        @Override
        public Stored store(String name, InputStream body, Announced announced) {
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            byte[] buffer = new byte[1 << 16];
            MessageDigest digest = Digests.newSha256();
            long size = 0;
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                    digest.update(buffer, 0, read);
                    size += read;
                    if (size > SIZE / 3) {
                        half.countDown();
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            allocated.set(threads.getCurrentThreadAllocatedBytes() - before);
            Part part = Part.newBuilder()
                    .setSize(size)
                    .setSha256(ByteString.copyFrom(digest.digest()))
                    .setDirect(DirectPointer.newBuilder().setPayloadId(1))
                    .build();
            return new Stored(1, part);
        }

        @Override
        public void discard(Stored stored) {}
    }
}
