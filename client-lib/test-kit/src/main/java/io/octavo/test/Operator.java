package io.octavo.test;

import io.octavo.client.OctavoClient;
import io.octavo.client.OctavoClientBuilder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Publishes for tests, by a client of its own that is opened when it is needed first. */
final class Operator implements AutoCloseable {
    static final String WHO = "octavo-test";

    private final Supplier<OctavoClientBuilder> builder;
    private @Nullable OctavoClient client;

    Operator(Supplier<OctavoClientBuilder> builder) {
        this.builder = builder;
    }

    long publish(String topic, String scope, byte[] payload) {
        return client().publish(topic).scope(scope).bytes(payload).version();
    }

    @Override
    public synchronized void close() {
        if (client != null) {
            client.close();
        }
    }

    private synchronized OctavoClient client() {
        OctavoClient known = client;
        if (known == null) {
            known = builder.get().who(WHO).build();
            client = known;
        }
        return known;
    }
}
