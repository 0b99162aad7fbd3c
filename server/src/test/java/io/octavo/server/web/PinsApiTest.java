package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@ExtendWith(NodeExtension.class)
class PinsApiTest {
    private final Http http;
    private final String topic = TestNode.newTopic();
    private final String pins = "/api/v1/topics/" + topic + "/pins";

    PinsApiTest(TestNode node) {
        this.http = node.http();
    }

    @Test
    void aScopeIsPinnedAndUnpinnedAndEachTellsHowToGoBack() {
        http.publish(topic, "one");
        http.publish(topic, "two");
        http.publish(topic, "three");

        JsonNode first = http.json("PUT", pins + "?scope=region%3Deu", "{\"version\":1,\"reason\":\"calm\"}")
                .isStatus(200)
                .json();
        assertThat(first.propertyNames())
                .containsExactly("topic", "revision", "pin", "newerVersions", "ui", "impact", "undo");
        assertThat(first.get("pin").propertyNames()).containsExactly("scope", "version", "at", "by", "reason");
        assertThat(first.get("revision").longValue()).isEqualTo(4);
        assertThat(first.get("newerVersions").longValue()).isEqualTo(2);
        assertThat(first.get("undo").stringValue())
                .isEqualTo("octavo unpin " + topic + " --scope 'region=eu' --reason 'undo'");

        JsonNode second = http.json(
                        "PUT",
                        pins + "?scope=region%3Deu",
                        "{\"version\":2,\"reason\":\"again\",\"expiresAt\":\"2999-01-01T01:00:00.5+01:00\"}")
                .isStatus(200)
                .json();
        assertThat(second.get("pin").get("expiresAt").stringValue()).isEqualTo("2999-01-01T00:00:00.500Z");
        assertThat(second.get("undo").stringValue())
                .isEqualTo("octavo pin " + topic + " 1 --scope 'region=eu' --reason 'calm'");
        assertThat(http.get(pins).isStatus(200).json().get("pins").findValuesAsString("version"))
                .containsExactly("2");
        assertThat(http.get("/api/v1/topics/" + topic).json().get("pins")).hasSize(1);

        JsonNode gone = http.delete(pins + "?scope=region%3Deu&reason=done")
                .isStatus(200)
                .json();
        assertThat(gone.propertyNames()).containsExactly("topic", "revision", "scope", "ui", "impact", "undo");
        assertThat(gone.get("scope").stringValue()).isEqualTo("region=eu");
        assertThat(gone.get("undo").stringValue())
                .isEqualTo("octavo pin " + topic + " 2 --scope 'region=eu' --reason 'again'"
                        + " --expires 2999-01-01T00:00:00.500Z");
        http.delete(pins + "?scope=region%3Deu").isProblem(404, "PIN_NOT_FOUND");
        assertThat(http.get(pins).json().toString()).isEqualTo("{\"pins\":[]}");
    }

    @Test
    void aPinCanBeRepeatedByItsKey() {
        http.publish(topic, "one");
        String body = "{\"version\":1,\"reason\":\"calm\"}";
        http.json("PUT", pins + "?scope=*", body, "Idempotency-Key", "p").isStatus(200);
        http.delete(pins + "?scope=*").isStatus(200);

        Answer again = http.json("PUT", pins + "?scope=*", body, "Idempotency-Key", "p")
                .isStatus(200);

        assertThat(again.json().get("pin").get("version").longValue()).isEqualTo(1);
    }

    @Test
    void whatIsNotThereCannotBePinned() {
        http.json("PUT", pins + "?scope=*", "{\"version\":1,\"reason\":\"r\"}").isProblem(404, "TOPIC_NOT_FOUND");
        http.get(pins).isProblem(404, "TOPIC_NOT_FOUND");
        http.publish(topic, "one");
        http.json("PUT", pins + "?scope=*", "{\"version\":2,\"reason\":\"r\"}").isProblem(404, "VERSION_NOT_FOUND");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | {\"version\":1,\"reason\":\"r\"} | scope",
                "scope= | {\"version\":1,\"reason\":\"r\"} | scope",
                "scope=*&scope=* | {\"version\":1,\"reason\":\"r\"} | scope",
                "scope=*&dryRun=maybe | {\"version\":1,\"reason\":\"r\"} | dryRun",
                "scope=* | {\"reason\":\"r\"} | version",
                "scope=* | {\"version\":\"1\",\"reason\":\"r\"} | version",
                "scope=* | {\"version\":0,\"reason\":\"r\"} | version",
                "scope=* | {\"version\":1e99,\"reason\":\"r\"} | version",
                "scope=* | {\"version\":1} | reason",
                "scope=* | {\"version\":1,\"reason\":\" \"} | reason",
                "scope=* | {\"version\":1,\"reason\":null} | reason",
                "scope=* | {\"version\":1,\"reason\":\"r\",\"expiresAt\":\"soon\"} | expiresAt",
                "scope=* | {\"version\":1,\"reason\":\"r\",\"expiresAt\":5} | expiresAt",
                "scope=* | {\"version\":1,\"reason\":\"r\",\"expiresAt\":\"1999-01-01T00:00:00Z\"} | expiresAt",
                "scope=* | {\"version\":1,\"reason\":\"r\",\"expiresAt\":\"+999999999-01-01T00:00:00Z\"} | expiresAt",
                "scope=* | {\"version\":1,\"reason\":\"r\",\"expires\":\"2h\"} | expires",
            })
    void badPinsAreRefusedByName(String query, String body, String field) {
        http.publish(topic, "one");
        http.json("PUT", pins + "?" + query, body).isInvalid(field);
        assertThat(http.get(pins).json().get("pins")).isEmpty();
    }
}
