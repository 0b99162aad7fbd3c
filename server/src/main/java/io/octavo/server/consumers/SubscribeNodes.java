package io.octavo.server.consumers;

import com.google.common.util.concurrent.ListenableFuture;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.protocol.NodeServiceGrpc.NodeServiceFutureStub;
import io.octavo.server.peers.Peer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The subscribe nodes, asked all at once. */
final class SubscribeNodes {
    private static final Logger LOG = LoggerFactory.getLogger(SubscribeNodes.class);
    private static final Duration PATIENCE = Duration.ofMillis(900);
    /** A million instances, each with what tells it apart. */
    private static final int LARGEST_ANSWER = 16 << 20;

    private final @Nullable ConsumerReports own;
    private final Supplier<List<Peer>> others;
    private final IntSupplier registered;
    private final MeterRegistry meters;

    SubscribeNodes(
            @Nullable ConsumerReports own, Supplier<List<Peer>> others, IntSupplier registered, MeterRegistry meters) {
        this.meters = meters;
        this.own = own;
        this.others = others;
        this.registered = registered;
    }

    /** Whether there are several to be asked. */
    boolean isSeveral() {
        return asked(others.get()) > 1;
    }

    /** Asks all of them, this one too if it is one of them; those that don't answer in time are left out. */
    <A> Gathered<A> ask(Function<ConsumerReports, A> here, Function<NodeServiceFutureStub, ListenableFuture<A>> there) {
        List<Peer> peers = others.get();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        List<ListenableFuture<A>> calls = peers.stream()
                .map(peer -> there.apply(peer.calls(PATIENCE).withMaxInboundMessageSize(LARGEST_ANSWER)))
                .toList();
        List<A> answers = new ArrayList<>();
        if (own != null) {
            try {
                answers.add(here.apply(own));
            } catch (RuntimeException e) {
                LOG.info("this node can't say what its consumers run: {}", e.getMessage());
            }
        }
        for (int i = 0; i < calls.size(); i++) {
            A answer = await(calls.get(i), deadline, peers.get(i));
            meters.counter("octavo.consumers.asked", "outcome", answer == null ? "silent" : "answered")
                    .increment();
            if (answer != null) {
                answers.add(answer);
            }
        }
        return new Gathered<>(answers, Math.max(registered.getAsInt(), asked(peers)));
    }

    private int asked(List<Peer> peers) {
        return peers.size() + (own == null ? 0 : 1);
    }

    private static <A> @Nullable A await(ListenableFuture<A> call, long deadline, Peer peer) {
        try {
            return call.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.info(
                    "node {} doesn't say what its consumers run: {}",
                    peer.node().node(),
                    e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        call.cancel(true);
        return null;
    }
}
