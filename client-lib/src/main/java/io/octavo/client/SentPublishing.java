package io.octavo.client;

import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.PublishResponse;
import io.octavo.protocol.PublishServiceGrpc;
import io.octavo.rules.ErrorCode;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A publish whose bytes are sent to a node. */
final class SentPublishing implements Publishing {
    /** A transfer that is slower than this many bytes a second is given up. */
    private static final long SLOWEST = 1 << 20;

    private final PublishHeader header;
    private final Content content;
    private final Progress progress;
    private final Endpoints nodes;
    private final Limits limits;
    private boolean isOpen;

    SentPublishing(PublishHeader header, Content content, Progress progress, Endpoints nodes, Limits limits) {
        this.header = header;
        this.content = content;
        this.progress = progress;
        this.nodes = nodes;
        this.limits = limits;
    }

    @Override
    public PublishResponse attempt() throws InterruptedException {
        Node node = nodes.current(limits.request());
        Upload upload = new Upload(progress);
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

    @Override
    public boolean isOpen() {
        return isOpen;
    }

    private String doing() {
        return "publish to " + header.getTopic();
    }

    private Duration atMost() {
        Duration slowest = limits.stall().plusSeconds(header.getSize() / SLOWEST);
        return slowest.compareTo(limits.transfer()) < 0 ? slowest : limits.transfer();
    }
}
