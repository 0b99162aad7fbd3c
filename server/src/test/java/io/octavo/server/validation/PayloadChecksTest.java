package io.octavo.server.validation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.protocol.Settings;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.Validation;
import io.octavo.protocol.Validation.Format;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

class PayloadChecksTest {
    private static final String PRICES = "{\"type\":\"object\",\"required\":[\"currency\"],\"properties\":{"
            + "\"currency\":{\"enum\":[\"EUR\",\"USD\"]},\"prices\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/price\"}}},"
            + "\"$defs\":{\"price\":{\"type\":\"number\",\"minimum\":0}}}";
    private static final ValidationConfig CONFIG =
            new ValidationConfig(DataSize.ofMegabytes(1), DataSize.ofMegabytes(4), 1, Duration.ofSeconds(10));

    private final PayloadChecks checks = new PayloadChecks(CONFIG, System::nanoTime);

    @Test
    void withoutChecksAnythingGoesThroughAsItIs() {
        byte[] bytes = {0, -1, 7};
        assertThat(read(checks, Validation.getDefaultInstance(), new ByteArrayInputStream(bytes)))
                .isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "12",
                "null",
                " [1, {\"a\": \"ä\\u00e4\"}]\n",
                "{\"a\":{\"a\":1},\"b\":[{\"a\":2},{\"a\":3}]}"
            })
    void jsonPasses(String text) {
        pass(Format.JSON, "", text);
        pass(Format.OPAQUE, "{}", text);
        pass(Format.JSON_LINES, "", text.strip());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | payload",
                "' ' | payload",
                "x | payload line 1 column",
                "{\"a\":1,\"a\":2} | payload line 1 column",
                "{\"a\":1} {} | payload line 1 column",
                "[1,2 | payload line 1 column",
                "{'a':1} | payload line 1 column",
                "NaN | payload line 1 column",
                "[01] | payload line 1 column",
                "[\"\t\"] | payload line 1 column",
            })
    void whatIsNoJsonIsRefusedWithItsPlace(String text, String field) {
        assertThat(refused(Format.JSON, "", text).get(0).field()).startsWith(field);
        assertThat(refused(Format.OPAQUE, "{}", text).get(0).field()).startsWith("payload");
        if (!text.isEmpty()) {
            assertThat(refused(Format.JSON_LINES, "", "1\n" + text + "\n")
                            .get(0)
                            .field())
                    .startsWith("payload line 2");
        }
    }

    @Test
    void whatIsNotUtf8IsRefused() {
        for (Format format : List.of(Format.JSON, Format.JSON_LINES)) {
            for (byte[] bytes : List.of(
                    "[\"ä\"]".getBytes(ISO_8859_1),
                    "[\"a\"]".getBytes(UTF_16LE),
                    new byte[] {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'},
                    new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'},
                    new byte[] {'"', 'a', (byte) 0xc3})) {
                for (String schema : List.of("", "{}")) {
                    assertThatThrownBy(() -> read(checks, rules(format, schema), new ByteArrayInputStream(bytes)))
                            .isInstanceOfSatisfying(
                                    ServiceException.class,
                                    e -> assertThat(e.code()).isEqualTo(ErrorCode.VALIDATION_FAILED));
                }
            }
        }
    }

    @Test
    void bombsAreRefused() {
        for (String schema : List.of("", "{}")) {
            refused(Format.JSON, schema, "[".repeat(100_000));
            refused(Format.JSON, schema, "{\"a\":".repeat(100_000));
            refused(Format.JSON, schema, "9".repeat(100_000));
            refused(Format.JSON, schema, "{\"" + "n".repeat(100_000) + "\":1}");
        }
        refused(Format.JSON, "", new SequenceInputStream(body("\""), endless('x', 8 << 20)));
        refused(Format.JSON_LINES, "", endless('1', 2 << 20));
        assertThat(refused(Format.JSON, "{}", endless(' ', 2 << 20)).get(0).expected())
                .contains("at most that with a validation.schema");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e999999999", "-1e999999999", "1e-999999999", "123456789012345678901234567890.5", "0.1"})
    void hugeNumbersAreHeldAgainstASchemaOrRefused(String number) {
        String schema = "{\"type\":\"number\",\"multipleOf\":0.01,\"minimum\":-1e300,\"maximum\":1e300,\"enum\":[0.1]}";
        try {
            read(checks, rules(Format.JSON, schema), body(number));
            assertThat(number).isEqualTo("0.1");
        } catch (ServiceException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.VALIDATION_FAILED);
        }
    }

    @Test
    void aLargeJsonPayloadIsLookedAtWithoutKeepingIt() {
        String row = "{\"id\":1,\"tags\":[\"a\",\"b\"],\"price\":1.5e3},";
        InputStream rows = new SequenceInputStream(Collections.enumeration(
                List.of(body("["), new ByteArrayInputStream(row.repeat(200_000).getBytes(UTF_8)), body("{}]"))));

        assertThat(read(checks, rules(Format.JSON, ""), rows)).isGreaterThan(8_000_000);
    }

    @Test
    void aSchemaTellsEachPlaceByItsPointer() {
        pass(Format.JSON, PRICES, "{\"currency\":\"EUR\",\"prices\":[1,2.5]}");

        List<InvalidField> found = refused(Format.JSON, PRICES, "{\"currency\":\"DM\",\"prices\":[1,\"2\",-3]}");
        assertThat(found.stream().map(InvalidField::field))
                .containsExactlyInAnyOrder("payload#/currency", "payload#/prices/1", "payload#/prices/2");
        assertThat(found.stream().map(InvalidField::value)).contains("\"DM\"", "\"2\"", "-3");
        assertThat(refused(Format.JSON, PRICES, "[]").get(0).field()).isEqualTo("payload#");
    }

    @Test
    void eachLineIsHeldAgainstTheSchema() {
        pass(Format.JSON_LINES, PRICES, "");
        pass(Format.JSON_LINES, PRICES, "{\"currency\":\"EUR\"}\r\n{\"currency\":\"USD\"}");
        assertThat(refused(Format.JSON_LINES, PRICES, "{\"currency\":\"EUR\"}\n{\"currency\":1}\n{}\n").stream()
                        .map(InvalidField::field))
                .containsExactly("payload line 2#/currency", "payload line 3#");
        assertThat(refused(Format.JSON_LINES, PRICES, "{\"currency\":\"EUR\"}\n\n")
                        .get(0)
                        .field())
                .isEqualTo("payload line 2");
    }

    @Test
    void findingsAreFewAndShort() {
        String wrong = "[" + "\"\u20ac\",".repeat(50_000) + "1]";
        ServiceException e =
                refusal(rules(Format.JSON, "{\"items\":{\"const\":\"" + "\u20ac".repeat(2_000) + "\"}}"), body(wrong));

        assertThat(e.findings()).hasSizeBetween(1, 10);
        assertThat(e.findings().stream()
                        .mapToInt(f -> String.valueOf(f.getMessage()).getBytes(UTF_8).length)
                        .sum())
                .isLessThan(4_000);
        refused(
                Format.JSON,
                "{\"anyOf\":[{\"items\":{\"type\":\"string\"}},{\"items\":{\"type\":\"null\"}}]}",
                "[" + "1,".repeat(100_000) + "1]");
    }

    @Test
    void aSchemaThatTakesTooLongIsGivenUp() {
        AtomicLong time = new AtomicLong();
        PayloadChecks hurried = new PayloadChecks(CONFIG, () -> time.addAndGet(10_000_000));
        StringBuilder doubling = new StringBuilder("{\"$ref\":\"#/$defs/d0\",\"$defs\":{");
        for (int i = 0; i < 60; i++) {
            String next = "{\"$ref\":\"#/$defs/d" + (i + 1) + "\"}";
            doubling.append("\"d" + i + "\":{\"allOf\":[" + next + "," + next + "]},");
        }
        doubling.append("\"d60\":{}}}");
        for (String schema : List.of(doubling.toString(), "{\"pattern\":\".*a.*a.*a.*a.*a.*a.*a.*a.*c$\"}")) {
            Schemas.check("schema", schema);
            assertThatThrownBy(() -> read(hurried, rules(Format.JSON, schema), body("\"" + "a".repeat(60) + "b\"")))
                    .isInstanceOf(ServiceException.class)
                    .hasMessageContaining("more than 10000 ms");
        }
        assertThat(refused(Format.JSON, "{\"$ref\":\"#\"}", "1").get(0).value()).contains("recursion");
    }

    @Test
    void sizesAreRefusedAsSoonAsTheyAreKnown() {
        Validation sizes = Validation.newBuilder().setMinSize(3).setMaxSize(5).build();
        assertThat(read(checks, sizes, body("abc"))).isEqualTo(3);
        assertThat(refusal(sizes, body("ab")).getMessage()).startsWith("payload.size: 2 (expected: 3 to 5 bytes by");
        assertThat(refusal(sizes, endless('x', 100 << 20)).findings().get(0).value())
                .isEqualTo("more than 5");
    }

    @Test
    void whatIsKeptToBeLookedAtIsBoundedAndGivenBack() throws IOException {
        Validation schema = rules(Format.JSON, "{}");
        List<CheckedBody> held = new ArrayList<>();
        byte[] buffer = new byte[1 << 20];
        for (int i = 0; i < 4; i++) {
            CheckedBody body = on(checks, schema, endless(' ', 1 << 20));
            assertThat(body.readNBytes(buffer, 0, buffer.length)).isEqualTo(1 << 20);
            held.add(body);
        }
        assertThat(refusal(schema, body("1")).code()).isEqualTo(ErrorCode.RATE_LIMITED);
        held.forEach(CheckedBody::close);
        pass(Format.JSON, "{}", "1");
    }

    private void pass(Format format, String schema, String text) {
        assertThat(read(checks, rules(format, schema), body(text))).isEqualTo(text.getBytes(UTF_8).length);
    }

    private List<InvalidField> refused(Format format, String schema, String text) {
        return refused(format, schema, body(text));
    }

    private List<InvalidField> refused(Format format, String schema, InputStream body) {
        ServiceException refusal = refusal(rules(format, schema), body);
        assertThat(refusal.code()).as(refusal.getMessage()).isEqualTo(ErrorCode.VALIDATION_FAILED);
        return refusal.findings();
    }

    private ServiceException refusal(Validation rules, InputStream body) {
        try {
            read(checks, rules, body);
        } catch (ServiceException e) {
            return e;
        }
        throw new AssertionError("passed");
    }

    /** Reads it in pieces of odd sizes, and answers how much it was. */
    private static long read(PayloadChecks checks, Validation rules, InputStream body) {
        byte[] buffer = new byte[10_007];
        long size = 0;
        try (CheckedBody checked = on(checks, rules, body)) {
            int length = 1;
            for (int count = checked.read(buffer, 3, length); count >= 0; count = checked.read(buffer, 3, length)) {
                size += count;
                length = Math.min(2 * length + 1, 10_000);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return size;
    }

    private static CheckedBody on(PayloadChecks checks, Validation rules, InputStream body) {
        return checks.of(TopicHead.newBuilder()
                        .setSettings(Settings.newBuilder().setValidation(rules))
                        .build())
                .on(body);
    }

    private static Validation rules(Format format, String schema) {
        return Validation.newBuilder().setFormat(format).setSchema(schema).build();
    }

    private static InputStream body(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    private static InputStream endless(char letter, int size) {
        return body(String.valueOf(letter).repeat(size));
    }
}
