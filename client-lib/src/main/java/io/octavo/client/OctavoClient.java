package io.octavo.client;

import io.octavo.rules.TopicNames;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * This process's connection to Octavo. One is enough: all its subscriptions are asked for by one poll loop. Safe for use
 * by any number of threads; its own threads don't keep the process alive.
 */
public final class OctavoClient implements AutoCloseable {
    private static final Duration GOODBYE = Duration.ofSeconds(5);

    private final Wiring wiring;

    OctavoClient(ClientConfig config, World world) {
        this(config, world, Means.USUAL);
    }

    OctavoClient(ClientConfig config, World world, Means means) {
        this.wiring = new Wiring(config, world, means);
    }

    /** A client to be. */
    public static OctavoClientBuilder builder() {
        return new OctavoClientBuilder();
    }

    /**
     * A subscription to be.
     *
     * @param deserializer makes the values; see {@link Deserializers} for ready-made ones
     * @throws IllegalArgumentException if no topic can have that name, or the client knows no subscribe nodes
     */
    public <T> SubscriptionBuilder<T> subscription(String topic, Deserializer<? extends T> deserializer) {
        wiring.requireSubscribeNodes();
        Objects.requireNonNull(deserializer, "deserializer");
        return new SubscriptionBuilder<>(TopicNames.check(topic), deserializer, wiring.machinery());
    }

    /**
     * A version to be published.
     *
     * @throws IllegalArgumentException if no topic can have that name, or the client knows no publish nodes
     */
    public NewVersion publish(String topic) {
        wiring.requirePublishNodes();
        return new NewVersion(TopicNames.check(topic), wiring.publisher());
    }

    /** Whether all values are there that this process needs. Never blocks. */
    public ClientHealth health() {
        return new ClientHealth(wiring.machinery().polls().subscriptions().stream()
                .filter(one -> one.inUse().isMissing())
                .map(Following::topic)
                .distinct()
                .toList());
    }

    /**
     * Reads by hand, as this process.
     *
     * @throws IllegalArgumentException if the client knows no subscribe nodes
     */
    public Reads reads() {
        wiring.requireSubscribeNodes();
        return wiring.reads();
    }

    /**
     * Waits until so many of the live instances that are to run a version do.
     *
     * @param percent 1 to 100
     * @param atMost  how long to wait
     * @return how far they are: {@link Uptake#isReached} if they came so far in time
     * @throws OctavoException if nobody could say when the time was over
     */
    public Uptake waitForFleet(Published published, int percent, Duration atMost) throws InterruptedException {
        Bounds.number("percent", percent, 1, 100);
        return wiring.fleet().await(published, percent, atMost);
    }

    /**
     * Closes all subscriptions, with their values, and all connections. Waits some seconds at most for listeners to
     * return.
     */
    @Override
    public void close() {
        PollLoop polls = wiring.machinery().polls();
        polls.close();
        List<Following<?>> subscriptions = polls.subscriptions();
        subscriptions.forEach(Following::close);
        CompletableFuture<?>[] lanes =
                subscriptions.stream().map(one -> one.inUse().idle()).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(lanes).get(GOODBYE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            System.getLogger("io.octavo.client")
                    .log(System.Logger.Level.WARNING, "subscriptions are still busy; closing all the same", e);
        }
        wiring.close();
    }
}
