package io.octavo.client;

import io.octavo.protocol.PublishObjectsRequest;
import io.octavo.protocol.PublishResponse;

/** A publish of objects that are in S3 already. */
final class ObjectsPublishing implements Publishing {
    private final PublishObjectsRequest request;
    private final PublishCalls calls;
    private final Limits limits;
    private boolean isOpen;

    ObjectsPublishing(PublishObjectsRequest request, PublishCalls calls, Limits limits) {
        this.request = request;
        this.calls = calls;
        this.limits = limits;
    }

    @Override
    public PublishResponse attempt() throws InterruptedException {
        try {
            // The node may read them.
            return calls.call(
                    "publish objects to " + request.getHeader().getTopic(),
                    limits.request().plus(limits.stall()),
                    stub -> stub.publishObjects(request));
        } catch (OctavoException e) {
            isOpen |= Publisher.leavesOpen(e);
            throw e;
        } catch (InterruptedException e) {
            isOpen = true;
            throw e;
        }
    }

    @Override
    public boolean isOpen() {
        return isOpen;
    }
}
