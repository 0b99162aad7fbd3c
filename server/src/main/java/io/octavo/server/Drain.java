package io.octavo.server;

import io.octavo.server.nodes.Membership;
import io.octavo.server.publish.Arrivals;
import io.octavo.server.publish.Publisher;
import io.octavo.server.subscribe.SubscribeRole;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Stops a node politely, before its servers stop: it says that it isn't ready and leaves the list of nodes, sends polls
 * that wait to other nodes, takes no more publishes, and gives those under way some time to end. What has not ended then
 * is broken off and told to come again.
 */
final class Drain implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

    private static final long LEAVE_SECONDS = 3;

    private final DrainConfig config;
    private final Membership membership;
    private final @Nullable Publisher publisher;
    private final @Nullable SubscribeRole subscribe;
    private final Arrivals arrivals;
    private final CountDownLatch never = new CountDownLatch(1);
    private volatile boolean running;
    private volatile boolean stopping;

    /**
     * @param publisher null = not of the publish role
     * @param subscribe null = not of the subscribe role
     */
    Drain(
            DrainConfig config,
            Membership membership,
            @Nullable Publisher publisher,
            @Nullable SubscribeRole subscribe,
            Arrivals arrivals) {
        this.config = config;
        this.membership = membership;
        this.publisher = publisher;
        this.subscribe = subscribe;
        this.arrivals = arrivals;
    }

    /** Whether this node was told to stop. */
    boolean isStopping() {
        return stopping;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        stopping = true;
        try {
            leave();
            await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        arrivals.end();
    }

    /** Not longer than a store that is away would let it take. */
    private void leave() throws InterruptedException {
        CompletableFuture<Void> left = CompletableFuture.runAsync(membership::close);
        try {
            left.get(LEAVE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.info("this node's row could not be removed now and will expire", e);
        }
    }

    private void await() throws InterruptedException {
        if (never.await(config.notice().toMillis(), TimeUnit.MILLISECONDS)) {
            return;
        }
        if (subscribe != null) {
            subscribe.sendAway();
        }
        if (publisher == null) {
            return;
        }
        publisher.refuseNew();
        if (!publisher.awaitNone(config.publishes())) {
            LOG.warn("stopping although publishes are under way; their callers are told to repeat them");
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** The last to start, and the first to stop. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
