package io.octavo.server.payload;

import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.payload.FailoverStream.Source;
import io.octavo.server.payload.RegionStore.StoredPart;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An open upload in one region. What there is of it is asked of the store each time: other nodes may work on it too.
 */
record OpenRegionUpload(RegionStore store, OpenUpload upload) {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final int BUFFER = 256 << 10;
    private static final int TRIES = 4;

    /** Whether the parts were put together. */
    boolean isWhole() {
        return store.size(upload.objectKey()) == upload.size();
    }

    /** The tags of the parts that are there in full, by number; null if the store doesn't know the upload. */
    @Nullable
    SortedMap<Integer, String> parts() {
        List<StoredPart> stored = store.parts(upload.objectKey(), attempt());
        // Of an attempt that is over, some stores say that it has no parts.
        if (stored == null
                || (stored.isEmpty() && !store.attempts(upload.objectKey()).contains(attempt()))) {
            return null;
        }
        SortedMap<Integer, String> parts = new TreeMap<>();
        for (StoredPart part : stored) {
            int number = part.number();
            if (number <= upload.partCount() && part.size() == upload.partLength(number)) {
                parts.put(number, part.tag());
            }
        }
        return parts;
    }

    MissingParts.Link link(int number, Duration good) {
        SignedPart signed = store.partLink(upload.objectKey(), attempt(), number, upload.partLength(number), good);
        return new MissingParts.Link(
                store.name(),
                number,
                upload.partOffset(number),
                upload.partLength(number),
                signed.url(),
                signed.expires());
    }

    /**
     * Puts the parts together, unless that was done before.
     *
     * @throws InvalidField if parts are missing
     * @throws ServiceException GONE if the store doesn't know the upload any more
     */
    void complete() {
        if (isWhole()) {
            return;
        }
        SortedMap<Integer, String> parts = parts();
        if (parts == null) {
            // Another call may have put it together just now.
            if (!isWhole()) {
                throw ServiceException.of(
                        ErrorCode.GONE,
                        "upload: region " + store.name() + " knows nothing of it any more (expected: BeginUpload, with"
                                + " the same key, which begins anew)");
            }
            return;
        }
        if (parts.size() != upload.partCount()) {
            throw new InvalidField(
                    "parts",
                    parts.size() + " in region " + store.name(),
                    upload.partCount() + "; BeginUpload, with the same key, tells which are missing");
        }
        new RegionUpload(store, upload.objectKey(), attempt(), parts).complete(upload.size());
    }

    /** The store's mark of the whole object's content. */
    String tag() {
        return store.tag(upload.objectKey());
    }

    /**
     * Reads the object through.
     *
     * @param checks what it is held against on the way
     * @throws ServiceException DIGEST_MISMATCH if it has other bytes than were announced
     */
    void verify(UnaryOperator<InputStream> checks) {
        Source source = new Source(store, store.location(upload.objectKey()));
        // The same one again and again: reading goes on where it broke off.
        List<Source> sources = Collections.nCopies(TRIES, source);
        try (InputStream bytes = FailoverStream.open(sources, true, 0, upload.size());
                InputStream checked = checks.apply(bytes)) {
            Intake intake = new Intake(checked, new Expected(upload.size(), upload.sha256(), ""), upload.size());
            byte[] buffer = new byte[BUFFER];
            int read = 0;
            while (read >= 0) {
                read = intake.read(buffer, 0, BUFFER);
            }
            intake.verify();
        } catch (MissingPayload e) {
            throw ServiceException.of(
                    ErrorCode.GONE, "upload: region " + store.name() + " has lost it (expected: BeginUpload anew)");
        } catch (IOException e) {
            throw ServiceException.unavailable(
                    "region " + store.name() + ": S3 broke off while the upload was verified; complete it again",
                    RETRY_AFTER,
                    e);
        }
    }

    private String attempt() {
        String attempt = upload.attempts().get(store.name());
        if (attempt == null) {
            throw new IllegalStateException("region " + store.name() + " is not one of upload " + upload.uploadId());
        }
        return attempt;
    }
}
