package io.octavo.client;

import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.PublishResponse;
import io.octavo.protocol.PublishServiceGrpc;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Publishes, by as many attempts as it takes, all with one idempotency key. Blocks. */
final class Publisher {
    /** A transfer that is slower than this many bytes a second is given up. */
    private static final long SLOWEST = 1 << 20;

    private final Endpoints nodes;
    private final Limits limits;
    private final World world;

    Publisher(Endpoints nodes, Limits limits, World world) {
        this.nodes = nodes;
        this.limits = limits;
        this.world = world;
    }

    Published publish(PublishHeader header, Content content) {
        Publishing publishing = new Publishing(header, content);
        try {
            return published(Retries.of(
                            "octavo-publish",
                            limits.uploads(),
                            limits.retry(),
                            world.random(),
                            OctavoException::isPassing)
                    .executeCallable(publishing::attempt));
        } catch (OctavoException e) {
            throw e.ofPublish(header.getIdempotencyKey(), publishing.isOpen && e.isPassing());
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw Errors.from(e, publishing.doing()).ofPublish(header.getIdempotencyKey(), publishing.isOpen);
        }
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
                response.getReplayed());
    }

    private final class Publishing {
        private final PublishHeader header;
        private final Content content;
        /** An attempt was sent and not answered: the version may have been published. */
        private boolean isOpen;

        Publishing(PublishHeader header, Content content) {
            this.header = header;
            this.content = content;
        }

        PublishResponse attempt() throws InterruptedException {
            Node node = nodes.current(limits.request());
            Upload upload = new Upload();
            Duration atMost = atMost();
            try {
                var unused = PublishServiceGrpc.newStub(node.channel())
                        .withDeadlineAfter(atMost.toMillis(), TimeUnit.MILLISECONDS)
                        .publish(upload);
                return upload.send(header, content, limits.stall(), atMost);
            } catch (TimeoutException e) {
                nodes.failed(node);
                isOpen |= upload.hasBegun();
                throw OctavoException.passing(doing() + ": no answer in time from " + node.address(), e);
            } catch (ExecutionException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                if (Errors.isNodeFailure(cause)) {
                    nodes.failed(node);
                }
                OctavoException failure = Errors.from(cause, doing());
                isOpen |= upload.hasBegun() && failure.isPassing() && failure.code() != ErrorCode.RATE_LIMITED;
                throw failure;
            } catch (InterruptedException e) {
                isOpen |= upload.hasBegun();
                throw e;
            }
        }

        private String doing() {
            return "publish to " + header.getTopic();
        }

        private Duration atMost() {
            Duration slowest = limits.stall().plusSeconds(header.getSize() / SLOWEST);
            return slowest.compareTo(limits.transfer()) < 0 ? slowest : limits.transfer();
        }
    }
}
