package io.octavo.test;

import io.octavo.client.OctavoClient;
import io.octavo.client.OctavoClientBuilder;
import java.util.List;

/** The real server, with all that clients call, in this process and in memory. */
final class MemoryServer implements OctavoTestServer {
    private final MemoryNode node = new MemoryNode();
    private final MemoryCommands commands = new MemoryCommands(node.log(), node.bytes(), node.commits());
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
        commands.pin(topic, scope, version);
    }

    @Override
    public void unpin(String topic, String scope) {
        commands.unpin(topic, scope);
    }

    @Override
    public void rollback(String topic) {
        commands.rollback(topic);
    }

    @Override
    public void rollback(String topic, String scope, long to) {
        commands.rollback(topic, scope, to);
    }

    @Override
    public void quarantine(String topic, long version) {
        commands.quarantine(topic, version);
    }

    @Override
    public void liftQuarantine(String topic, long version) {
        commands.liftQuarantine(topic, version);
    }

    @Override
    public void corrupt(String topic, long version) {
        commands.corrupt(topic, version);
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
}
