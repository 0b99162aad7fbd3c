package io.octavo.test;

import io.octavo.client.OctavoClientBuilder;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * A server for tests: the real one in this process and in memory, {@link #start()}, one that runs somewhere on real
 * stores, {@link #at}, or none at all, {@link FakeOctavo}. What a test says to it is the same for each, so that one test class can
 * run on any.
 *
 * <p>It does what an operator would, and returns once subscribed processes can hear of it. Refusals are {@link
 * io.octavo.client.OctavoException}s, wrong values {@link IllegalArgumentException}s. Safe for use by several threads.
 */
public sealed interface OctavoTestServer extends AutoCloseable permits FakeOctavo, MemoryServer, RunningServer {
    /**
     * Starts one in memory, on a free port of the loopback. Nothing outlives it. Takes some 10 ms; the first one of a JVM, which
     * loads the classes, 0.6 s, and its first publish, which loads those of the client, about as much.
     */
    static OctavoTestServer start() {
        return MemoryServer.started();
    }

    /**
     * One that runs already, such as {@code ./octavo up}. Only topics that are not there yet are touched: see {@link
     * #claim}; closing this deletes them, and leaves the server as it is. The variable {@code OCTAVO_TEST_TOKEN} signs in,
     * where that is needed. As others may use that server, {@link #corrupt}, {@link #stop} and {@link #restart} throw {@link
     * UnsupportedOperationException}; and as the numbers of versions go on where a name is used again, tests take those that
     * {@link #publish} answers.
     *
     * @param server its HTTP address, such as {@code http://127.0.0.1:8080}
     * @throws io.octavo.client.OctavoException if it doesn't answer
     */
    static OctavoTestServer at(URI server) {
        return RunningServer.at(server);
    }

    /** {@code host:port} of a node's gRPC, for subscribe and publish endpoints. Stays the same. Not of a fake. */
    String address();

    /** A client of this server to be: whoever builds it closes it. */
    OctavoClientBuilder client();

    /**
     * Says that this test makes these topics. {@link #publish} says so by itself: needed only before something else, the code
     * under test for example, publishes to one on a server that runs already.
     *
     * @throws IllegalArgumentException if that server has one of them
     */
    void claim(String... topics);

    /**
     * Publishes this text to everybody.
     *
     * @return the version's number
     */
    default long publish(String topic, String payload) {
        return publish(topic, "*", payload.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Publishes a payload to a scope, such as {@code region=eu}.
     *
     * @return the version's number
     */
    long publish(String topic, String scope, byte[] payload);

    /** Holds a scope at a version; {@code *} is everybody. */
    void pin(String topic, String scope, long version);

    /** Lets a scope go again. */
    void unpin(String topic, String scope);

    /** Moves everybody back to what they ran before the newest published version, which is marked as bad. */
    void rollback(String topic);

    /** Moves a scope back to a version, by a pin; the version left stays good. */
    void rollback(String topic, String scope, long to);

    /** Marks a version as bad: nobody is given it any more. */
    void quarantine(String topic, long version);

    /** Takes that back. */
    void liftQuarantine(String topic, long version);

    /**
     * From now on this version's bytes arrive wrong: clients refuse them. What is on its way already may be right. Not
     * on one that runs somewhere.
     */
    void corrupt(String topic, long version);

    /** Takes the service away: calls break off, and new ones find nobody. What was published stays. As {@link #corrupt}. */
    void stop();

    /** Brings it back, at the same address. As {@link #corrupt}. */
    void restart();

    @Override
    void close();
}
