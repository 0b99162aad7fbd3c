package io.octavo.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The expected digests are the examples that come with FIPS 180-4. */
final class DigestsTest {
    private static final String OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @Test
    void isSha256() {
        assertThat(hex(Digests.sha256(bytes("abc")))).isEqualTo(OF_ABC);
        assertThat(hex(Digests.sha256(bytes(""))))
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assertThat(Digests.sha256(bytes("abc"))).hasSize(Digests.LENGTH);
    }

    @Test
    void eachComputationStartsAfresh() {
        MessageDigest first = Digests.newSha256();
        first.update(bytes("something else"));
        MessageDigest second = Digests.newSha256();
        second.update(bytes("ab"));
        second.update(bytes("c"));
        assertThat(hex(second.digest())).isEqualTo(OF_ABC);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
