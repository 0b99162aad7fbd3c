package io.octavo.server.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.ExternalPointer;
import io.octavo.protocol.Part;
import io.octavo.protocol.PayloadLink;
import io.octavo.protocol.S3Location;
import io.octavo.protocol.S3Pointer;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PayloadReaderTest {
    private static final String KEY = PayloadKeys.of(7);
    private static final byte[] BYTES = TestBodies.bytes(100_000);

    private final InMemoryDirectPayloads direct = new InMemoryDirectPayloads();
    private final InMemoryRegion eu = new InMemoryRegion("eu");
    private final InMemoryRegion us = new InMemoryRegion("us");
    private final PayloadReader reader = new PayloadReader(List.of(eu, us), direct);
    private final Part inBoth = part(eu.location(KEY), us.location(KEY));

    @ParameterizedTest
    @CsvSource({"0, 100000", "0, 1", "99999, 1", "500, 70000", "100000, 0", "5, 0"})
    void aRangeIsReadFromEitherKind(int offset, int length) throws IOException {
        eu.put(KEY, BYTES);
        direct.store(9, ByteString.copyFrom(BYTES));
        Part kept = Part.newBuilder()
                .setSize(BYTES.length)
                .setDirect(DirectPointer.newBuilder().setPayloadId(9))
                .build();
        byte[] expected = Arrays.copyOfRange(BYTES, offset, offset + length);
        assertThat(read(inBoth, offset, length)).isEqualTo(expected);
        assertThat(read(kept, offset, length)).isEqualTo(expected);
        Part external = inBoth.toBuilder()
                .setExternal(ExternalPointer.newBuilder().addLocations(eu.location(KEY)))
                .build();
        assertThat(read(external, offset, length)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "100001, 0", "0, 100001", "5, -1"})
    void aRangeOutsideIsRefused(long offset, long length) {
        assertThatThrownBy(() -> reader.open(inBoth, offset, length)).isInstanceOf(InvalidField.class);
    }

    @Test
    void theNextRegionAnswersForOneThatIsAwayOrHasItNot() throws IOException {
        us.put(KEY, BYTES);
        assertThat(read(inBoth, 0, BYTES.length)).isEqualTo(BYTES);
        eu.fail("read");
        assertThat(read(inBoth, 0, BYTES.length)).isEqualTo(BYTES);
    }

    @Test
    void itIsMissingOnlyIfEveryRegionSaysSo() {
        assertThatThrownBy(() -> reader.open(inBoth, 0, 1))
                .isInstanceOf(MissingPayload.class)
                .hasMessageContaining("[eu, us]");
        us.fail("read");
        assertUnavailable(inBoth);
        us.before(ok -> {});
        assertUnavailable(part(
                eu.location(KEY),
                eu.location(KEY).toBuilder().setRegion("elsewhere").build()));
    }

    @Test
    void whetherItIsMissingIsSaidOnlyIfEveryRegionSaysSo() {
        assertThat(reader.isMissing(inBoth)).isTrue();
        us.put(KEY, BYTES);
        assertThat(reader.isMissing(inBoth)).isFalse();
        eu.fail("has");
        assertThat(reader.isMissing(inBoth)).isFalse();
        us.delete(KEY);
        assertThatThrownBy(() -> reader.isMissing(inBoth)).isInstanceOf(ServiceException.class);
        Part elsewhere = part(
                us.location(KEY),
                us.location(KEY).toBuilder().setRegion("elsewhere").build());
        assertThatThrownBy(() -> reader.isMissing(elsewhere)).isInstanceOf(ServiceException.class);
        Part kept = Part.newBuilder()
                .setDirect(DirectPointer.newBuilder().setPayloadId(9))
                .build();
        assertThat(reader.isMissing(kept)).isTrue();
        direct.store(9, ByteString.copyFrom(BYTES));
        assertThat(reader.isMissing(kept)).isFalse();
    }

    @Test
    void aRegionThatBreaksOffMidwayIsReplacedByTheNext() throws IOException {
        InMemoryRegion half = new InMemoryRegion("eu");
        half.put(KEY, Arrays.copyOf(BYTES, 60_000));
        us.put(KEY, BYTES);
        PayloadReader failing = new PayloadReader(List.of(half, us), direct);
        try (InputStream body = failing.open(inBoth, 10, 99_990)) {
            assertThat(body.read()).isEqualTo(BYTES[10] & 0xff);
            assertThat(body.readAllBytes()).isEqualTo(Arrays.copyOfRange(BYTES, 11, BYTES.length));
        }
    }

    @Test
    void aPayloadThatBreaksOffEverywhereEndsInAnErrorNotEarly() throws IOException {
        eu.put(KEY, Arrays.copyOf(BYTES, 60_000));
        us.put(KEY, Arrays.copyOf(BYTES, 60_000));
        try (InputStream body = reader.open(inBoth, 0, BYTES.length)) {
            assertThatThrownBy(body::readAllBytes).isInstanceOf(IOException.class);
        }
        try (InputStream body = reader.open(inBoth, 0, BYTES.length)) {
            assertThat(body.readNBytes(60_000)).hasSize(60_000);
            eu.fail("read");
            us.fail("read");
            assertThatThrownBy(body::read).isInstanceOf(IOException.class).hasMessageContaining("40000 bytes too few");
        }
    }

    @Test
    void aDirectPayloadOfAnotherSizeIsAFault() {
        direct.store(9, ByteString.copyFromUtf8("abc"));
        Part wrong = Part.newBuilder()
                .setSize(4)
                .setDirect(DirectPointer.newBuilder().setPayloadId(9))
                .build();
        assertThatThrownBy(() -> reader.open(wrong, 0, 4))
                .isInstanceOf(ServiceException.class)
                .hasMessage("payload: 3 bytes are kept (expected: 4)");
    }

    @Test
    void aPointerOfAnUnknownKindIsAFault() {
        assertThatThrownBy(() -> reader.open(Part.newBuilder().setSize(1).build(), 0, 1))
                .isInstanceOf(ServiceException.class);
    }

    @Test
    void linksStartWithTheCallersRegion() {
        assertThat(regionsOfLinks("us")).containsExactly("us", "eu");
        assertThat(regionsOfLinks("eu")).containsExactly("eu", "us");
        assertThat(regionsOfLinks("")).containsExactly("eu", "us");
        Part kept = Part.newBuilder().setDirect(DirectPointer.newBuilder()).build();
        assertThat(reader.links(kept, "eu").getLinksList()).isEmpty();
    }

    private List<String> regionsOfLinks(String callerRegion) {
        return reader.links(inBoth, callerRegion).getLinksList().stream()
                .map(PayloadLink::getRegion)
                .toList();
    }

    private byte[] read(Part part, long offset, long length) throws IOException {
        try (InputStream body = reader.open(part, offset, length)) {
            return body.readAllBytes();
        }
    }

    private void assertUnavailable(Part part) {
        assertThatThrownBy(() -> reader.open(part, 0, 1))
                .isInstanceOfSatisfying(
                        ServiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }

    private static Part part(S3Location... locations) {
        return Part.newBuilder()
                .setSize(BYTES.length)
                .setS3(S3Pointer.newBuilder().setPayloadId(7).addAllLocations(List.of(locations)))
                .build();
    }
}
