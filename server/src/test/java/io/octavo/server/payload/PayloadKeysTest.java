package io.octavo.server.payload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PayloadKeysTest {
    @Test
    void keysHaveOneShape() {
        assertThat(PayloadKeys.of(1)).isEqualTo("payloads/01/0000000000000001");
        assertThat(PayloadKeys.of(Long.MAX_VALUE)).isEqualTo("payloads/ff/7fffffffffffffff");
        assertThat(PayloadKeys.of(0x0123456789abcdefL)).isEqualTo("payloads/ef/0123456789abcdef");
    }
}
