package io.octavo.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StablePortsTest {
    @TempDir
    Path folder;

    @Test
    void aPortIsRememberedByNameUntilSomebodyElseHasIt() throws IOException {
        StablePorts ports = new StablePorts(folder.resolve("ports"));
        int s3 = ports.port("s3");
        int cql = ports.port("cql");
        assertThat(cql).isNotEqualTo(s3);
        assertThat(ports.port("s3")).isEqualTo(s3);
        try (ServerSocket taken = new ServerSocket(s3, 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            assertThat(ports.port("s3")).isNotEqualTo(s3).isNotEqualTo(cql);
        }
        assertThat(ports.port("cql")).isEqualTo(cql);
    }

    @Test
    void garbageIsReplaced() throws IOException {
        Path file = Files.writeString(folder.resolve("ports"), "s3=99999\ncql=x\n");
        assertThat(new StablePorts(file).port("s3")).isBetween(1, 65535);
        assertThat(new StablePorts(file).port("cql")).isBetween(1, 65535);
    }

    @Test
    void aFileThatCannotBeWrittenIsNamed() {
        Path file = folder.resolve("absent/ports");
        assertThatThrownBy(() -> new StablePorts(file).port("s3"))
                .isInstanceOf(StartFailed.class)
                .hasMessageContaining(file.toString());
    }
}
