package io.octavo.client;

import com.google.protobuf.UnsafeByteOperations;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.PublishObjectsRequest;
import io.octavo.protocol.S3Location;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * A version to be published: say what is to be known of it, then give the payload, by which it is published. One object
 * makes one version; not for use by several threads.
 *
 * <p>Publishing blocks until the version is durable. It is repeated a few times, with the same idempotency key and so
 * without ever making a second version, while the service can't be reached or its answer is lost. If it fails, the
 * {@link OctavoException} says why, and if {@link OctavoException#outcomeUnknown()}, the version may have been published
 * all the same. A thread that is interrupted gives up soon: the exception says so, and the thread stays interrupted.
 *
 * <p>Large payloads (see {@link OctavoClientBuilder#straightToS3From}) are put straight into the S3 stores of all regions,
 * several parts at a time. If that breaks off, for this process dies, say, publishing the same with the same {@link
 * #idempotencyKey} within a day sends only what is missing; what nobody goes on with, the service removes.
 */
public final class NewVersion {
    private static final int LONGEST_KEY = 200;
    private static final int LONGEST_REASON = 1000;

    private final PublishHeader.Builder header = PublishHeader.newBuilder();
    private final Publisher publisher;
    private TransferListener listener = (bytes, total) -> {};
    private boolean viaService;

    NewVersion(String topic, Publisher publisher) {
        this.publisher = publisher;
        header.setTopic(topic);
    }

    /**
     * Adds a part of the fleet that it is for, such as {@code region=eu,app=recs}; {@code *} is everybody. With none it
     * is for everybody, unless the topic requires a scope.
     *
     * @throws IllegalArgumentException if it is no scope, above all if it is empty
     */
    public NewVersion scope(String scope) {
        header.addScopes(Scopes.parse(scope));
        return this;
    }

    /** Adds an entry that consumers see with the version; at most 64 of them, together at most 4 KiB. */
    public NewVersion metadata(String key, String value) {
        header.putMetadata(key, value);
        return this;
    }

    /**
     * Names this publish and its repetitions, also those of another process, for 7 days. Without it a random one is
     * drawn.
     *
     * @param key 1 to 200 characters
     */
    public NewVersion idempotencyKey(String key) {
        header.setIdempotencyKey(Bounds.text("idempotencyKey", key, LONGEST_KEY));
        return this;
    }

    /** Publishes only if this is the topic's newest version then; 0 = the topic has none. */
    public NewVersion expectedVersion(long newest) {
        if (newest < 0) {
            throw new InvalidField("expectedVersion", newest, "0 or more");
        }
        header.setExpectedVersion(newest);
        return this;
    }

    /** Publishes it to nobody yet. */
    public NewVersion stage() {
        header.setStage(true);
        return this;
    }

    /** Says what the bytes are, such as {@code application/json}. */
    public NewVersion contentType(String contentType) {
        header.setContentType(Objects.requireNonNull(contentType, "contentType"));
        return this;
    }

    /** Says why, for the audit trail. */
    public NewVersion reason(String reason) {
        header.setReason(Objects.requireNonNull(reason, "reason"));
        return this;
    }

    /**
     * Makes nothing if the topic's newest version has the same bytes, metadata and scopes: then that one is the answer,
     * and says that it is {@link Published#unchanged}.
     */
    public NewVersion ifChanged() {
        header.setIfChanged(true);
        return this;
    }

    /**
     * Holds the version, in this client's name, from retention.
     *
     * @param reason why
     */
    public NewVersion hold(String reason) {
        header.setHold(Bounds.text("hold", reason, LONGEST_REASON));
        return this;
    }

    /** Is told how far the bytes are on their way. */
    public NewVersion progress(TransferListener told) {
        listener = Objects.requireNonNull(told, "told");
        return this;
    }

    /**
     * Sends a large payload through a node, too, rather than straight to the S3 stores: for where those can't be reached
     * from here.
     */
    public NewVersion viaService() {
        viaService = true;
        return this;
    }

    /**
     * Publishes these bytes, which must not change meanwhile.
     *
     * @throws OctavoException if it fails
     */
    public Published bytes(byte[] payload) {
        return publish(new Content.Bytes(UnsafeByteOperations.unsafeWrap(payload)));
    }

    /**
     * Publishes this text as UTF-8.
     *
     * @throws OctavoException if it fails
     */
    public Published string(String payload) {
        return bytes(payload.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Publishes this file's bytes, of any size; it must not change meanwhile. It is read twice: for its digest, by which
     * the service verifies what arrives, and to be sent.
     *
     * @throws OctavoException if it fails, also if the file can't be read
     */
    public Published file(Path payload) {
        return publish(new Content.File(payload));
    }

    /**
     * Publishes what this stream has, up to 50 GiB, which is read to its end first: into memory up to 1 MiB, else into a
     * temporary file. It is not closed.
     *
     * @throws OctavoException if it fails, also if the stream can't be read
     */
    public Published stream(InputStream payload) {
        check();
        try (Spool spool = publisher.spool(payload)) {
            return publish(spool.content());
        }
    }

    /**
     * Publishes objects that are in S3 already, in buckets that the operator allows. They are neither copied nor ever
     * deleted by the service, which looks whether they are there, and, if they are small, at their bytes; whoever gets
     * the version verifies it.
     *
     * @param locations the same bytes, one object for each region; 1 to 16
     * @param size      in bytes
     * @param sha256    64 hexadecimal digits
     * @throws OctavoException if it fails
     */
    public Published objects(List<S3Object> locations, long size, String sha256) {
        check();
        if (size < 0) {
            throw new InvalidField("size", size, "0 or more");
        }
        header.setSize(size).setSha256(Hex.sha256("sha256", sha256));
        PublishObjectsRequest.Builder request =
                PublishObjectsRequest.newBuilder().setHeader(header);
        for (S3Object location : locations) {
            request.addLocations(S3Location.newBuilder()
                    .setRegion(location.region())
                    .setBucket(location.bucket())
                    .setKey(location.key()));
        }
        return publisher.publish(request.build());
    }

    private Published publish(Content content) {
        check();
        content.describe(header);
        return publisher.publish(header.build(), content, viaService, listener);
    }

    private void check() {
        if (header.getStage() && header.getScopesCount() > 0) {
            throw new InvalidField("stage", "true", "no scope: a staged version is published to nobody");
        }
        if (header.getIdempotencyKey().isEmpty()) {
            header.setIdempotencyKey(UUID.randomUUID().toString());
        }
    }
}
