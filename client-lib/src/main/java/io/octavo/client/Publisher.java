package io.octavo.client;

import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.PublishObjectsRequest;
import io.octavo.protocol.PublishResponse;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Publishes, by as many attempts as it takes, all with one idempotency key. Blocks. */
final class Publisher {
    /** What the service takes at most. */
    private static final long LARGEST = 50L << 30;

    private final Endpoints nodes;
    private final PublishCalls calls;
    private final PartUploads parts;
    private final Transfers transfers;
    private final Supplier<Path> newFile;
    private final Limits limits;
    private final World world;

    /** @param newFile makes a temporary file */
    Publisher(
            Endpoints nodes,
            PublishCalls calls,
            PartUploads parts,
            Transfers transfers,
            Supplier<Path> newFile,
            Limits limits,
            World world) {
        this.nodes = nodes;
        this.calls = calls;
        this.parts = parts;
        this.transfers = transfers;
        this.newFile = newFile;
        this.limits = limits;
        this.world = world;
    }

    /**
     * Publishes the content: a large one straight to S3.
     *
     * @param header  with size and digest
     * @param viaNode whether a large one goes by way of a node, too
     */
    Published publish(PublishHeader header, Content content, boolean viaNode, TransferListener listener) {
        Progress progress = new Progress(listener, header.getSize());
        boolean straight = !viaNode && header.getSize() >= transfers.straightFrom();
        return carryOut(
                header,
                straight
                        ? new StraightPublishing(header, content, progress, calls, parts, limits, world)
                        : new SentPublishing(header, content, progress, nodes, limits));
    }

    Published publish(PublishObjectsRequest request) {
        return carryOut(request.getHeader(), new ObjectsPublishing(request, calls, limits));
    }

    /** What a stream has; to be closed. */
    Spool spool(InputStream in) {
        return Spool.of(in, LARGEST, newFile);
    }

    /** Whether the version may have been published all the same. */
    static boolean leavesOpen(OctavoException failure) {
        return failure.isPassing() && failure.code() != ErrorCode.RATE_LIMITED;
    }

    private Published carryOut(PublishHeader header, Publishing publishing) {
        try {
            return published(
                    Retries.of("octavo-publish", limits.uploads(), limits.retry(), world.random(), publishing::again)
                            .executeCallable(publishing::attempt));
        } catch (OctavoException e) {
            throw e.ofPublish(header.getIdempotencyKey(), publishing.isOpen() && isSilent(e));
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw Errors.from(e, "publish to " + header.getTopic())
                    .ofPublish(header.getIdempotencyKey(), publishing.isOpen());
        }
    }

    /** Whether it doesn't tell what the key has made: it need not be of a service that has looked. */
    private static boolean isSilent(OctavoException failure) {
        return switch (failure.code()) {
            case UNAVAILABLE, UNAUTHENTICATED, PERMISSION_DENIED, NOT_FOUND, INTERNAL -> true;
            default -> failure.isPassing();
        };
    }

    private static Published published(PublishResponse response) {
        VersionRecord record = response.getRecord();
        boolean hasPart = record.getPartsCount() > 0;
        return new Published(
                response.getTopic(),
                record.getVersion(),
                response.getRevision(),
                hasPart ? Hex.of(record.getParts(0).getSha256()) : "",
                hasPart ? record.getParts(0).getSize() : 0,
                response.getReplayed(),
                response.getUnchanged(),
                response.getUndo().isEmpty() ? null : response.getUndo());
    }
}
