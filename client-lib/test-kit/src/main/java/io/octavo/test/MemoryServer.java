package io.octavo.test;

import io.octavo.client.OctavoClient;
import io.octavo.client.OctavoClientBuilder;
import io.octavo.client.OctavoException;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.LiftQuarantine;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.QuarantineVersion;
import io.octavo.server.topic.RollbackTopic;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.topic.UnpinScope;
import java.util.List;

/** The real server, with all that clients call, in this process and in memory. */
final class MemoryServer implements OctavoTestServer {
    private static final String REASON = "test";

    private final MemoryNode node = new MemoryNode();
    private final Operator operator = new Operator(this::client);

    private MemoryServer() {}

    static MemoryServer started() {
        MemoryServer server = new MemoryServer();
        server.node.start();
        return server;
    }

    @Override
    public String address() {
        return node.endpoint();
    }

    /** Its large payloads don't go to S3, which isn't there. */
    @Override
    public OctavoClientBuilder client() {
        return OctavoClient.builder()
                .subscribeEndpoints(List.of(node.endpoint()))
                .publishEndpoints(List.of(node.endpoint()))
                .straightToS3From(Long.MAX_VALUE);
    }

    /** All topics here are the test's. */
    @Override
    public void claim(String... topics) {}

    @Override
    public long publish(String topic, String scope, byte[] payload) {
        return operator.publish(topic, scope, payload);
    }

    @Override
    public void pin(String topic, String scope, long version) {
        commit(topic, new PinScope(Scopes.parse(scope), version, REASON, 0));
    }

    @Override
    public void unpin(String topic, String scope) {
        commit(topic, new UnpinScope(Scopes.parse(scope), REASON));
    }

    @Override
    public void rollback(String topic) {
        commit(topic, new RollbackTopic(null, null, REASON, false));
    }

    @Override
    public void rollback(String topic, String scope, long to) {
        commit(topic, new RollbackTopic(Scopes.parse(scope), to, REASON, true));
    }

    @Override
    public void quarantine(String topic, long version) {
        commit(topic, new QuarantineVersion(version, REASON));
    }

    @Override
    public void liftQuarantine(String topic, long version) {
        commit(topic, new LiftQuarantine(version, REASON));
    }

    @Override
    public void corrupt(String topic, long version) {
        VersionRecord record = node.log().version(topic, version, Read.SERIAL);
        if (record == null) {
            throw new InvalidField("version", version, "one that " + topic + " has");
        }
        node.bytes().corrupt(record.getParts(0));
    }

    @Override
    public void stop() {
        node.stop();
    }

    @Override
    public void restart() {
        node.stop();
        node.listen();
    }

    @Override
    public void close() {
        operator.close();
        node.close();
    }

    private void commit(String topic, Command command) {
        try {
            var unused = node.commits().commit(topic, command, REASON, null);
        } catch (ServiceException e) {
            throw OctavoException.of(e.code(), String.valueOf(e.getMessage()));
        }
    }
}
