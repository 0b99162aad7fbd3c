package io.octavo.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class UpOptionsTest {
    @Test
    void nothingGivenMeansTheDefaults() {
        assertThat(UpOptions.parse(List.of()))
                .isEqualTo(new UpOptions(Path.of("data").toAbsolutePath(), 8080, 9090, "all"));
    }

    @Test
    void everyOptionIsReadWithBlankOrEqualsSign() {
        assertThat(UpOptions.parse(
                        List.of("--data", "/d", "--http-port=1", "--grpc-port", "65535", "--roles=publish,subscribe")))
                .isEqualTo(new UpOptions(Path.of("/d"), 1, 65535, "publish,subscribe"));
    }

    @Test
    void whatIsNotUnderstoodIsNamed() {
        assertRefused("--port: unknown", "--port", "1");
        assertRefused("--data: no value", "--data");
        assertRefused("--roles: no value", "--roles=");
        assertRefused("--http-port: 70000 (expected: a port, 1 to 65535)", "--http-port", "70000");
        assertRefused("--grpc-port: x (expected: a port, 1 to 65535)", "--grpc-port=x");
        assertRefused("--grpc-port: 8080 (expected: another one than --http-port)", "--grpc-port=8080");
    }

    private static void assertRefused(String message, String... arguments) {
        assertThatThrownBy(() -> UpOptions.parse(List.of(arguments)))
                .isInstanceOf(StartFailed.class)
                .hasMessageStartingWith(message);
    }
}
