package io.octavo.server;

import io.octavo.rules.InvalidField;
import io.octavo.server.nodes.NodeTable;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys {@code octavo.node.*}: what this node is.
 *
 * @param name        unique among the nodes of the installation; empty = its gRPC address
 * @param region      where it is; one of {@code octavo.regions}, empty = the first of them
 * @param httpAddress base address under which others reach its REST API; empty = what it listens on
 * @param grpcAddress {@code host:port} under which others reach its gRPC services, {@code https://host:port} where a
 *     proxy before this node speaks TLS; empty = what it listens on
 */
@ConfigurationProperties("octavo.node")
record NodeConfig(
        @DefaultValue("") String name,
        @DefaultValue("") String region,
        @DefaultValue("") String httpAddress,
        @DefaultValue("") String grpcAddress) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._:-]{0,128}");

    NodeConfig {
        check("octavo.node.name", name);
        check("octavo.node.region", region);
    }

    /** What others are told of its gRPC services. */
    String grpc(String listeningOn, boolean tls) {
        String address = grpcAddress.isEmpty() ? listeningOn : grpcAddress;
        return tls && !address.startsWith(NodeTable.Node.TLS) ? NodeTable.Node.TLS + address : address;
    }

    private static void check(String key, String value) {
        if (!NAME.matcher(value).matches()) {
            throw new InvalidField(key, value, "up to 128 letters, digits, dots, colons, underscores and dashes");
        }
    }
}
