package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.server.topic.DeleteTopic;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@ExtendWith(NodeExtension.class)
class TopicApiTest {
    private final TestNode node;
    private final Http http;
    private final String topic = TestNode.newTopic();
    private final String path = "/api/v1/topics/" + topic;

    TopicApiTest(TestNode node) {
        this.node = node;
        this.http = node.http();
    }

    @Test
    void aTopicIsAnsweredWhole() {
        http.publish(topic, "one");
        Answer answer = http.get(path).isStatus(200);

        assertThat(answer.header("ETag")).isEqualTo("\"1\"");
        JsonNode json = answer.json();
        assertThat(json.propertyNames())
                .containsExactly("topic", "revision", "newestVersion", "settings", "publications", "pins", "ui");
        assertThat(json.get("settings").toString())
                .isEqualTo("{\"labels\":{},\"retention\":{},\"requireScope\":false}");
        assertThat(json.get("publications").get(0).propertyNames()).containsExactly("scope", "version", "at", "by");
        assertThat(json.get("newestVersion").longValue()).isEqualTo(1);
        assertThat(http.get(path, "If-None-Match", "\"0\", W/\"1\"").status()).isEqualTo(304);
        assertThat(http.get(path, "If-None-Match", "\"2\"").status()).isEqualTo(200);
    }

    @Test
    void putReplacesAllSettingsAndPatchWhatItNames() {
        Answer made = http.json(
                        "PUT",
                        path,
                        "{\"description\":\"d\",\"owner\":\"o\",\"labels\":{\"a\":\"1\",\"b\":\"2\"},"
                                + "\"retention\":{\"maxVersions\":5,\"maxAge\":\"720h\"},\"requireScope\":true}")
                .isStatus(201);
        assertThat(made.header("Location")).isEqualTo(path);
        assertThat(made.json().get("settings").toString())
                .isEqualTo("{\"description\":\"d\",\"owner\":\"o\",\"labels\":{\"a\":\"1\",\"b\":\"2\"},"
                        + "\"retention\":{\"maxVersions\":5,\"maxAge\":\"30d\"},\"requireScope\":true}");

        JsonNode patched = http.json(
                        "PATCH",
                        path,
                        "{\"description\":null,\"labels\":{\"a\":null,\"c\":\"3\"},\"retention\":{\"maxAge\":null}}")
                .isStatus(200)
                .json();
        assertThat(patched.get("settings").toString())
                .isEqualTo("{\"owner\":\"o\",\"labels\":{\"b\":\"2\",\"c\":\"3\"},"
                        + "\"retention\":{\"maxVersions\":5},\"requireScope\":true}");
        assertThat(patched.get("revision").longValue()).isEqualTo(2);

        JsonNode cleared = http.json("PATCH", path, "{\"labels\":null,\"retention\":null,\"requireScope\":null}")
                .isStatus(200)
                .json();
        assertThat(cleared.get("settings").toString())
                .isEqualTo("{\"owner\":\"o\",\"labels\":{},\"retention\":{},\"requireScope\":false}");

        JsonNode replaced = http.json("PUT", path, "{}").isStatus(200).json();
        assertThat(replaced.get("settings").has("owner")).isFalse();
    }

    @Test
    void theSchemaIsReplacedAsAWholeAndTheOtherChecksOneByOne() {
        http.json(
                        "PUT",
                        path,
                        "{\"validation\":{\"minSize\":1,\"maxSize\":9000,\"maxSizeChange\":20,\"format\":\"json-lines\","
                                + "\"schema\":{\"type\":\"object\",\"required\":[\"a\"]}}}")
                .isStatus(201);
        JsonNode patched = http.json(
                        "PATCH",
                        path,
                        "{\"validation\":{\"minSize\":null,\"maxSizeChange\":50,\"schema\":{\"minProperties\":1}}}")
                .isStatus(200)
                .json();
        assertThat(patched.get("settings").get("validation").toString())
                .isEqualTo("{\"maxSize\":9000,\"maxSizeChange\":50,\"format\":\"json-lines\","
                        + "\"schema\":{\"minProperties\":1}}");
        assertThat(patched.get("undo").stringValue()).contains("\"required\":[\"a\"]");
        JsonNode cleared = http.json(
                        "PATCH",
                        path,
                        "{\"validation\":{\"maxSize\":null,\"maxSizeChange\":null,\"format\":null,\"schema\":null}}")
                .isStatus(200)
                .json();
        assertThat(cleared.get("settings").has("validation")).isFalse();
    }

    @Test
    void aSettingsChangeCanBeRepeatedAndCanExpectARevision() {
        http.json("PUT", path, "{\"owner\":\"a\"}", "Idempotency-Key", "k").isStatus(201);
        http.json("PATCH", path, "{\"owner\":\"b\"}", "If-Match", "\"1\"").isStatus(200);
        http.json("PATCH", path, "{\"owner\":\"c\"}", "If-Match", "\"1\"").isProblem(412, "STALE_REVISION");
        http.json("PATCH", path, "{\"owner\":\"c\"}", "If-Match", "1").isInvalid("If-Match");
        Answer again = http.json("PATCH", path, "{\"owner\":\"b\"}", "Idempotency-Key", "l")
                .isStatus(200);
        assertThat(again.json().get("revision").longValue()).isEqualTo(2);
        assertThat(again.header("ETag")).isEqualTo("\"2\"");
        Answer replayed = http.json("PUT", path, "{\"owner\":\"a\"}", "Idempotency-Key", "k")
                .isStatus(201);
        assertThat(replayed.header("Octavo-Replayed")).isEqualTo("true");
        assertThat(replayed.json().get("settings").get("owner").stringValue()).isEqualTo("a");
    }

    @Test
    void patchNeedsATopic() {
        http.json("PATCH", path, "{}").isProblem(404, "TOPIC_NOT_FOUND");
        http.get(path).isProblem(404, "TOPIC_NOT_FOUND");
        http.get("/api/v1/topics/-").isInvalid("topic");
        http.json("PATCH", "/api/v1/topics/-", "{}").isInvalid("topic");
        http.json("PUT", "/api/v1/topics/-", "{}").isInvalid("topic");
    }

    @Test
    void aDeletedTopicSaysSo() {
        http.publish(topic, "one");
        node.commits().commit(topic, new DeleteTopic(1, "done with"), "tester", null);

        assertThat(http.get(path).isStatus(200).json().get("deleted").booleanValue())
                .isTrue();
        http.json("PATCH", path, "{}").isProblem(404, "TOPIC_NOT_FOUND");
        http.get(path + "/latest").isProblem(404, "TOPIC_NOT_FOUND");
        http.json("PUT", path, "{}").isStatus(201);
        http.get(path + "/versions/1").isProblem(404, "VERSION_NOT_FOUND");
        assertThat(http.get(path + "/versions").isStatus(200).json().get("versions"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | body",
                "x | body",
                "'' | body",
                "{\"owner\":\"a\",\"owner\":\"b\"} | body",
                "{} {} | body",
                "{\"owner\":1} | owner",
                "{\"color\":\"red\"} | color",
                "{\"description\":[]} | description",
                "{\"requireScope\":\"true\"} | requireScope",
                "{\"labels\":[]} | labels",
                "{\"labels\":{\"a\":1}} | labels.a",
                "{\"labels\":{\" \":\"1\"}} | labels",
                "{\"retention\":{\"maxVersions\":0}} | retention.maxVersions",
                "{\"retention\":{\"maxVersions\":1.5}} | retention.maxVersions",
                "{\"retention\":{\"maxVersions\":99999999999}} | retention.maxVersions",
                "{\"retention\":{\"maxAge\":\"soon\"}} | retention.maxAge",
                "{\"retention\":{\"maxAge\":\"0d\"}} | retention.maxAge",
                "{\"retention\":{\"maxAge\":\"-PT1H\"}} | retention.maxAge",
                "{\"retention\":{\"maxAge\":7}} | retention.maxAge",
                "{\"retention\":{\"max\":7}} | retention.max",
                "{\"retention\":7} | retention",
                "{\"validation\":7} | validation",
                "{\"validation\":{\"size\":7}} | validation.size",
                "{\"validation\":{\"minSize\":0}} | validation.minSize",
                "{\"validation\":{\"minSize\":2,\"maxSize\":1}} | validation.minSize",
                "{\"validation\":{\"maxSize\":-1}} | validation.maxSize",
                "{\"validation\":{\"maxSize\":99999999999999999999}} | validation.maxSize",
                "{\"validation\":{\"maxSizeChange\":\"10%\"}} | validation.maxSizeChange",
                "{\"validation\":{\"maxSizeChange\":10001}} | validation.maxSizeChange",
                "{\"validation\":{\"format\":\"xml\"}} | validation.format",
                "{\"validation\":{\"format\":1}} | validation.format",
                "{\"validation\":{\"schema\":true}} | validation.schema",
                "{\"validation\":{\"schema\":{\"type\":\"strin\"}}} | validation.schema#/type",
                "{\"validation\":{\"schema\":{\"$ref\":\"http://localhost/\"}}} | validation.schema",
            })
    void badSettingsAreRefusedByName(String json, String field) {
        http.json("PUT", path, json).isInvalid(field);
        http.get(path).isProblem(404, "TOPIC_NOT_FOUND");
    }

    @Test
    void settingsAreSmallAndJson() {
        http.json("PUT", path, "{\"owner\":\"" + "x".repeat(70_000) + "\"}").isProblem(413, "TOO_LARGE");
        http.json("PUT", path, "{\"owner\":\"" + "x".repeat(201) + "\"}").isInvalid("owner");
        http.json("PUT", path, "[".repeat(60_000)).isInvalid("body");
        assertThat(http.send("PUT", path, BodyPublishers.ofString("{}"), "Content-Type", "text/plain")
                        .isProblem(415, "UNSUPPORTED_MEDIA_TYPE")
                        .json()
                        .get("detail")
                        .stringValue())
                .contains("text/plain", "application/json");
    }

    @Test
    void topicsAreListedByNameInPages() {
        String prefix = topic + "-list";
        for (String name : new String[] {"c", "a", "d", "b"}) {
            http.json("PUT", "/api/v1/topics/" + prefix + name, "{\"owner\":\"" + prefix + "\"}")
                    .isStatus(201);
        }
        http.publish(topic, "one");
        String list = "/api/v1/topics?limit=3&query=" + prefix;
        JsonNode first = http.get(list).isStatus(200).json();
        JsonNode second = http.get(
                        list + "&pageToken=" + first.get("nextPageToken").stringValue())
                .isStatus(200)
                .json();

        assertThat(first.get("topics").findValuesAsString("topic"))
                .containsExactly(prefix + "a", prefix + "b", prefix + "c");
        assertThat(second.get("topics").findValuesAsString("topic")).containsExactly(prefix + "d");
        assertThat(second.has("nextPageToken")).isFalse();
        assertThat(http.get("/api/v1/topics?owner=" + prefix).json().get("topics"))
                .hasSize(4);
        assertThat(http.get("/api/v1/topics?query=&owner=nobody").json().get("topics"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=1001",
                "limit=",
                "limit=x",
                "limit=-1",
                "limit=5&limit=6",
                "pageToken=x",
                "pageToken=",
                "pageToken=dDotLQ",
                "pageToken=djox",
                "query=a&query=b",
                "sort=up",
                "&x"
            })
    void badListParametersAreRefusedByName(String query) {
        String field = query.startsWith("&") ? "x" : query.substring(0, query.indexOf('='));
        http.get("/api/v1/topics?" + query).isInvalid(field);
    }
}
