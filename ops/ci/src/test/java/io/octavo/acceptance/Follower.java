package io.octavo.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.client.OctavoClient;
import io.octavo.client.Subscription;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A Java subscriber as somebody's process would have it, with a holder and a listener per topic. */
final class Follower implements AutoCloseable {
    private final OctavoClient client;
    private final Map<String, Subscription<String>> holders = new ConcurrentHashMap<>();
    private final Map<String, List<Arrival>> arrivals = new ConcurrentHashMap<>();

    /**
     * What the listener was told.
     *
     * @param sha256 of the payload, as it was read
     * @param held   what the holder had then
     */
    record Arrival(long version, String sha256, long held) {}

    private Follower(OctavoClient client) {
        this.client = client;
    }

    static Follower start(Stack stack, String app, List<String> topics) {
        Follower follower = new Follower(
                OctavoClient.builder().server(URI.create(stack.url())).app(app).build());
        topics.forEach(follower::follow);
        return follower;
    }

    private void follow(String topic) {
        List<Arrival> told = new CopyOnWriteArrayList<>();
        Subscription<String> holder = client.subscription(topic, payload -> {
                    try (InputStream in = payload.openStream()) {
                        return Sha256.of(in);
                    }
                })
                .start();
        arrivals.put(topic, told);
        holders.put(topic, holder);
        holder.listen(snapshot -> told.add(new Arrival(
                snapshot.version(), snapshot.value(), holder.current().version())));
    }

    OctavoClient client() {
        return client;
    }

    /** The version that the holder has; 0 = none yet. */
    long version(String topic) {
        return at(holders, topic).state().version();
    }

    /** The digest that the holder has. */
    String value(String topic) {
        return at(holders, topic).get();
    }

    /** The versions that the listener heard of, in order; each was in the holder by then. */
    List<Long> versions(String topic) {
        List<Arrival> told = arrivals(topic);
        assertThat(told).allSatisfy(arrival -> assertThat(arrival.held()).isEqualTo(arrival.version()));
        return told.stream().map(Arrival::version).toList();
    }

    List<Arrival> arrivals(String topic) {
        return List.copyOf(at(arrivals, topic));
    }

    private static <V> V at(Map<String, V> map, String topic) {
        V value = map.get(topic);
        assertThat(value).as("%s is followed", topic).isNotNull();
        return Objects.requireNonNull(value);
    }

    @Override
    public void close() {
        client.close();
    }
}
