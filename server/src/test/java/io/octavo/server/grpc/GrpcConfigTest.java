package io.octavo.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class GrpcConfigTest {
    @Test
    void defaults() {
        assertThat(bind(Map.of()))
                .isEqualTo(new GrpcConfig(
                        "127.0.0.1:9090",
                        DataSize.ofMegabytes(4),
                        DataSize.ofKilobytes(16),
                        100,
                        1000,
                        16,
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(10)));
    }

    @Test
    void everyKey() {
        assertThat(bind(Map.of(
                        "octavo.grpc.endpoint", "0.0.0.0:0",
                        "octavo.grpc.max-message", "1MB",
                        "octavo.grpc.max-headers", "8KB",
                        "octavo.grpc.calls-per-connection", "10",
                        "octavo.grpc.max-calls", "20",
                        "octavo.grpc.worker-threads", "3",
                        "octavo.grpc.keep-alive", "5s",
                        "octavo.grpc.request-timeout", "7s",
                        "octavo.grpc.drain", "0s")))
                .isEqualTo(new GrpcConfig(
                        "0.0.0.0:0",
                        DataSize.ofMegabytes(1),
                        DataSize.ofKilobytes(8),
                        10,
                        20,
                        3,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(7),
                        Duration.ZERO));
    }

    @ParameterizedTest
    @CsvSource({
        "endpoint, localhost",
        "endpoint, :9090",
        "endpoint, localhost:",
        "endpoint, localhost:65536",
        "endpoint, localhost:-1",
        "endpoint, ::1:9090",
        "max-message, 1KB",
        "max-message, 65MB",
        "max-headers, 2MB",
        "calls-per-connection, 0",
        "max-calls, 0",
        "worker-threads, 0",
        "worker-threads, 1001",
        "keep-alive, 10ms",
        "request-timeout, 9ms",
        "drain, 11m"
    })
    void valuesOutOfBoundsAreRefusedByName(String key, String value) {
        String name = "octavo.grpc." + key;
        assertThatThrownBy(() -> bind(Map.of(name, value)))
                .rootCause()
                .isInstanceOfSatisfying(
                        InvalidField.class, e -> assertThat(e.field()).isEqualTo(name));
    }

    @Test
    void endpointMayBeAnAddressOfEitherKind() {
        assertThat(GrpcConfig.Endpoint.parse("[::1]:9090")).isEqualTo(new GrpcConfig.Endpoint("::1", 9090));
        assertThat(GrpcConfig.Endpoint.parse("node.internal:1")).isEqualTo(new GrpcConfig.Endpoint("node.internal", 1));
    }

    private static GrpcConfig bind(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values)).bindOrCreate("octavo.grpc", GrpcConfig.class);
    }
}
