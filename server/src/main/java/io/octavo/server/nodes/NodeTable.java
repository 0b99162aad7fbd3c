package io.octavo.server.nodes;

import java.time.Instant;
import java.util.List;

/** Where nodes note that they are up. Rows that are not written again disappear after half a minute. */
public interface NodeTable {
    /**
     * A node.
     *
     * @param node    its name, unique in the installation
     * @param roles   what it does, separated by commas
     * @param region  where it is
     * @param http    base address of its REST API; empty = none
     * @param grpc    {@code host:port} of its gRPC services, after {@link #TLS} where they speak it; empty = none
     * @param started when its process started
     */
    record Node(String node, String roles, String region, String http, String grpc, Instant started) {
        /** Stands before the address of gRPC services that speak TLS. */
        public static final String TLS = "https://";

        /** Whether it has the subscribe role. */
        public boolean subscribes() {
            return ("," + roles + ",").contains(",subscribe,");
        }

        /** Whether the gRPC services speak TLS, and nothing else. */
        public boolean grpcTls() {
            return grpc.startsWith(TLS);
        }

        /** {@code host:port} of the gRPC services. */
        public String grpcAddress() {
            return grpcTls() ? grpc.substring(TLS.length()) : grpc;
        }
    }

    /**
     * A row of the table.
     *
     * @param seen        when the row was written last, by the store's clock
     * @param skewMillis  how far the node's clock was ahead of the store's then
     */
    record Sighting(Node node, Instant seen, long skewMillis) {}

    /** Writes a node's row. */
    void write(Node node, Instant itsClock);

    /** All rows. */
    List<Sighting> read();

    /** Takes a node's row away, so that nobody calls it any more. */
    void remove(String node);
}
