package io.octavo.server.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Part;
import io.octavo.protocol.S3Location;
import io.octavo.rules.Digests;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.util.unit.DataSize;

class ExternalPayloadsTest {
    private static final byte[] BYTES = "what was there before".getBytes(UTF_8);
    private static final ByteString SHA_256 = ByteString.copyFrom(Digests.sha256(BYTES));

    private final InMemoryRegion eu = new InMemoryRegion("eu");
    private final InMemoryRegion us = new InMemoryRegion("us");
    private final S3Location inEurope = location("eu", "data-1", "a/b");
    private final S3Location inAmerica = location("us", "data-2", "a/b");

    @BeforeEach
    void objects() {
        eu.put("a/b", BYTES);
        us.put("a/b", BYTES);
    }

    @Test
    void objectsThatAreAsAnnouncedBecomeAPayload() throws IOException {
        Part part = payloads(DataSize.ofBytes(BYTES.length)).check(List.of(inEurope, inAmerica), announced(SHA_256));

        assertThat(part.getExternal().getLocationsList()).containsExactly(inEurope, inAmerica);
        assertThat(part.getExternal().getDigestVerified()).isTrue();
        assertThat(part.getSize()).isEqualTo(BYTES.length);
        assertThat(part.getSha256()).isEqualTo(SHA_256);
        eu.fail("read");
        PayloadReader reader = new PayloadReader(List.of(eu, us), new InMemoryDirectPayloads());
        try (InputStream bytes = reader.open(part, 5, 3)) {
            assertThat(bytes.readAllBytes()).asString(UTF_8).isEqualTo("was");
        }
    }

    @Test
    void aboveTheLimitTheDigestIsThePublishersWord() {
        ByteString wrong = ByteString.copyFrom(new byte[Digests.LENGTH]);
        eu.fail("read");
        Part part = payloads(DataSize.ofBytes(BYTES.length - 1)).check(List.of(inEurope), announced(wrong));

        assertThat(part.getExternal().getDigestVerified()).isFalse();
        assertThat(part.getSha256()).isEqualTo(wrong);
    }

    @Test
    void bytesThatAreToBeCheckedAreReadThroughTheCheckOnceAndRefusedIfTheyAreTooLarge() {
        AtomicInteger checked = new AtomicInteger();
        UnaryOperator<InputStream> checks = bytes -> {
            checked.incrementAndGet();
            return bytes;
        };
        payloads(DataSize.ofBytes(BYTES.length)).check(List.of(inEurope, inAmerica), announced(SHA_256), checks);
        assertThat(checked).hasValue(1);

        assertThatThrownBy(() -> payloads(DataSize.ofBytes(BYTES.length - 1))
                        .check(List.of(inEurope), announced(SHA_256), checks))
                .isInstanceOfSatisfying(
                        ServiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VALIDATION_FAILED))
                .hasMessageContaining("payload.size: " + BYTES.length);
        ServiceException refusal = ServiceException.of(ErrorCode.VALIDATION_FAILED, "by the test");
        assertThatThrownBy(
                        () -> payloads(DataSize.ofMegabytes(1)).check(List.of(inEurope), announced(SHA_256), bytes -> {
                            throw refusal;
                        }))
                .isSameAs(refusal);
    }

    @Test
    void anEmptyObjectIsAPayloadToo() {
        eu.put("empty", new byte[0]);
        eu.fail("read");
        Expected nothing = new Expected(0, ByteString.copyFrom(Digests.sha256(new byte[0])), "");
        Part part = payloads(DataSize.ofMegabytes(1)).check(List.of(location("eu", "data-1", "empty")), nothing);

        assertThat(part.getExternal().getDigestVerified()).isTrue();
    }

    @Test
    void otherBytesThanAnnouncedAreRefusedInEachRegion() {
        byte[] other = BYTES.clone();
        other[0]++;
        us.put("a/b", other);
        assertThatThrownBy(
                        () -> payloads(DataSize.ofMegabytes(1)).check(List.of(inEurope, inAmerica), announced(SHA_256)))
                .asInstanceOf(type(ServiceException.class))
                .extracting(ServiceException::code)
                .isEqualTo(ErrorCode.DIGEST_MISMATCH);
        us.put("a/b", new byte[BYTES.length + 1]);
        assertThatThrownBy(() -> payloads(DataSize.ofBytes(0)).check(List.of(inEurope, inAmerica), announced(SHA_256)))
                .hasMessageContaining((BYTES.length + 1) + " bytes (expected: " + BYTES.length);
    }

    @Test
    void whatIsTooLargeOrCannotBeAskedIsToldSo() {
        Expected large = new Expected(2 << 20, SHA_256, "");
        assertThatThrownBy(() -> payloads(DataSize.ofBytes(0)).check(List.of(inEurope), large))
                .asInstanceOf(type(ServiceException.class))
                .extracting(ServiceException::code)
                .isEqualTo(ErrorCode.TOO_LARGE);
        eu.fail("size");
        assertThatThrownBy(() -> payloads(DataSize.ofBytes(0)).check(List.of(inEurope), announced(SHA_256)))
                .asInstanceOf(type(ServiceException.class))
                .extracting(ServiceException::code)
                .isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @ParameterizedTest
    @CsvSource({
        "asia, data-1, a/b, region",
        "eu, other, a/b, bucket",
        "eu, bucket-eu, a/b, bucket",
        "eu, data/1, a/b, bucket",
        "eu, data-1, '', key",
        "eu, data-1, absent, key",
    })
    void eachLocationIsCheckedByName(String region, String bucket, String key, String field) {
        assertThatThrownBy(() -> payloads(DataSize.ofMegabytes(1))
                        .check(List.of(location(region, bucket, key)), announced(SHA_256)))
                .asInstanceOf(type(InvalidField.class))
                .extracting(InvalidField::field)
                .isEqualTo("locations[0]." + field);
    }

    @Test
    void aRegionHasOneObjectAndAtLeastOneHas() {
        ExternalPayloads payloads = payloads(DataSize.ofMegabytes(1));
        assertThatThrownBy(() -> payloads.check(List.of(inEurope, inEurope), announced(SHA_256)))
                .hasMessageContaining("locations[1].region");
        assertThatThrownBy(() -> payloads.check(List.of(), announced(SHA_256))).hasMessageContaining("locations: 0");
        assertThatThrownBy(() -> payloads.check(List.of(inEurope), Expected.nothing()))
                .hasMessageContaining("sha256");
    }

    @Test
    void unlessBucketsAreAllowedThereAreNone() {
        ExternalConfig none = new ExternalConfig(List.of(), DataSize.ofMegabytes(1));
        ExternalPayloads payloads = new ExternalPayloads(List.of(eu, us), none, 1 << 20, gate());
        assertThatThrownBy(() -> payloads.check(List.of(inEurope), announced(SHA_256)))
                .isInstanceOf(InvalidField.class)
                .hasMessageContaining("octavo.payload.external-buckets");
    }

    private ExternalPayloads payloads(DataSize verifyLimit) {
        ExternalConfig config = new ExternalConfig(List.of("data-*", "bucket-*"), verifyLimit);
        return new ExternalPayloads(List.of(eu, us), config, 1 << 20, gate());
    }

    private static Gate gate() {
        return new Gate(1, Duration.ZERO, "full");
    }

    private static Expected announced(ByteString sha256) {
        return new Expected(BYTES.length, sha256, "");
    }

    private static S3Location location(String region, String bucket, String key) {
        return S3Location.newBuilder()
                .setRegion(region)
                .setBucket(bucket)
                .setKey(key)
                .build();
    }
}
