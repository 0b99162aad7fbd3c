package io.octavo.client;

import io.grpc.ManagedChannel;
import io.octavo.rules.ErrorCode;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that serve one role. All calls go to one of them, and to the next when it fails; once all have failed, the
 * list is looked up again. Connections open at the first call and are made again for ever.
 */
final class Endpoints implements AutoCloseable {
    private static final Logger LOG = System.getLogger("io.octavo.client");

    private final Supplier<CompletableFuture<List<String>>> lookup;
    private final Function<String, ManagedChannel> connect;
    private final Map<String, ManagedChannel> channels = new HashMap<>();
    private List<String> addresses = List.of();
    private int chosen;
    private @Nullable CompletableFuture<List<String>> asked;
    private @Nullable CompletableFuture<Node> looking;
    private boolean closed;

    /**
     * @param lookup  host:port of each node, best first; asked for at the first call, not before; ends when it is cancelled
     * @param connect a channel to one of them, which need not be connected yet
     */
    Endpoints(Supplier<CompletableFuture<List<String>>> lookup, Function<String, ManagedChannel> connect) {
        this.lookup = lookup;
        this.connect = connect;
    }

    /** The node to call now. Doesn't block. */
    synchronized CompletableFuture<Node> current() {
        if (closed) {
            return CompletableFuture.failedFuture(
                    OctavoException.lasting(ErrorCode.UNAVAILABLE, "this client is closed", null));
        }
        if (chosen < addresses.size()) {
            return CompletableFuture.completedFuture(node());
        }
        if (looking == null || looking.isDone()) {
            asked = lookup.get();
            looking = asked.handle(this::found);
        }
        return looking;
    }

    /** The node to call now; waits for it if it must be looked up. */
    Node current(Duration atMost) throws InterruptedException {
        try {
            return current().get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw Errors.from(e, "find a node");
        } catch (TimeoutException e) {
            throw OctavoException.passing("find a node: no answer within " + atMost, e);
        }
    }

    /** Another node than this one; this one if there is no other that is known. Doesn't block. */
    synchronized Node besides(Node node) {
        if (closed) {
            return node;
        }
        int next = chosen < addresses.size() && addresses.get(chosen).equals(node.address()) ? chosen + 1 : chosen;
        if (addresses.size() < 2) {
            return node;
        }
        String address = addresses.get(next % addresses.size());
        return new Node(address, channels.computeIfAbsent(address, connect));
    }

    /** A call to this node failed because of the node: the next call goes to another one, by a new connection. */
    synchronized void failed(Node node) {
        node.channel().enterIdle();
        if (chosen < addresses.size() && addresses.get(chosen).equals(node.address())) {
            chosen++;
        }
    }

    /** Ends all calls. */
    @Override
    public synchronized void close() {
        closed = true;
        channels.values().forEach(ManagedChannel::shutdownNow);
        channels.clear();
        addresses = List.of();
        if (asked != null) {
            asked.cancel(true);
        }
    }

    private synchronized Node found(@Nullable List<String> found, @Nullable Throwable error) {
        if (closed) {
            throw OctavoException.passing("this client is closed", null);
        }
        if (found == null || found.isEmpty()) {
            if (addresses.isEmpty()) {
                throw error == null
                        ? OctavoException.passing("the service names no node", null)
                        : Errors.from(error, "find a node");
            }
            LOG.log(Level.DEBUG, "nodes can't be looked up again; going on with those known", error);
        } else {
            addresses = new ArrayList<>(found);
        }
        chosen = 0;
        forgetOthers();
        return node();
    }

    private void forgetOthers() {
        Set<String> gone = new HashSet<>(channels.keySet());
        addresses.forEach(gone::remove);
        for (String address : gone) {
            ManagedChannel channel = channels.remove(address);
            if (channel != null) {
                channel.shutdown();
            }
        }
    }

    private Node node() {
        String address = addresses.get(chosen);
        return new Node(address, channels.computeIfAbsent(address, connect));
    }
}
