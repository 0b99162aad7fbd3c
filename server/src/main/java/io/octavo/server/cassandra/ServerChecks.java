package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What Cassandra's nodes must be set to, so that an acknowledged commit is durable and never lost to a race. */
final class ServerChecks {
    private static final Map<String, Set<String>> REQUIRED =
            Map.of("paxos_variant", Set.of("v2"), "commitlog_sync", Set.of("batch", "group"));

    private ServerChecks() {}

    /**
     * Asks every node of the local datacentre that is up.
     *
     * @throws IllegalStateException naming the node, the setting and what was expected
     */
    static void check(CqlSession session, String localDatacenter) {
        ProtocolVersion protocol = session.getContext().getProtocolVersion();
        if (protocol.getCode() != ProtocolVersion.V4.getCode()) {
            throw new IllegalStateException("native protocol: " + protocol + " (expected: V4)");
        }
        for (Node node : session.getMetadata().getNodes().values()) {
            if (localDatacenter.equals(node.getDatacenter()) && node.getState() != NodeState.DOWN) {
                check(node.getEndPoint().toString(), settings(session, node));
            }
        }
    }

    /** Checks the settings of one node. */
    static void check(String node, Map<String, String> settings) {
        REQUIRED.forEach((name, allowed) -> {
            String value = settings.getOrDefault(name, "(not set)");
            if (!allowed.contains(value)) {
                throw new IllegalStateException("Cassandra node " + node + ": " + name + ": " + value + " (expected: "
                        + String.join(" or ", allowed.stream().sorted().toList()) + "); set it in its cassandra.yaml");
            }
        });
    }

    private static Map<String, String> settings(CqlSession session, Node node) {
        Map<String, String> settings = new HashMap<>();
        for (String name : REQUIRED.keySet()) {
            Row row = session.execute(
                            SimpleStatement.newInstance("SELECT value FROM system_views.settings WHERE name = ?", name)
                                    .setNode(node)
                                    .setIdempotent(true))
                    .one();
            String value = row == null ? null : row.getString("value");
            if (value != null) {
                settings.put(name, value);
            }
        }
        return settings;
    }
}
