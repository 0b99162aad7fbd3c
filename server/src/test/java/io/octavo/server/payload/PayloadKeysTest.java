package io.octavo.server.payload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PayloadKeysTest {
    @Test
    void keysHaveOneShape() {
        assertThat(PayloadKeys.of(1)).isEqualTo("payloads/01/0000000000000001");
        assertThat(PayloadKeys.of(Long.MAX_VALUE)).isEqualTo("payloads/ff/7fffffffffffffff");
        assertThat(PayloadKeys.of(0x0123456789abcdefL)).isEqualTo("payloads/ef/0123456789abcdef");
    }

    @Test
    void onlyAKeyOfThatShapeIsOurs() {
        assertThat(PayloadKeys.idOf("payloads/ef/0123456789abcdef")).isEqualTo(0x0123456789abcdefL);
        for (String other : List.of(
                "payloads/ee/0123456789abcdef",
                "payloads/ef/8123456789abcdef",
                "payloads/00/0000000000000000",
                "payloads/ef/0123456789ABCDEF",
                "payloads/ef/0123456789abcdef/1",
                "payloads/ef/123456789abcdef",
                "others/ef/0123456789abcdef",
                "payloads/readme.txt")) {
            assertThat(PayloadKeys.idOf(other)).as(other).isZero();
        }
    }
}
