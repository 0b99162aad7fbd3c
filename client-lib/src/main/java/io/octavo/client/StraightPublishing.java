package io.octavo.client;

import io.octavo.protocol.BeginUploadRequest;
import io.octavo.protocol.BeginUploadResponse;
import io.octavo.protocol.CompleteUploadRequest;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.PublishResponse;
import io.octavo.rules.ErrorCode;
import java.time.Duration;
import java.time.Instant;

/**
 * A publish whose bytes are put straight into S3, in parts, at addresses that a node signs. What is there already is
 * known by the stores alone: each attempt asks for what is missing, so that one that broke off is gone on with, also by
 * another process.
 */
final class StraightPublishing implements Publishing {
    /** So fast a node reads a payload through, at least, before it makes a version of it; in bytes a second. */
    private static final long SLOWEST_READ = 20 << 20;

    private final PublishHeader header;
    private final Content content;
    private final Progress progress;
    private final PublishCalls calls;
    private final PartUploads parts;
    private final Limits limits;
    private final World world;
    private final Instant end;
    private boolean isWelcome;
    private boolean isOpen;

    StraightPublishing(
            PublishHeader header,
            Content content,
            Progress progress,
            PublishCalls calls,
            PartUploads parts,
            Limits limits,
            World world) {
        this.header = header;
        this.content = content;
        this.progress = progress;
        this.calls = calls;
        this.parts = parts;
        this.limits = limits;
        this.world = world;
        this.end = world.steady().instant().plus(limits.transfer());
    }

    @Override
    public PublishResponse attempt() throws InterruptedException {
        if (header.getIfChanged() && !isOpen) {
            PublishResponse tried = tried();
            if (tried.getUnchanged()) {
                return tried;
            }
        }
        BeginUploadResponse begun = begun();
        while (!begun.getPublished() && begun.getMissing() > 0) {
            requireWelcome();
            BeginUploadResponse later = put(begun);
            if (later.getMissing() >= begun.getMissing()) {
                throw OctavoException.passing(doing() + ": the stores don't have the parts that they took", null);
            }
            begun = later;
        }
        progress.at(header.getSize());
        return completed(begun.getUploadId());
    }

    /** An upload that was given up meanwhile, or an address that is good no more, is begun anew. */
    @Override
    public boolean again(OctavoException failure) {
        return (failure.isPassing() || failure.code() == ErrorCode.GONE)
                && world.steady().instant().isBefore(end);
    }

    @Override
    public boolean isOpen() {
        return isOpen;
    }

    /** What breaks off after a part of it was taken is gone on with at once. */
    private BeginUploadResponse put(BeginUploadResponse begun) throws InterruptedException {
        try {
            parts.put(begun, content, missing -> progress.at(header.getSize() - missing), end);
        } catch (OctavoException e) {
            BeginUploadResponse later = again(e) ? begun() : begun;
            if (later.getMissing() >= begun.getMissing()) {
                throw e;
            }
            return later;
        }
        return begun();
    }

    private BeginUploadResponse begun() throws InterruptedException {
        BeginUploadRequest request = BeginUploadRequest.newBuilder()
                .setTopic(header.getTopic())
                .setSize(header.getSize())
                .setSha256(header.getSha256())
                .setIdempotencyKey(header.getIdempotencyKey())
                .build();
        return calls.call(doing(), limits.request().plus(limits.stall()), stub -> stub.beginUpload(request));
    }

    /** Has refused what the topic would refuse before all the bytes are sent. */
    private void requireWelcome() throws InterruptedException {
        if (!isWelcome) {
            var unused = tried();
            isWelcome = true;
        }
    }

    private PublishResponse tried() throws InterruptedException {
        CompleteUploadRequest request = CompleteUploadRequest.newBuilder()
                .setHeader(header)
                .setDryRun(true)
                .build();
        return calls.call(doing(), stub -> stub.completeUpload(request));
    }

    /** A node that works on it already is waited for. */
    private PublishResponse completed(long uploadId) throws InterruptedException {
        CompleteUploadRequest request = CompleteUploadRequest.newBuilder()
                .setHeader(header)
                .setUploadId(uploadId)
                .build();
        Duration atMost = limits.stall().plusSeconds(header.getSize() / SLOWEST_READ);
        try {
            return Retries.of(
                            "octavo-complete",
                            Integer.MAX_VALUE,
                            limits.retry(),
                            world.random(),
                            e -> e.code() == ErrorCode.REQUEST_RUNNING && again(e))
                    .executeCallable(() -> calls.call(doing(), atMost, stub -> stub.completeUpload(request)));
        } catch (OctavoException e) {
            isOpen |= Publisher.leavesOpen(e);
            throw e;
        } catch (InterruptedException e) {
            isOpen = true;
            throw e;
        } catch (Exception e) {
            throw Errors.from(e, doing());
        }
    }

    private String doing() {
        return "publish to " + header.getTopic() + " by way of S3";
    }
}
