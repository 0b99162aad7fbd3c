package io.octavo.cli;

import io.octavo.rules.Digests;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpRequest;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A payload on its way here: streamed, gone on with where it broke off, verified. Used once. */
final class Download {
    /** Attempts in a row that may bring nothing. */
    static final int FRUITLESS_ATTEMPTS = 5;

    private static final int ATTEMPTS = 100;

    private final Api api;
    private final Target target;
    private final long size;
    private final String sha256;
    private final OutputStream to;
    private final Progress progress;
    private final MessageDigest digest = Digests.newSha256();
    private long done;

    /**
     * @param size   the payload's bytes
     * @param sha256 its digest in hex
     * @param to     where the bytes go; whether they are the right ones is known after the last
     */
    Download(Api api, Target target, long size, String sha256, OutputStream to, Progress progress) {
        this.api = api;
        this.target = target;
        this.size = size;
        this.sha256 = sha256;
        this.to = to;
        this.progress = progress;
    }

    /**
     * Does it.
     *
     * @throws Failure if the bytes can't be had, or are not the version's
     */
    void run() throws InterruptedException {
        int fruitless = 0;
        for (int attempt = 1; done < size; attempt++) {
            long before = done;
            Failure failure = attempt();
            fruitless = done > before ? 0 : fruitless + 1;
            if (done < size) {
                if (fruitless == FRUITLESS_ATTEMPTS || attempt == ATTEMPTS) {
                    throw failure;
                }
                api.timing().pauseAfter(fruitless + 1, failure.retryAfter());
            }
        }
        String actual = HexFormat.of().formatHex(digest.digest());
        if (done != size || !actual.equals(sha256)) {
            throw Failure.here("payload: " + done + " bytes with SHA-256 " + actual + " (expected: " + size
                    + " bytes with SHA-256 " + sha256 + "); don't use what was written");
        }
    }

    /** Gets as many of the missing bytes as it can; answers why it ended, in case there are still some. */
    private Failure attempt() throws InterruptedException {
        HttpRequest.Builder request = api.request(target).timeout(api.timing().answer());
        if (done > 0) {
            request.header("Range", "bytes=" + done + "-");
        }
        try (Answer answer = api.send(request.build(), api.stall())) {
            if (!answer.isSuccess()) {
                Failure refusal = answer.refusal();
                if (!refusal.isPassing()) {
                    throw refusal;
                }
                return refusal;
            }
            copy(answer);
            return Failure.unreachable(api.server(), "the payload ended early");
        } catch (IOException e) {
            return Failure.unreachable(api.server(), Unreachable.reason(e));
        }
    }

    private void copy(Answer answer) throws IOException {
        long position = answer.status() == 206 ? start(answer.header("Content-Range")) : 0;
        byte[] buffer = new byte[1 << 16];
        for (int count = answer.read(buffer); count >= 0 && done <= size; count = answer.read(buffer)) {
            int known = (int) Math.min(count, done - position);
            position += count;
            if (count > known) {
                write(buffer, known, count - known);
            }
        }
    }

    private long start(@Nullable String contentRange) {
        if (contentRange == null || !contentRange.startsWith("bytes " + done + "-")) {
            throw Failure.here("Content-Range: " + contentRange + " (expected: bytes " + done + "-…)");
        }
        return done;
    }

    private void write(byte[] bytes, int offset, int length) {
        try {
            to.write(bytes, offset, length);
        } catch (IOException e) {
            throw Failure.here("writing failed: " + e.getMessage());
        }
        digest.update(bytes, offset, length);
        done += length;
        progress.at(done);
    }
}
