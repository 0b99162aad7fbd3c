package io.octavo.server.peers;

import io.grpc.ManagedChannel;
import io.octavo.protocol.NodeServiceGrpc;
import io.octavo.protocol.NodeServiceGrpc.NodeServiceFutureStub;
import io.octavo.server.nodes.NodeTable.Node;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Another node of the installation, as long as its row stays the same, and the connection to it. Thread-safe. */
public final class Peer {
    private final Node node;
    private final ManagedChannel channel;
    private final NodeServiceFutureStub stub;

    Peer(Node node, ManagedChannel channel) {
        this.node = node;
        this.channel = channel;
        this.stub = NodeServiceGrpc.newFutureStub(channel);
    }

    public Node node() {
        return node;
    }

    /**
     * What can be asked of it. A call that can't be made now fails at once; none takes longer than the time given. What
     * is run when one ends, runs on the transport's threads and must not block.
     */
    public NodeServiceFutureStub calls(Duration longest) {
        return stub.withDeadlineAfter(longest.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Begins to connect, so that the first call need not wait for it. */
    void connect() {
        var unused = channel.getState(true);
    }

    /** Waits no longer than now for the next attempt to connect, if the last one failed. */
    void connectAgain() {
        channel.resetConnectBackoff();
    }

    /** Takes no more calls; those under way end within their time. */
    void close() {
        channel.shutdown();
    }

    void closeNow() {
        channel.shutdownNow();
    }
}
