package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.RunState;
import io.octavo.server.subscribe.TestConsumers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

@ExtendWith(NodeExtension.class)
class ConsumersApiTest {
    private static final String EU = "region=eu,app=recs";

    private final Http http;
    private final TestConsumers consumers;
    private final String topic = TestNode.newTopic();
    private final String address = "/api/v1/topics/" + topic;

    ConsumersApiTest(TestNode node) {
        this.http = node.http();
        this.consumers = node.consumers();
        http.publish(topic, "one");
        http.publish(topic, "two");
    }

    @Test
    void aConsumerIsShownWithWhatItRunsAndWhatItIsToRun() {
        consumers.poll(EU, "a", topic, 1, RunState.FAILED, "no such column");
        JsonNode answer =
                http.get("/api/v1/consumers?topic=" + topic).isStatus(200).json();
        assertThat(answer.get("nodesAnswered").intValue()).isEqualTo(1);
        assertThat(answer.get("nodes").intValue()).isEqualTo(1);
        assertThat(answer.has("notRecorded")).isFalse();
        JsonNode consumer = answer.get("consumers").get(0);
        assertThat(consumer.get("region").stringValue()).isEqualTo("eu");
        assertThat(consumer.get("app").stringValue()).isEqualTo("recs");
        assertThat(consumer.get("cluster").stringValue()).isEmpty();
        assertThat(consumer.get("instance").stringValue()).isEqualTo("a");
        assertThat(consumer.get("version").longValue()).isEqualTo(1);
        assertThat(consumer.get("resolvedVersion").longValue()).isEqualTo(2);
        assertThat(consumer.get("state").stringValue()).isEqualTo("FAILED");
        assertThat(consumer.get("lagging").booleanValue()).isTrue();
        assertThat(consumer.get("error").stringValue()).isEqualTo("no such column");
        assertThat(consumer.get("seen").stringValue())
                .isGreaterThanOrEqualTo(consumer.get("since").stringValue());
    }

    @Test
    void consumersAreListedByWhatIsAskedForAPageAtATime() {
        consumers.poll(EU, "a", topic, 2, RunState.APPLIED, "");
        consumers.poll(EU, "b", topic, 1, RunState.FETCHING, "");
        consumers.poll("region=us", "c", topic, 1, RunState.APPLIED, "");
        assertThat(instances("")).containsExactly("a", "b", "c");
        assertThat(instances("&state=APPLIED")).containsExactly("a", "c");
        assertThat(instances("&lagging=true")).containsExactly("b", "c");
        assertThat(instances("&region=us")).containsExactly("c");
        assertThat(instances("&app=recs&instance=b")).containsExactly("b");
        http.get("/api/v1/consumers?state=applied").isInvalid("state");
        http.get("/api/v1/consumers?topic=No!").isInvalid("topic");
    }

    @Test
    void countsAreByVersionWithTheReasonsOfFailures() {
        consumers.poll(EU, "a", topic, 2, RunState.APPLIED, "");
        consumers.poll(EU, "b", topic, 1, RunState.FAILED, "broken");
        consumers.poll("region=us", "c", topic, 1, RunState.APPLIED, "");
        JsonNode counts = http.get(address + "/consumers/counts").isStatus(200).json();
        assertThat(counts.get("instances").longValue()).isEqualTo(3);
        assertThat(counts.get("lagging").longValue()).isEqualTo(2);
        assertThat(counts.get("failed").longValue()).isEqualTo(1);
        assertThat(counts.get("revision").longValue()).isEqualTo(2);
        assertThat(counts.get("counts")).hasSize(3);
        assertThat(counts.get("failures").get(0).get("error").stringValue()).isEqualTo("broken");
        assertThat(http.get(address + "/consumers/counts?region=us")
                        .json()
                        .get("instances")
                        .longValue())
                .isEqualTo(1);
    }

    @Test
    void adoptionTellsHowLongTheInstancesTookAndHowManyThereAre() {
        consumers.poll(EU, "a", topic, 1, RunState.APPLIED, "");
        consumers.poll(EU, "b", topic, 1, RunState.APPLIED, "");
        consumers.poll(EU, "a", topic, 2, RunState.APPLIED, "");
        JsonNode answer =
                http.get(address + "/consumers/adoption").isStatus(200).json();
        assertThat(answer.get("nodes").intValue()).isEqualTo(1);
        JsonNode adoption = answer.get("adoptions").get(0);
        assertThat(adoption.get("version").longValue()).isEqualTo(2);
        assertThat(adoption.get("pinned").booleanValue()).isFalse();
        assertThat(adoption.get("givenAt").stringValue()).startsWith("20");
        assertThat(adoption.get("instances").longValue()).isEqualTo(2);
        assertThat(adoption.get("running").longValue()).isEqualTo(1);
        assertThat(adoption.get("adopted").longValue()).isEqualTo(1);
        assertThat(adoption.get("p50Millis").longValue()).isNotNegative();
        assertThat(adoption.has("p90Millis")).isFalse();
        assertThat(adoption.get("slowest").get("instance").stringValue()).isEqualTo("a");
        http.get("/api/v1/topics/No!/consumers/adoption").isInvalid("topic");
    }

    @Test
    void aChangeTellsHowManyInstancesItMoves() {
        consumers.poll(EU, "a", topic, 2, RunState.APPLIED, "");
        consumers.poll(EU, "b", topic, 2, RunState.APPLIED, "");
        consumers.poll("region=us", "c", topic, 2, RunState.APPLIED, "");
        String pin = "{\"version\":1,\"reason\":\"r\"}";
        JsonNode pinned = http.json("PUT", address + "/pins?scope=region%3Deu&dryRun=true", pin)
                .isStatus(200)
                .json();
        assertThat(pinned.get("impact").get(0).get("instances").longValue()).isEqualTo(2);
        assertThat(pinned.has("instancesAtLeast")).isFalse();
        assertThat(http.post(address + "/versions?dryRun=true", "three")
                        .isStatus(200)
                        .json()
                        .get("impact")
                        .get(0)
                        .get("instances")
                        .longValue())
                .isEqualTo(3);
        JsonNode rolledBack = http.json("POST", address + "/rollback", "{\"reason\":\"r\"}")
                .isStatus(200)
                .json();
        assertThat(rolledBack.get("moves").get(0).get("instances").longValue()).isEqualTo(3);
    }

    @Test
    void aQuarantineThatLeavesLiveInstancesNothingIsRefusedUnlessForced() {
        String other = TestNode.newTopic();
        String quarantine = "/api/v1/topics/" + other + "/versions/1/quarantine?reason=bad";
        http.publish(other, "one");
        consumers.poll(EU, "a", other, 1, RunState.APPLIED, "");
        consumers.poll("region=us", "b", other, 1, RunState.APPLIED, "");
        Answer refused = http.json("PUT", quarantine, "").isProblem(409, "NO_VERSION_LEFT");
        assertThat(refused.json().get("detail").stringValue())
                .contains("2 of *")
                .contains("force");
        http.json("PUT", quarantine + "&dryRun=true", "").isProblem(409, "NO_VERSION_LEFT");
        http.json("PUT", quarantine + "&force=true", "").isStatus(200);
        http.json("PUT", quarantine, "").isStatus(200);
    }

    @Test
    void aQuarantineThatLeavesAnotherVersionNeedsNoForce() {
        consumers.poll(EU, "a", topic, 2, RunState.APPLIED, "");
        JsonNode done = http.json("PUT", address + "/versions/2/quarantine?reason=bad", "")
                .isStatus(200)
                .json();
        assertThat(done.get("impact").get(0).get("to").longValue()).isEqualTo(1);
        assertThat(done.get("impact").get(0).get("instances").longValue()).isEqualTo(1);
    }

    /** Page by page, one on each. */
    private List<String> instances(String query) {
        List<String> instances = new ArrayList<>();
        String next = "";
        do {
            JsonNode page = http.get("/api/v1/consumers?limit=1&topic=" + topic + query + next)
                    .isStatus(200)
                    .json();
            page.get("consumers")
                    .forEach(each -> instances.add(each.get("instance").stringValue()));
            next = page.has("nextPageToken")
                    ? "&pageToken=" + page.get("nextPageToken").stringValue()
                    : "";
        } while (!next.isEmpty());
        return instances;
    }
}
