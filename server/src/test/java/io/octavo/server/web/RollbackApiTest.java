package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@ExtendWith(NodeExtension.class)
class RollbackApiTest {
    private static final String WORSE = "{\"reason\":\"worse\"}";

    private final Http http;
    private final String topic = TestNode.newTopic();
    private final String address = "/api/v1/topics/" + topic;

    RollbackApiTest(TestNode node) {
        this.http = node.http();
    }

    @Test
    void everybodyGoesBackAndTheAnswerTellsAllOfIt() {
        http.publish(topic, "one");
        http.publish(topic, "two");
        http.json("PUT", address + "/pins?scope=app%3Drecs", "{\"version\":1,\"reason\":\"calm\"}")
                .isStatus(200);

        JsonNode answer =
                http.json("POST", address + "/rollback", WORSE).isStatus(200).json();

        assertThat(answer.propertyNames())
                .containsExactly("topic", "revision", "moves", "staying", "quarantined", "ui", "impact", "undo");
        assertThat(answer.get("revision").longValue()).isEqualTo(4);
        assertThat(answer.get("moves").toString()).isEqualTo("[{\"scope\":\"*\",\"from\":2,\"to\":1,\"instances\":0}]");
        assertThat(answer.get("impact")).isEqualTo(answer.get("moves"));
        assertThat(answer.get("staying").get(0).get("scope").stringValue()).isEqualTo("app=recs");
        assertThat(answer.get("quarantined").longValue()).isEqualTo(2);
        assertThat(answer.get("undo").stringValue())
                .isEqualTo("octavo quarantine " + topic + " 2 --lift --reason 'undo' && octavo unpin " + topic
                        + " --scope '*' --reason 'undo'");
        assertThat(http.get(address + "/latest").json().get("version").longValue())
                .isEqualTo(1);
    }

    @Test
    void whyTheVersionLeftIsNotQuarantinedIsSaid() {
        http.publish(topic, "one");
        http.publish(topic, "two");
        assertThat(http.json("POST", address + "/rollback", "{\"reason\":\"r\",\"keep\":true}")
                        .json()
                        .get("quarantineOmitted")
                        .stringValue())
                .isEqualTo("it was asked to keep version 2");
        http.publish(topic, "three");
        http.json("PUT", address + "/pins?scope=app%3Drecs", "{\"version\":3,\"reason\":\"try\"}")
                .isStatus(200);
        JsonNode answer = http.json(
                        "POST", address + "/rollback", "{\"reason\":\"r\",\"scope\":\"region=eu\",\"to\":2}")
                .isStatus(200)
                .json();
        assertThat(answer.get("moves").toString()).contains("\"scope\":\"region=eu\",\"from\":1,\"to\":2");
    }

    @Test
    void aDryRunSaysTheSameAndChangesNothing() {
        http.publish(topic, "one");
        http.publish(topic, "two");
        JsonNode asked = http.json("POST", address + "/rollback?dryRun=true", WORSE)
                .isStatus(200)
                .json();
        assertThat(asked.get("dryRun").booleanValue()).isTrue();
        assertThat(asked.get("revision").longValue()).isEqualTo(2);
        assertThat(http.get(address).json().get("pins")).isEmpty();

        JsonNode done = http.json("POST", address + "/rollback", WORSE).json();
        assertThat(done.get("moves")).isEqualTo(asked.get("moves"));
        assertThat(done.get("undo")).isEqualTo(asked.get("undo"));
    }

    @Test
    void aRepetitionTellsWhatTheFirstOneDid() {
        http.publish(topic, "one");
        http.publish(topic, "two");
        JsonNode first = http.json("POST", address + "/rollback", WORSE, "Idempotency-Key", "k")
                .json();
        Answer again = http.json("POST", address + "/rollback", WORSE, "Idempotency-Key", "k")
                .isStatus(200);
        assertThat(again.header("Octavo-Replayed")).contains("true");
        assertThat(again.json().get("moves")).isEqualTo(first.get("moves"));
        assertThat(again.json().get("revision")).isEqualTo(first.get("revision"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | reason",
                "{\"reason\":\"\"} | reason",
                "{\"reason\":7} | reason",
                "{\"reason\":\"r\",\"to\":0} | to",
                "{\"reason\":\"r\",\"to\":\"1\"} | to",
                "{\"reason\":\"r\",\"to\":1.5} | to",
                "{\"reason\":\"r\",\"to\":2} | to",
                "{\"reason\":\"r\",\"scope\":\"\"} | scope",
                "{\"reason\":\"r\",\"scope\":[]} | scope",
                "{\"reason\":\"r\",\"keep\":\"yes\"} | keep",
                "{\"reason\":\"r\",\"version\":1} | version",
                "[] | body",
            })
    void badRollbacksAreRefusedByName(String body, String field) {
        http.publish(topic, "one");
        http.publish(topic, "two");
        http.json("POST", address + "/rollback", body).isInvalid(field);
        assertThat(http.get(address).json().get("revision").longValue()).isEqualTo(2);
    }

    @Test
    void whereThereIsNothingToGoBackToNothingHappens() {
        http.json("POST", address + "/rollback", WORSE).isProblem(404, "TOPIC_NOT_FOUND");
        http.publish(topic, "one");
        http.json("POST", address + "/rollback", WORSE).isProblem(404, "VERSION_NOT_FOUND");
    }
}
