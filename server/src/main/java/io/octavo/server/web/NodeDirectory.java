package io.octavo.server.web;

import java.time.Instant;
import java.util.List;

/** The nodes that are there now, by their own word. */
@FunctionalInterface
public interface NodeDirectory {
    /** All nodes whose heartbeat is recent. Blocks, with a time-out of the store's. */
    List<Node> nodes();

    /**
     * A node.
     *
     * @param node        its name
     * @param roles       publish, subscribe, housekeeping
     * @param http        base address of its HTTP API
     * @param grpc        host and port of its gRPC services
     * @param grpcTls     whether these speak TLS, and nothing else
     * @param startedAt   when it started
     * @param heartbeatAt when it last said so
     */
    record Node(
            String node,
            List<String> roles,
            String region,
            String http,
            String grpc,
            boolean grpcTls,
            Instant startedAt,
            Instant heartbeatAt) {
        public Node {
            roles = List.copyOf(roles);
        }

        /** One that speaks plain text. */
        public Node(
                String node,
                List<String> roles,
                String region,
                String http,
                String grpc,
                Instant startedAt,
                Instant heartbeatAt) {
            this(node, roles, region, http, grpc, false, startedAt, heartbeatAt);
        }
    }
}
