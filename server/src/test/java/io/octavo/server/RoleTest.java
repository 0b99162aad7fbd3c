package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import io.octavo.server.nodes.NodeTable;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class RoleTest {
    @Test
    void rolesAreAllOrSome() {
        assertThat(Role.parse("all")).isEqualTo(EnumSet.allOf(Role.class));
        assertThat(Role.parse("subscribe")).isEqualTo(Set.of(Role.SUBSCRIBE));
        assertThat(Role.format(Role.parse("housekeeping, publish"))).isEqualTo("publish,housekeeping");
    }

    @Test
    void anUnknownRoleIsRefused() {
        for (String wrong : new String[] {"", "publisher", "publish,", "PUBLISH"}) {
            assertThatThrownBy(() -> Role.parse(wrong))
                    .isInstanceOf(InvalidField.class)
                    .hasMessageContaining("octavo.roles");
        }
    }

    @Test
    void aNodeWithoutConfigurationHasAllRoles() {
        OctavoConfig octavo = bind("octavo", OctavoConfig.class, Map.of());
        NodeConfig node = bind("octavo.node", NodeConfig.class, Map.of());

        assertThat(octavo.roleSet()).isEqualTo(EnumSet.allOf(Role.class));
        assertThat(octavo.environment()).isEqualTo("unnamed");
        assertThat(node).isEqualTo(new NodeConfig("", "", "", ""));
    }

    @Test
    void everyKeyIsRead() {
        assertThat(bind(
                        "octavo",
                        OctavoConfig.class,
                        Map.of("octavo.roles", "publish", "octavo.environment", "production")))
                .isEqualTo(new OctavoConfig("publish", "production"));
        assertThat(bind(
                        "octavo.node",
                        NodeConfig.class,
                        Map.of(
                                "octavo.node.name", "n-1",
                                "octavo.node.region", "eu",
                                "octavo.node.http-address", "https://n-1",
                                "octavo.node.grpc-address", "n-1:9090")))
                .isEqualTo(new NodeConfig("n-1", "eu", "https://n-1", "n-1:9090"));
    }

    @Test
    void othersAreToldWhetherItsGrpcServicesSpeakTlsHereOrBeforeThisNode() {
        assertThat(new NodeConfig("", "", "", "").grpc("127.0.0.1:9090", false)).isEqualTo("127.0.0.1:9090");
        assertThat(new NodeConfig("", "", "", "").grpc("127.0.0.1:9090", true)).isEqualTo("https://127.0.0.1:9090");
        NodeConfig proxied = new NodeConfig("", "", "", "https://octavo.example:443");
        assertThat(proxied.grpc("127.0.0.1:9090", false)).isEqualTo("https://octavo.example:443");
        assertThat(proxied.grpc("127.0.0.1:9090", true)).isEqualTo("https://octavo.example:443");
        NodeTable.Node node = new NodeTable.Node("n", "all", "eu", "", "https://octavo.example:443", Instant.EPOCH);
        assertThat(node.grpcTls()).isTrue();
        assertThat(node.grpcAddress()).isEqualTo("octavo.example:443");
    }

    @Test
    void whatCanNotBeIsRefusedByName() {
        assertThatThrownBy(() -> new OctavoConfig("all", " ")).hasMessageContaining("octavo.environment");
        assertThatThrownBy(() -> new OctavoConfig("some", "x")).hasMessageContaining("octavo.roles");
        assertThatThrownBy(() -> new NodeConfig("a b", "", "", "")).hasMessageContaining("octavo.node.name");
        assertThatThrownBy(() -> new NodeConfig("", "é", "", "")).hasMessageContaining("octavo.node.region");
    }

    private static <T> T bind(String prefix, Class<T> type, Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(properties)).bindOrCreate(prefix, type);
    }
}
