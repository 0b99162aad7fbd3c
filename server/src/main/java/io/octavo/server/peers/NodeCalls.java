package io.octavo.server.peers;

import io.grpc.ClientInterceptor;
import io.grpc.netty.NettyChannelBuilder;
import io.octavo.server.nodes.NodeTable.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections to the other nodes of the installation: one to each node that is up, opened when it is first called and
 * closed when its row is gone. A node that was started again is another one. This node itself is not among them: what
 * is asked of all nodes, it asks itself without a call. Thread-safe; nothing here blocks.
 */
public final class NodeCalls implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeCalls.class);

    private final Node self;
    private final ClientInterceptor secret;
    private final PeerTls tls;
    private final List<Consumer<List<Peer>>> followers = new CopyOnWriteArrayList<>();
    private volatile Map<Node, Peer> peers = Map.of();
    private boolean closed;
    private boolean sharingTold;

    /** @param secret shows the other nodes that this is one */
    public NodeCalls(Node self, ClientInterceptor secret, PeerTls tls) {
        this.self = self;
        this.secret = secret;
        this.tls = tls;
    }

    /** The other nodes of the subscribe role that are up, as of the last heartbeat. */
    public List<Peer> subscribers() {
        return subscribers(peers);
    }

    /** Has a follower told of {@link #subscribers} now, and whenever they change; one at a time, and it must not block. */
    public synchronized void follow(Consumer<List<Peer>> follower) {
        followers.add(follower);
        follower.accept(subscribers());
    }

    /** Takes the nodes that are up now, this one among them. */
    public synchronized void nodes(List<Node> up) {
        if (closed) {
            return;
        }
        tellOfSharing(up);
        Map<Node, Peer> before = peers;
        Map<Node, Peer> now = new LinkedHashMap<>();
        for (Node node : others(up)) {
            Peer known = before.get(node);
            Peer peer = known == null ? open(node) : known;
            if (peer != null) {
                now.put(node, peer);
            }
        }
        peers = now;
        if (!now.keySet().equals(before.keySet())) {
            followers.forEach(follower -> follower.accept(subscribers(now)));
            before.forEach((node, peer) -> {
                if (!now.containsKey(node)) {
                    peer.close();
                }
            });
        }
        // By themselves channels would wait longer and longer, up to two minutes.
        now.values().forEach(Peer::connectAgain);
    }

    @Override
    public synchronized void close() {
        closed = true;
        peers.values().forEach(Peer::closeNow);
        peers = Map.of();
    }

    /** Each address once: a node that was given another name has two rows for a while. */
    private List<Node> others(List<Node> up) {
        Set<String> addresses = new HashSet<>(Set.of("", self.grpc()));
        List<Node> others = new ArrayList<>();
        up.stream()
                .sorted(Comparator.comparing(Node::started).reversed())
                .filter(node -> !node.node().equals(self.node()))
                .filter(node -> addresses.add(node.grpc()))
                .forEach(others::add);
        return others;
    }

    /** An older row of this address may be this node's own, from before it was given another name. */
    private void tellOfSharing(List<Node> up) {
        for (Node node : up) {
            if (!sharingTold
                    && node.grpc().equals(self.grpc())
                    && node.started().isAfter(self.started())) {
                sharingTold = true;
                LOG.warn(
                        "octavo.node.grpc-address: {}, of node {} too (expected: each node's own); they can't call one"
                                + " another",
                        self.grpc(),
                        node.node());
            }
        }
    }

    private static List<Peer> subscribers(Map<Node, Peer> peers) {
        return peers.values().stream().filter(peer -> peer.node().subscribes()).toList();
    }

    private @Nullable Peer open(Node node) {
        try {
            NettyChannelBuilder builder = NettyChannelBuilder.forTarget("dns:///" + node.grpcAddress())
                    .directExecutor()
                    .disableServiceConfigLookUp()
                    .intercept(secret)
                    .keepAliveTime(20, TimeUnit.SECONDS)
                    .keepAliveTimeout(5, TimeUnit.SECONDS)
                    .keepAliveWithoutCalls(true);
            return new Peer(
                    node,
                    node.grpcTls()
                            ? builder.sslContext(tls.context()).build()
                            : builder.usePlaintext().build());
        } catch (RuntimeException e) {
            LOG.warn("node {} can't be called at {}: {}", node.node(), node.grpc(), e.toString());
            return null;
        }
    }
}
