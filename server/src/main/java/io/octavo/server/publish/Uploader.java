package io.octavo.server.publish;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Part;
import io.octavo.protocol.UploadOutcome;
import io.octavo.protocol.UploadRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.payload.MissingParts;
import io.octavo.server.payload.OpenUpload;
import io.octavo.server.payload.SignedUploads;
import io.octavo.server.payload.StoredPayload;
import io.octavo.server.publish.PayloadIntake.Announced;
import io.octavo.server.publish.PayloadIntake.Stored;
import io.octavo.server.publish.Published.Outcome;
import io.octavo.server.topic.Limits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.validation.TopicChecks;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes versions of payloads that their publishers put into S3 themselves. An upload is given up in the log before its
 * bytes are touched, as the sweep does it: of a commit and a giving up, one wins.
 *
 * <p>Calls block; safe for use by several threads.
 */
public final class Uploader {
    private static final Logger LOG = LoggerFactory.getLogger(Uploader.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Publisher publisher;
    private final TopicLog log;
    private final SignedUploads uploads;
    private final InstantSource clock;

    public Uploader(Publisher publisher, TopicLog log, SignedUploads uploads, InstantSource clock) {
        this.publisher = publisher;
        this.log = log;
        this.uploads = uploads;
        this.clock = clock;
    }

    /** An upload that is open, and what it lacks. */
    record Begun(OpenUpload upload, MissingParts missing) {}

    /**
     * Begins an upload, or goes on with the one that has the key.
     *
     * @param partSize 0 = 8 MiB
     * @return null if the key made a version already
     * @throws ServiceException IDEMPOTENCY_KEY_REUSED if the key names another payload's upload
     */
    @Nullable
    Begun begin(String topic, String key, long size, ByteString sha256, long partSize) {
        checkNames(topic, key);
        return publisher.during(topic, key, () -> {
            publisher.requireWelcome(topic, size);
            if (log.request(topic, key) != null) {
                return null;
            }
            Begun begun = goOn(topic, key, size, sha256);
            return begun != null ? begun : begun(uploads.begin(topic, key, size, sha256, partSize), size, sha256);
        });
    }

    /** Null if there is none with the key, or none any more. */
    private @Nullable Begun goOn(String topic, String key, long size, ByteString sha256) {
        OpenUpload open = uploads.find(topic, key);
        if (open == null) {
            return null;
        }
        requireSame(open, size, sha256);
        MissingParts missing = isAborted(open) ? null : uploads.missing(open);
        if (missing != null) {
            return new Begun(open, missing);
        }
        if (!giveUp(open)) {
            throw completedJustNow(key);
        }
        return null;
    }

    private Begun begun(OpenUpload open, long size, ByteString sha256) {
        // Another call with the key may have been faster, with another payload.
        requireSame(open, size, sha256);
        MissingParts missing = uploads.missing(open);
        if (missing == null) {
            throw ServiceException.unavailable(
                    "upload: given up while it was begun; send the request again", RETRY_AFTER, null);
        }
        return new Begun(open, missing);
    }

    /**
     * Makes a version of a complete upload; durable on return. The order has the key, the size and the digest.
     *
     * @throws ServiceException GONE if there is no such upload any more; DIGEST_MISMATCH, and it is given up;
     *     UNAVAILABLE if it is not known to have happened: repeat it with the same key
     * @throws InvalidField if parts are missing, or the order can't be taken
     */
    Published complete(PublishOrder order, long uploadId) {
        String key = requireKey(order);
        Published published = publisher.publish(order, new Uploaded(order, key, uploadId));
        try {
            OpenUpload open = uploads.find(order.topic(), key);
            if (open != null) {
                uploads.close(open);
            }
        } catch (RuntimeException e) {
            LOG.info("upload {} stays listed until it expires: {}", uploadId, e.getMessage());
        }
        return published;
    }

    /** Tells what {@link #complete} would do as far as the topic is concerned; looks at no bytes. */
    Published dryRun(PublishOrder order) {
        Published asked = publisher.dryRun(order, new Uploaded(order, requireKey(order), 0));
        if (asked.outcome() == Outcome.UNCHANGED) {
            // Nobody uploads what is there: no publish comes after this one.
            publisher.noteUse(order, asked.head());
        }
        return asked;
    }

    /**
     * Gives an upload up and removes its bytes.
     *
     * @return false if there is none with this key
     * @throws InvalidField if a version was made of it
     */
    boolean abort(String topic, String key) {
        checkNames(topic, key);
        return publisher.during(topic, key, () -> {
            OpenUpload open = uploads.find(topic, key);
            if (log.request(topic, key) != null || (open != null && !giveUp(open))) {
                throw new InvalidField("Idempotency-Key", key, "one that has made no version yet");
            }
            return open != null;
        });
    }

    /** False if it was committed: then its bytes stay. */
    private boolean giveUp(OpenUpload open) {
        if (!log.abortUpload(open.topic(), open.uploadId(), clock.millis())) {
            return false;
        }
        uploads.delete(open);
        return true;
    }

    private boolean isAborted(OpenUpload open) {
        UploadRecord ended = log.upload(open.topic(), open.uploadId());
        return ended != null && ended.getOutcome() == UploadOutcome.ABORTED;
    }

    private static void requireSame(OpenUpload open, @Nullable Long size, ByteString sha256) {
        if (size == null || open.size() != size || !open.sha256().equals(sha256)) {
            throw ServiceException.of(
                    ErrorCode.IDEMPOTENCY_KEY_REUSED,
                    "Idempotency-Key: " + open.key() + " names an upload of another payload (expected: size "
                            + open.size() + " and its digest, or another key)");
        }
    }

    private static void checkNames(String topic, String key) {
        TopicNames.check(topic);
        Limits.checkSaid("Idempotency-Key", key, Limits.NAME_LENGTH);
    }

    private static String requireKey(PublishOrder order) {
        if (order.key() == null) {
            throw new InvalidField("Idempotency-Key", "none", "the one of BeginUpload");
        }
        if (order.announced().size() == null || order.announced().sha256().isEmpty()) {
            throw new InvalidField("sha256", "none", "size and SHA-256 as BeginUpload had them");
        }
        return order.key();
    }

    private static ServiceException completedJustNow(String key) {
        return ServiceException.unavailable(
                "Idempotency-Key: " + key + " made a version just now; send the request again", RETRY_AFTER, null);
    }

    /** The bytes of a version that are in S3 by an upload. */
    private final class Uploaded implements Publisher.Source {
        private final PublishOrder order;
        private final String key;
        private final long uploadId;

        Uploaded(PublishOrder order, String key, long uploadId) {
            this.order = order;
            this.key = key;
            this.uploadId = uploadId;
        }

        @Override
        public Part digest() {
            return Publisher.announced(order);
        }

        /** The bytes are looked at when it is completed. */
        @Override
        public Part examine(TopicChecks checks) {
            return digest();
        }

        @Override
        public Stored store(TopicChecks checks) {
            OpenUpload open = uploads.find(order.topic(), key);
            if (open == null || open.uploadId() != uploadId || isAborted(open)) {
                throw ServiceException.of(
                        ErrorCode.GONE,
                        "upload: " + uploadId + " (expected: one that is open; this one was given up, or never begun:"
                                + " BeginUpload with the same key begins anew)");
            }
            Announced announced = order.announced();
            requireSame(open, announced.size(), announced.sha256());
            try {
                StoredPayload stored = uploads.complete(open, announced.contentType(), checks::on);
                return new Stored(stored.uploadId(), stored.part());
            } catch (ServiceException e) {
                if (e.code() == ErrorCode.DIGEST_MISMATCH) {
                    giveUpQuietly(open);
                }
                throw e;
            }
        }

        /** They stay: what was refused may be asked for again in another way, and another node may be at it. */
        @Override
        public void discard(Stored stored) {}

        private void giveUpQuietly(OpenUpload open) {
            try {
                giveUp(open);
            } catch (RuntimeException e) {
                LOG.warn("upload {} has wrong bytes and stays open until the sweep", open.uploadId(), e);
            }
        }
    }
}
