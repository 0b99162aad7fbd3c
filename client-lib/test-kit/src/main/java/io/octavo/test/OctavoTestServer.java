package io.octavo.test;

import io.octavo.client.OctavoClient;
import io.octavo.client.OctavoClientBuilder;
import io.octavo.protocol.Scope;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.LiftQuarantine;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.QuarantineVersion;
import io.octavo.server.topic.RollbackTopic;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.topic.UnpinScope;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The real server, with all that clients call, in this process and in memory, on a free port of the loopback. Nothing
 * outlives it. Its helpers do what an operator would, and return once subscribed processes can hear of it. Safe for use by
 * several threads.
 */
public final class OctavoTestServer implements AutoCloseable {
    private static final String REASON = "test";

    private final MemoryNode node = new MemoryNode();

    private OctavoTestServer() {}

    /** Starts one: in a fraction of a second. */
    public static OctavoTestServer start() {
        OctavoTestServer server = new OctavoTestServer();
        server.node.start();
        return server;
    }

    /** {@code host:port} of its gRPC, for subscribe and publish endpoints. Stays the same. */
    public String address() {
        return node.endpoint();
    }

    /** A client of this server to be: whoever builds it closes it. Its large payloads don't go to S3. */
    public OctavoClientBuilder client() {
        return OctavoClient.builder()
                .subscribeEndpoints(List.of(node.endpoint()))
                .publishEndpoints(List.of(node.endpoint()))
                .straightToS3From(Long.MAX_VALUE);
    }

    /**
     * Publishes this text to everybody.
     *
     * @return the version's number
     */
    public long publish(String topic, String payload) {
        return publish(topic, "*", payload.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Publishes a payload to a scope, such as {@code region=eu}.
     *
     * @return the version's number
     */
    public long publish(String topic, String scope, byte[] payload) {
        try (OctavoClient client = client().who(REASON).build()) {
            return client.publish(topic).scope(scope).bytes(payload).version();
        }
    }

    /** Holds a scope at a version; {@code *} is everybody. */
    public void pin(String topic, String scope, long version) {
        commit(topic, new PinScope(Scopes.parse(scope), version, REASON, 0));
    }

    /** Lets a scope go again. */
    public void unpin(String topic, String scope) {
        commit(topic, new UnpinScope(Scopes.parse(scope), REASON));
    }

    /** Moves everybody back to what they ran before the newest published version, which is marked as bad. */
    public void rollback(String topic) {
        commit(topic, new RollbackTopic(null, null, REASON, false));
    }

    /** Moves a scope back to a version, by a pin; the version left stays good. */
    public void rollback(String topic, String scope, long to) {
        Scope wanted = Scopes.parse(scope);
        commit(topic, new RollbackTopic(wanted, to, REASON, true));
    }

    /** Marks a version as bad: nobody is given it any more. */
    public void quarantine(String topic, long version) {
        commit(topic, new QuarantineVersion(version, REASON));
    }

    /** Takes that back. */
    public void liftQuarantine(String topic, long version) {
        commit(topic, new LiftQuarantine(version, REASON));
    }

    /** From now on this version's bytes arrive wrong: clients refuse them. What is on its way already may be right. */
    public void corrupt(String topic, long version) {
        VersionRecord record = node.log().version(topic, version, Read.SERIAL);
        if (record == null) {
            throw new InvalidField("version", version, "one that " + topic + " has");
        }
        node.bytes().corrupt(record.getParts(0));
    }

    /** Takes the service away: calls break off, and new ones find nobody. What was published stays. */
    public void stop() {
        node.stop();
    }

    /** Brings it back, at the same address. */
    public void restart() {
        node.stop();
        node.listen();
    }

    @Override
    public void close() {
        node.close();
    }

    private void commit(String topic, Command command) {
        var unused = node.commits().commit(topic, command, REASON, null);
    }
}
