package io.octavo.server.payload;

import io.octavo.protocol.Part;
import io.octavo.rules.Digests;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;

/**
 * A payload on its way from one region to another, a part of 8 MiB at a time, in the memory of one part. The object is
 * made only of bytes that had the digest. For one thread; calls block.
 */
public final class PayloadCopy {
    private final Part part;
    private final FailoverStream.Source source;
    private final RegionStore target;
    private final String key;
    private final RegionUpload upload;
    private final Origin origin;
    private final MessageDigest digest = Digests.newSha256();
    private final byte[] buffer;
    private long copied;
    private int parts;
    private boolean isVerified;

    PayloadCopy(Part part, FailoverStream.Source source, RegionStore target, String key, Origin origin) {
        this.part = part;
        this.source = source;
        this.target = target;
        this.key = key;
        this.upload = new RegionUpload(target, key);
        this.origin = origin;
        this.buffer = new byte[(int) Math.min(PartBuffers.PART_SIZE, part.getSize())];
    }

    /** Where it comes from, and where to. */
    public String route() {
        return source.store().name() + " to " + target.name();
    }

    /** How many bytes have been copied. */
    public long copied() {
        return copied;
    }

    /**
     * Copies the next part, if there is one; if that is UNAVAILABLE it can be tried again.
     *
     * @return whether there are more
     * @throws MissingPayload  if it isn't where it comes from any more
     * @throws ServiceException DIGEST_MISMATCH if other bytes are there than the version has: nothing came of it;
     *     UNAVAILABLE
     */
    public boolean next() {
        if (isVerified) {
            return false;
        }
        if (parts == 0) {
            // Of those before, whoever began them: the payload itself is long whole, or there would be no version of
            // it.
            target.attempts(key).forEach(attempt -> target.abort(key, attempt));
            upload.begin(origin);
        }
        int length = (int) Math.min(buffer.length, part.getSize() - copied);
        read(length);
        upload.put(parts + 1, buffer, length);
        digest.update(buffer, 0, length);
        parts++;
        copied += length;
        if (copied < part.getSize()) {
            return true;
        }
        byte[] sha256 = digest.digest();
        if (!MessageDigest.isEqual(sha256, part.getSha256().toByteArray())) {
            throw ServiceException.of(
                    ErrorCode.DIGEST_MISMATCH,
                    "region " + source.store().name() + ": " + key + " has the SHA-256 "
                            + HexFormat.of().formatHex(sha256) + " (expected: "
                            + HexFormat.of().formatHex(part.getSha256().toByteArray()) + ")");
        }
        isVerified = true;
        return false;
    }

    private void read(int length) {
        try (InputStream body = source.store().read(source.location(), copied, length)) {
            int read = body.readNBytes(buffer, 0, length);
            if (read < length) {
                throw new IOException("it ended after " + read + " bytes");
            }
        } catch (IOException e) {
            throw ServiceException.unavailable(
                    "region " + source.store().name() + ": S3 broke off while " + key + " was copied",
                    Duration.ofSeconds(5),
                    e);
        }
    }

    /** Makes the object, of all its parts. */
    public void complete() {
        upload.complete(part.getSize());
    }

    /** Gives it up, and frees what was copied, as far as the store can be asked; the sweep finds the rest. */
    public void giveUp() {
        upload.giveUpParts();
    }
}
