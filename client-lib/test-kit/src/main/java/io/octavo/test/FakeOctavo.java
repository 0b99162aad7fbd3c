package io.octavo.test;

import com.google.protobuf.ByteString;
import io.octavo.client.OctavoClientBuilder;
import io.octavo.client.SteppedClients;
import io.octavo.protocol.PublishHeader;
import io.octavo.rules.Scopes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * No server at all: for unit tests of what is given an {@link io.octavo.client.OctavoClient}. Its clients are real ones, with
 * their deserializers, listeners and states, but without network and without threads: all they do is done by the thread of the
 * test, before the call that caused it returns.
 *
 * <pre>{@code
 * FakeOctavo octavo = new FakeOctavo();
 * octavo.publish("prices", "{\"EUR\":1.0}");
 * Shop shop = new Shop(octavo.client().build());
 * octavo.publish("prices", "{\"EUR\":1.1}");
 * // The shop has it.
 * }</pre>
 *
 * <p><b>Time</b> passes only by {@link #pass}, and when somebody waits: {@code awaitValue} and {@code waitForFleet} return at once,
 * and what they were to wait for has passed by then. It begins now; {@link #clock} tells it. A call is attempted once, a load that
 * failed again after a second or so.
 *
 * <p>Safe for use by several threads; but what a listener or deserializer waits for must not need this client on another one.
 * Takes some milliseconds; the first one of a JVM, which loads the classes of the client too, one to two seconds on a busy machine.
 */
public final class FakeOctavo implements OctavoTestServer {
    /** More than clients wait until they ask again. */
    private static final Duration UNTIL_NOTICED = Duration.ofSeconds(5);

    private final SteppedClients clients = new SteppedClients(Instant.now());
    private final MemoryCalls calls = new MemoryCalls(clients.clock());

    /** One that has no topics. */
    public FakeOctavo() {}

    /** A version that a client has published. */
    public static final class Sent {
        private final PublishHeader header;
        private final long version;
        private final ByteString payload;

        Sent(PublishHeader header, long version, ByteString payload) {
            this.header = header;
            this.version = version;
            this.payload = payload;
        }

        public String topic() {
            return header.getTopic();
        }

        /** The number that was answered. */
        public long version() {
            return version;
        }

        /** As it was given, or else drawn by the client. */
        public String idempotencyKey() {
            return header.getIdempotencyKey();
        }

        /** Unmodifiable. */
        public Map<String, String> metadata() {
            return header.getMetadataMap();
        }

        /** As they were given: none = everybody, or nobody if it was staged. */
        public List<String> scopes() {
            return header.getScopesList().stream().map(Scopes::format).toList();
        }

        /** Empty if none was given. */
        public String contentType() {
            return header.getContentType();
        }

        /** A copy of the payload. */
        public byte[] bytes() {
            return payload.toByteArray();
        }

        /** The payload, read as UTF-8. */
        public String text() {
            return payload.toStringUtf8();
        }

        @Override
        public String toString() {
            return topic() + " version " + version + " of " + payload.size() + " bytes";
        }
    }

    /** There is none: throws {@link UnsupportedOperationException}. */
    @Override
    public String address() {
        throw new UnsupportedOperationException(
                "a fake has no address (expected: client(), or OctavoTestServer.start())");
    }

    /**
     * A client to be, of no region and app, whose instance is {@code test}. What says where the service is and how long to wait
     * for it doesn't matter here; polls are always held.
     */
    @Override
    public OctavoClientBuilder client() {
        return clients.client(calls);
    }

    /** All topics here are the test's. */
    @Override
    public void claim(String... topics) {}

    @Override
    public long publish(String topic, String scope, byte[] payload) {
        return calls.publish(topic, scope, payload);
    }

    @Override
    public void pin(String topic, String scope, long version) {
        calls.operate(commands -> commands.pin(topic, scope, version));
    }

    @Override
    public void unpin(String topic, String scope) {
        calls.operate(commands -> commands.unpin(topic, scope));
    }

    @Override
    public void rollback(String topic) {
        calls.operate(commands -> commands.rollback(topic));
    }

    @Override
    public void rollback(String topic, String scope, long to) {
        calls.operate(commands -> commands.rollback(topic, scope, to));
    }

    @Override
    public void quarantine(String topic, long version) {
        calls.operate(commands -> commands.quarantine(topic, version));
    }

    @Override
    public void liftQuarantine(String topic, long version) {
        calls.operate(commands -> commands.liftQuarantine(topic, version));
    }

    @Override
    public void corrupt(String topic, long version) {
        calls.operate(commands -> commands.corrupt(topic, version));
    }

    /** Removes a topic: nothing of it is for anybody any more. Who runs something of it goes on, {@code UNRESOLVED}. */
    public void delete(String topic) {
        calls.operate(commands -> commands.delete(topic));
    }

    /**
     * The next time that a payload of the topic is read, that fails: subscriptions stay as they are, {@code FAILED}, until they
     * try again, a second or so later. Said twice, it holds for the next two times.
     */
    public void failNextLoad(String topic, String why) {
        calls.failNextLoad(topic, why);
    }

    /** Calls fail from now on, with {@code UNAVAILABLE}: who starts has no value. What is published meanwhile arrives later. */
    @Override
    public void stop() {
        calls.away(true);
    }

    /** Calls are answered again. Lets five seconds pass, by which all clients have asked. */
    @Override
    public void restart() {
        calls.away(false);
        pass(UNTIL_NOTICED);
    }

    /** What clients have published so far, in this order; not what the test has, nor what a repetition found to be there. */
    public List<Sent> published() {
        return calls.sent();
    }

    /** Lets time pass. What clients do by then, such as trying again, is done when this returns. */
    public void pass(Duration duration) {
        clients.pass(duration);
    }

    /** The time of the clients, and of what is published. */
    public InstantSource clock() {
        return clients.clock();
    }

    /** As {@link #stop()}. Clients need not be closed before. */
    @Override
    public void close() {
        stop();
    }
}
