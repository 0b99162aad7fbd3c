package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@ExtendWith(NodeExtension.class)
class MarksApiTest {
    private static final BodyPublisher NONE = BodyPublishers.noBody();

    private final Http http;
    private final String topic = TestNode.newTopic();
    private final String address = "/api/v1/topics/" + topic;

    MarksApiTest(TestNode node) {
        this.http = node.http();
    }

    @Test
    void aStagedVersionIsPublishedToAScopeAndWithdrawn() {
        http.publish(topic, "one");
        http.post(address + "/versions?stage=true", "two").isStatus(201);

        JsonNode added = put("/versions/2/scopes?scope=region%3Deu&reason=try").json();
        assertThat(added.get("state").stringValue()).isEqualTo("PUBLISHED");
        assertThat(added.get("revision").longValue()).isEqualTo(3);
        assertThat(added.get("impact").toString())
                .isEqualTo("[{\"scope\":\"region=eu\",\"from\":1,\"to\":2,\"instances\":0}]");
        assertThat(added.get("undo").stringValue())
                .isEqualTo("octavo scopes withdraw " + topic + " 2 --scope 'region=eu' --reason 'undo'");
        assertThat(latest("region=eu")).isEqualTo(2);

        JsonNode gone =
                delete("/versions/2/scopes?scope=region%3Deu&reason=bad").json();
        assertThat(gone.get("undo").stringValue()).isEqualTo("octavo scopes add " + topic + " 2 --scope 'region=eu'");
        assertThat(latest("region=eu")).isEqualTo(1);
    }

    @Test
    void aQuarantinedVersionIsServedByItsNumberOnly() {
        http.publish(topic, "one");
        http.publish(topic, "two");
        JsonNode bad = put("/versions/2/quarantine?reason=poison").json();
        assertThat(bad.get("state").stringValue()).isEqualTo("QUARANTINED");
        assertThat(bad.get("impact").toString()).isEqualTo("[{\"scope\":\"*\",\"from\":2,\"to\":1,\"instances\":0}]");
        assertThat(latest("region=eu")).isEqualTo(1);
        assertThat(http.get(address + "/versions/2/payload").text()).isEqualTo("two");
        http.json("PUT", address + "/pins?scope=*", "{\"version\":2,\"reason\":\"r\"}")
                .isProblem(409, "QUARANTINED");

        assertThat(bad.get("undo").stringValue()).isEqualTo("octavo quarantine " + topic + " 2 --lift --reason 'undo'");
        JsonNode lifted = delete("/versions/2/quarantine?reason=fine").json();
        assertThat(lifted.get("state").stringValue()).isEqualTo("PUBLISHED");
        assertThat(latest("region=eu")).isEqualTo(2);
    }

    @Test
    void aPinnedVersionIsNotQuarantined() {
        http.publish(topic, "one");
        http.json("PUT", address + "/pins?scope=app%3Drecs", "{\"version\":1,\"reason\":\"r\"}")
                .isStatus(200);
        Answer refused = http.send("PUT", address + "/versions/1/quarantine?reason=bad", NONE);
        refused.isProblem(409, "PINNED");
        assertThat(refused.text()).contains("app=recs");
    }

    @Test
    void holdsAreKeptPerHolder() {
        http.publish(topic, "one");
        put("/versions/1/hold?reason=audit&holder=finance&expiresAt=2999-01-01T00:00:00Z");
        JsonNode both = put("/versions/1/hold?reason=mine").json();
        assertThat(both.get("holds")).hasSize(2);
        assertThat(both.get("undo").stringValue()).contains("--release --holder");

        JsonNode one = delete("/versions/1/hold?holder=finance").json();
        assertThat(one.get("holds")).hasSize(1);
        assertThat(one.get("undo").stringValue())
                .isEqualTo("octavo hold " + topic
                        + " 1 --holder 'finance' --reason 'audit' --expires 2999-01-01T00:00:00Z");
        assertThat(delete("/versions/1/hold").json().get("holds")).isEmpty();
    }

    @Test
    void aTopicIsDeletedByWhoHasSeenItAndRestored() {
        http.publish(topic, "one");
        http.delete(address + "?reason=unused").isProblem(428, "PRECONDITION_REQUIRED");
        http.send("DELETE", address + "?reason=unused", NONE, "If-Match", "\"7\"")
                .isProblem(412, "STALE_REVISION");
        http.send("DELETE", address, NONE, "If-Match", "\"1\"").isInvalid("reason");

        JsonNode gone = http.send("DELETE", address + "?reason=unused", NONE, "If-Match", "\"1\"")
                .isStatus(200)
                .json();
        assertThat(gone.get("deleted").booleanValue()).isTrue();
        assertThat(gone.get("impact").toString()).isEqualTo("[{\"scope\":\"*\",\"from\":1,\"instances\":0}]");
        assertThat(gone.get("undo").stringValue()).isEqualTo("octavo delete " + topic + " --undo --reason 'undo'");
        http.get(address + "/latest").isStatus(404);

        http.json("POST", address + "/restore", "{\"reason\":\"oops\"}").isStatus(200);
        assertThat(latest("region=eu")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT | /versions/1/scopes?scope=region%3Deu",
                "DELETE | /versions/1/scopes?scope=*",
                "PUT | /versions/1/quarantine?reason=bad",
                "PUT | /versions/1/hold?reason=audit",
                "PUT | /pins?scope=*",
                "PATCH | ''",
                "PUT | ''",
                "DELETE | ?reason=unused",
                "POST | /versions?scope=*",
                "POST | /rollback",
            })
    void aDryRunOfAnyWriteChangesNothing(String method, String path) {
        http.publish(topic, "zero");
        http.publish(topic, "one");
        String before = http.get(address).text();
        String body = switch (path) {
            case "/rollback" -> "{\"reason\":\"r\"}";
            case "/pins?scope=*" -> "{\"reason\":\"r\",\"version\":1}";
            default -> "{\"owner\":\"us\"}";
        };
        String dry = address + path + (path.contains("?") ? "&" : "?") + "dryRun=true";

        JsonNode answer =
                http.json(method, dry, body, "If-Match", "\"2\"").isStatus(200).json();

        assertThat(answer.get("dryRun").booleanValue()).isTrue();
        assertThat(answer.has("impact")).isTrue();
        assertThat(http.get(address).text()).isEqualTo(before);
        assertThat(http.get(address + "/versions").json().get("versions")).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT | /versions/1/scopes | scope",
                "PUT | /versions/1/scopes?scope= | scope",
                "PUT | /versions/1/scopes?scope=region | scope",
                "PUT | /versions/x/scopes?scope=* | version",
                "PUT | /versions/1/scopes?scope=*&share=5 | share",
                "DELETE | /versions/1/scopes?reason=r | scope",
                "PUT | /versions/1/quarantine | reason",
                "PUT | /versions/1/quarantine?reason= | reason",
                "PUT | /versions/1/quarantine?reason=a&reason=b | reason",
                "PUT | /versions/1/quarantine?reason=a&force=perhaps | force",
                "PUT | /versions/1/hold | reason",
                "PUT | /versions/1/hold?reason=r&expiresAt=soon | expiresAt",
                "PUT | /versions/1/hold?reason=r&expiresAt=1999-01-01T00:00:00Z | expiresAt",
                "PUT | /versions/1/hold?reason=r&holder= | holder",
                "DELETE | /versions/1/hold?holder= | holder",
            })
    void badMarksAreRefusedByName(String method, String path, String field) {
        http.publish(topic, "one");
        String before = http.get(address).text();
        http.send(method, address + path, NONE).isInvalid(field);
        assertThat(http.get(address).text()).isEqualTo(before);
    }

    private Answer put(String path) {
        return http.send("PUT", address + path, NONE).isStatus(200);
    }

    private Answer delete(String path) {
        return http.delete(address + path).isStatus(200);
    }

    private long latest(String consumer) {
        return http.get(address + "/latest?" + consumer)
                .isStatus(200)
                .json()
                .get("version")
                .longValue();
    }
}
