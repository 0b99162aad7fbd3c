package io.octavo.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PortsTest {
    @Test
    void noPortIsGivenTwice() {
        // With so many, chance alone would give some of them twice.
        int[] ports = IntStream.range(0, 1_000).map(i -> Ports.free()).toArray();
        assertThat(ports).doesNotHaveDuplicates();
    }
}
