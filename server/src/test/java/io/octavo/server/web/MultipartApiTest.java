package io.octavo.server.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.rules.Digests;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.SequenceInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Publishing by a form, as browsers and curl's {@code -F} send it. */
@ExtendWith(NodeExtension.class)
class MultipartApiTest {
    private static final String TYPE = "multipart/form-data; boundary=----x.Y'1";
    private static final String METADATA = part("name=\"metadata\"", "{\"k\":\"v\",\"ü\":\"\\u00fc\"}");
    private static final String PAYLOAD =
            part("name=\"payload\"; filename=\"a.csv\"\r\nContent-Type: text/csv; charset=utf-8", "a,b\r\n1,2\r\n");
    private static final String END = "------x.Y'1--\r\n";

    private final TestNode node;
    private final Http http;
    private final String topic = TestNode.newTopic();
    private final String versions = "/api/v1/topics/" + topic + "/versions";

    MultipartApiTest(TestNode node) {
        this.node = node;
        this.http = node.http();
    }

    @BeforeEach
    void inMemory() {
        node.intake(node.payloads());
        node.outlet(node.payloads());
    }

    @Test
    void aFormIsPublishedWithItsMetadataAndThePayloadsType() {
        JsonNode version = post("?scope=region%3Deu&meta=more=1", METADATA + PAYLOAD + END, "Idempotency-Key", "k")
                .isStatus(201)
                .json();

        assertThat(version.get("metadata").toString()).isEqualTo("{\"k\":\"v\",\"more\":\"1\",\"ü\":\"ü\"}");
        assertThat(version.get("contentType").stringValue()).isEqualTo("text/csv; charset=utf-8");
        assertThat(version.get("size").longValue()).isEqualTo(10);
        assertThat(version.get("publications").get(0).get("scope").stringValue())
                .isEqualTo("region=eu");
        assertThat(http.get(versions + "/1/payload").text()).isEqualTo("a,b\r\n1,2\r\n");
        assertThat(post("?scope=region%3Deu&meta=more=1", METADATA + PAYLOAD + END, "Idempotency-Key", "k")
                        .isStatus(201)
                        .header("Octavo-Replayed"))
                .isEqualTo("true");
    }

    @Test
    void aPreambleAndWhatFollowsTheEndAreIgnoredAndAnEmptyPayloadIsOne() {
        String empty = part("name=payload", "");
        JsonNode version = post("", "preamble\r\n" + METADATA + empty + END + "epilogue")
                .isStatus(201)
                .json();
        assertThat(version.get("size").longValue()).isZero();
        assertThat(version.has("contentType")).isFalse();
    }

    @Test
    void bytesThatLookLikeBoundariesAreBytes() {
        String bytes = "\r\n--\r\n------x.Y'\r\n-----x.Y'1\r\n\r\n\r\n--";
        post("", METADATA + part("name=payload", bytes) + END).isStatus(201);
        assertThat(http.get(versions + "/1/payload").text()).isEqualTo(bytes);
    }

    @Test
    void theDigestOfThePayloadsPartIsVerified() {
        String digest = Base64.getEncoder().encodeToString(Digests.sha256("one".getBytes(UTF_8)));
        String headers = "name=payload\r\nContent-Digest: sha-256=:" + digest + ":";
        post("", METADATA + part(headers, "one") + END).isStatus(201);
        post("", METADATA + part(headers, "two") + END).isProblem(422, "DIGEST_MISMATCH");
        post("", METADATA + PAYLOAD + END, "Content-Digest", "sha-256=:" + digest + ":")
                .isInvalid("Content-Digest");
    }

    /** A payload of several times the buffers between, sent only as it is read: it arrives before its form has ended. */
    @Test
    void aPayloadIsReadAsItArrives() throws Exception {
        byte[] start = new byte[3 << 20];
        byte[] rest = new byte[1 << 20];
        new Random(1).nextBytes(start);
        new Random(2).nextBytes(rest);
        CompletableFuture<String> seen = new CompletableFuture<>();
        node.intake(new Forwarding(node.payloads(), body -> {
            byte[] read = body.readNBytes(start.length);
            seen.complete(HexFormat.of().formatHex(Digests.sha256(read)));
            return new SequenceInputStream(new ByteArrayInputStream(read), body);
        }));
        PipedOutputStream out = new PipedOutputStream();
        try (PipedInputStream in = new PipedInputStream(out, 64 << 10)) {
            CompletableFuture<Answer> answer = CompletableFuture.supplyAsync(
                    () -> http.send("POST", versions, BodyPublishers.ofInputStream(() -> in), "Content-Type", TYPE));
            out.write(
                    (METADATA + "------x.Y'1\r\nContent-Disposition: form-data; name=payload\r\n\r\n").getBytes(UTF_8));
            out.write(start);
            out.write(rest, 0, 128 << 10);
            out.flush();
            assertThat(seen.get(20, TimeUnit.SECONDS)).isEqualTo(HexFormat.of().formatHex(Digests.sha256(start)));
            out.write(rest, 128 << 10, rest.length - (128 << 10));
            out.write(("\r\n" + END).getBytes(UTF_8));
            out.close();
            JsonNode version = answer.get(20, TimeUnit.SECONDS).isStatus(201).json();
            assertThat(version.get("size").longValue()).isEqualTo(start.length + rest.length);
        }
        byte[] stored = http.get(versions + "/1/payload").body().toByteArray();
        assertThat(HexFormat.of().formatHex(Digests.sha256(stored)))
                .isEqualTo(HexFormat.of().formatHex(Digests.sha256(concat(start, rest))));
    }

    @Test
    void partsInAnotherOrderOrNumberAreRefusedByNameAndNothingIsLeft() {
        String other = part("name=other", "x");
        post("", PAYLOAD + METADATA + END).isInvalid("metadata");
        post("", PAYLOAD + END).isInvalid("metadata");
        post("", METADATA + END).isInvalid("payload");
        post("", METADATA + METADATA + PAYLOAD + END).isInvalid("payload");
        post("", METADATA + other + PAYLOAD + END).isInvalid("payload");
        post("", METADATA + PAYLOAD + PAYLOAD + END).isInvalid("payload");
        post("", METADATA + PAYLOAD + METADATA + END).isInvalid("metadata");
        post("", METADATA + PAYLOAD + other + END).isInvalid("other");
        http.get("/api/v1/topics/" + topic).isProblem(404, "TOPIC_NOT_FOUND");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[]",
                "{\"k\":1}",
                "{\"k\":null}",
                "{\"k\":\"1\",\"k\":\"2\"}",
                "",
            })
    void metadataIsAnObjectOfTexts(String json) {
        Answer answer = post("", part("name=metadata", json) + PAYLOAD + END).isProblem(400, "INVALID_ARGUMENT");
        assertThat(answer.json().get("errors").get(0).get("field").stringValue())
                .startsWith("metadata");
    }

    @Test
    void whatIsTooLongIsRefused() {
        String large = "{\"k\":\"" + "v".repeat(65 << 10) + "\"}";
        post("", part("name=metadata", large) + PAYLOAD + END).isInvalid("metadata");
        String full = "{\"k\":\"" + "v".repeat(5 << 10) + "\"}";
        post("", part("name=metadata", full) + PAYLOAD + END).isInvalid("meta");
        String headers = "name=payload\r\nX: " + "x".repeat(5 << 10);
        post("", METADATA + part(headers, "one") + END).isInvalid("body");
        post("?meta=k=2", METADATA + PAYLOAD + END).isInvalid("meta");
        post("", "x".repeat(300 << 10) + "\r\n" + METADATA + PAYLOAD + END).isInvalid("body");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name=payload~Content-Disposition: form-data | content-disposition",
                "filename=x | Content-Disposition",
                "name=\"\" | Content-Disposition",
                "name=payload~no header | body",
                "name=payload~: x | body",
                "name=payload~ folded | body",
                "name=payload~Content-Transfer-Encoding: base64 | Content-Transfer-Encoding",
                "name=payload~Content-Encoding: gzip | Content-Encoding",
                "name=payload~Content-Digest: x | Content-Digest",
            })
    void headersOfAPartAreReadStrictly(String headers, String field) {
        post("", METADATA + part(headers.replace("~", "\r\n"), "one") + END).isInvalid(field);
    }

    @Test
    void aFormThatDoesNotEndIsNotPublished() {
        List<String> broken = List.of(
                "",
                "no boundary",
                METADATA,
                METADATA + PAYLOAD,
                METADATA + PAYLOAD + "------x.Y'1-",
                METADATA + PAYLOAD + "------x.Y'1!!",
                METADATA + PAYLOAD + "------x.Y'1\r\n",
                METADATA + "------x.Y'1\r\nContent-Disposition: form-data; name=payload\r\n\r\nno end");
        for (String body : broken) {
            assertThat(post("", body).isProblem(400, "INVALID_ARGUMENT").text()).contains("errors");
        }
        http.get("/api/v1/topics/" + topic).isProblem(404, "TOPIC_NOT_FOUND");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "multipart/form-data",
                "multipart/form-data; boundary=",
                "multipart/form-data; boundary=\"a b \"",
                "multipart/form-data; boundary=a*b",
                "multipart/form-data; boundary=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void aFormNeedsABoundary(String type) {
        http.send("POST", versions, BodyPublishers.ofString(METADATA), "Content-Type", type)
                .isInvalid("Content-Type");
    }

    @Test
    void aBoundaryMayBeQuoted() {
        http.send(
                        "POST",
                        versions,
                        BodyPublishers.ofString(METADATA + PAYLOAD + END, UTF_8),
                        "Content-Type",
                        "Multipart/Form-Data; charset=utf-8; boundary=\"----x.Y'1\"")
                .isStatus(201);
    }

    private Answer post(String query, String body, String... headers) {
        String[] all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 0, headers.length);
        all[headers.length] = "Content-Type";
        all[headers.length + 1] = TYPE;
        return http.send("POST", versions + query, BodyPublishers.ofString(body, UTF_8), all);
    }

    private static String part(String disposition, String body) {
        return "------x.Y'1\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + body + "\r\n";
    }

    private static byte[] concat(byte[] first, byte[] second) throws IOException {
        try (InputStream both =
                new SequenceInputStream(new ByteArrayInputStream(first), new ByteArrayInputStream(second))) {
            return both.readAllBytes();
        }
    }
}
