package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.server.topic.PublishVersion;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@ExtendWith(NodeExtension.class)
class VersionsApiTest {
    private final TestNode node;
    private final Http http;
    private final String topic = TestNode.newTopic();
    private final String path = "/api/v1/topics/" + topic;

    VersionsApiTest(TestNode node) {
        this.node = node;
        this.http = node.http();
    }

    @BeforeEach
    void inMemory() {
        node.outlet(node.payloads());
    }

    @Test
    void historyIsPagedNewestFirst() {
        for (int i = 0; i < 5; i++) {
            http.publish(topic, "v" + i);
        }
        JsonNode first = http.get(path + "/versions?limit=3").isStatus(200).json();
        String token = first.get("nextPageToken").stringValue();
        JsonNode second = http.get(path + "/versions?limit=2&pageToken=" + token)
                .isStatus(200)
                .json();

        assertThat(first.get("versions").findValuesAsString("version")).containsExactly("5", "4", "3");
        assertThat(second.get("versions").findValuesAsString("version")).containsExactly("2", "1");
        assertThat(second.has("nextPageToken")).isFalse();
        JsonNode one = http.get(path + "/versions/4").isStatus(200).json();
        assertThat(one).isEqualTo(first.get("versions").get(1));
        assertThat(one.has("undo")).isFalse();
    }

    @Test
    void historyIsSearchedByMetadata() {
        for (int i = 1; i <= 6; i++) {
            http.post(path + "/versions?meta=even=" + (i % 2 == 0) + "&meta=n=" + i, "v" + i)
                    .isStatus(201);
        }
        JsonNode first = http.get(path + "/versions?meta=even=true&limit=2")
                .isStatus(200)
                .json();
        JsonNode second = http.get(path + "/versions?meta=even=true&limit=2&pageToken="
                        + first.get("nextPageToken").stringValue())
                .isStatus(200)
                .json();

        assertThat(first.get("versions").findValuesAsString("version")).containsExactly("6", "4");
        assertThat(second.get("versions").findValuesAsString("version")).containsExactly("2");
        assertThat(second.has("nextPageToken")).isFalse();
        assertThat(http.get(path + "/versions?meta=even=true&meta=n=4")
                        .json()
                        .get("versions")
                        .findValuesAsString("version"))
                .containsExactly("4");
        assertThat(http.get(path + "/versions?meta=even=true&meta=n=5").json().toString())
                .isEqualTo("{\"versions\":[]}");
        http.get(path + "/versions?meta=even").isInvalid("meta");
        http.get(path + "/versions?meta=" + "k".repeat(4096) + "=v").isInvalid("meta");
    }

    @Test
    void aSearchThatFindsLittleGoesOnPageByPage() {
        for (int i = 0; i < VersionSearch.MOST_ROWS + 50; i++) {
            Map<String, String> metadata = i == 0 ? Map.of("first", "yes") : Map.of();
            node.commits()
                    .commit(
                            topic,
                            new PublishVersion(List.of(), metadata, List.of(), null, false, null, 0, ""),
                            "tester",
                            null);
        }
        JsonNode empty =
                http.get(path + "/versions?meta=first=yes").isStatus(200).json();
        assertThat(empty.get("versions")).isEmpty();
        JsonNode rest = http.get(path + "/versions?meta=first=yes&pageToken="
                        + empty.get("nextPageToken").stringValue())
                .isStatus(200)
                .json();
        assertThat(rest.get("versions").findValuesAsString("version")).containsExactly("1");
        assertThat(rest.has("nextPageToken")).isFalse();
    }

    @Test
    void whatIsNotThereIsNotFound() {
        http.get(path + "/versions").isProblem(404, "TOPIC_NOT_FOUND");
        http.get(path + "/versions/1").isProblem(404, "TOPIC_NOT_FOUND");
        http.publish(topic, "one");
        assertThat(http.get(path + "/versions/2")
                        .isProblem(404, "VERSION_NOT_FOUND")
                        .text())
                .contains("1 to 1");
        http.get(path + "/versions/0").isProblem(404, "VERSION_NOT_FOUND");
        http.get(path + "/versions/2/payload").isProblem(404, "VERSION_NOT_FOUND");
    }

    @ParameterizedTest
    @ValueSource(strings = {"one", "-1", "1.5", "99999999999999999999", "%20"})
    void aVersionIsANumber(String version) {
        http.get(path + "/versions/" + version).isInvalid("version");
        http.get(path + "/versions/" + version + "/payload").isInvalid("version");
    }

    @Test
    void aPayloadIsDownloadedNotShown() {
        http.post(path + "/versions", "<script>", "Content-Type", "text/html").isStatus(201);
        Answer answer = http.get(path + "/versions/1/payload").isStatus(200);

        assertThat(answer.text()).isEqualTo("<script>");
        assertThat(answer.header("Content-Type")).isEqualTo("text/html");
        assertThat(answer.header("Content-Disposition")).isEqualTo("attachment; filename=\"" + topic + "-1\"");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("Content-Length")).isEqualTo("8");
        assertThat(answer.header("Accept-Ranges")).isEqualTo("bytes");
        assertThat(answer.header("Octavo-Version")).isEqualTo("1");
        assertThat(answer.header("Repr-Digest")).matches("sha-256=:.{43}=:");
        assertThat(answer.header("ETag")).matches("\"[0-9a-f]{64}\"");
        String etag = answer.header("ETag");
        Answer known = http.get(path + "/versions/1/payload", "If-None-Match", etag);
        assertThat(known.status()).isEqualTo(304);
        assertThat(known.header("ETag")).isEqualTo(etag);
        assertThat(known.body()).isEmpty();
    }

    @Test
    void whatHasNoTypeIsBytes() {
        http.publish(topic, "one");
        assertThat(http.get(path + "/versions/1/payload").header("Content-Type"))
                .isEqualTo("application/octet-stream");
        assertThat(http.get(path + "/versions/1/payload?x=1").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bytes=0-3 | 206 | 0123 | bytes 0-3/10",
                "bytes=0-0 | 206 | 0 | bytes 0-0/10",
                "bytes=7- | 206 | 789 | bytes 7-9/10",
                "bytes=7-99 | 206 | 789 | bytes 7-9/10",
                "bytes=-3 | 206 | 789 | bytes 7-9/10",
                "bytes=-99 | 206 | 0123456789 | bytes 0-9/10",
                "bytes=9-999999999999999999 | 206 | 9 | bytes 9-9/10",
                "bytes=10- | 416 | '' | bytes */10",
                "bytes=-0 | 416 | '' | bytes */10",
                "bytes=3-1 | 200 | 0123456789 | ''",
                "bytes=1-2,4-5 | 200 | 0123456789 | ''",
                "bytes=x | 200 | 0123456789 | ''",
                "bytes=- | 200 | 0123456789 | ''",
                "lines=1-2 | 200 | 0123456789 | ''",
            })
    void rangesOfAPayload(String range, int status, String bytes, String contentRange) {
        http.publish(topic, "0123456789");
        Answer answer = http.get(path + "/versions/1/payload", "Range", range);
        assertThat(answer.header("Content-Range")).isEqualTo(contentRange);
        if (status == 416) {
            answer.isProblem(416, "RANGE_NOT_SATISFIABLE");
        } else {
            answer.isStatus(status);
            assertThat(answer.text()).isEqualTo(bytes);
        }
    }

    @Test
    void aRangeOfOtherBytesIsNotAnswered() {
        http.publish(topic, "0123456789");
        String payload = path + "/versions/1/payload";
        String etag = http.get(payload).header("ETag");
        http.get(payload, "Range", "bytes=0-1", "If-Range", etag).isStatus(206);
        http.get(payload, "Range", "bytes=0-1", "If-Range", "\"other\"").isStatus(200);
    }

    @Test
    void anEmptyPayloadHasNoRanges() {
        http.publish(topic, "");
        assertThat(http.get(path + "/versions/1/payload").isStatus(200).body()).isEmpty();
        http.get(path + "/versions/1/payload", "Range", "bytes=0-").isProblem(416, "RANGE_NOT_SATISFIABLE");
    }

    @Test
    void headTellsWithoutReading() {
        http.publish(topic, "0123456789");
        node.outlet((part, offset, length) -> {
            throw new AssertionError("read");
        });
        Answer answer = http.send("HEAD", path + "/versions/1/payload", BodyPublishers.noBody());
        assertThat(answer.isStatus(200).header("Content-Length")).isEqualTo("10");
    }

    @Test
    void aMissingPayloadIsGoneAndAFaultOfOursTellsNothingInner() {
        http.publish(topic, "0123456789");
        node.payloads().lose();
        http.get(path + "/versions/1/payload").isProblem(410, "GONE");
        node.outlet((part, offset, length) -> new InputStream() {
            @Override
            public int read() {
                throw new IllegalStateException("inner secret");
            }

            @Override
            public int read(byte[] target, int from, int count) {
                return read();
            }
        });
        assertThat(http.get(path + "/versions/1/payload")
                        .isProblem(500, "INTERNAL")
                        .text())
                .doesNotContain("secret");
    }
}
