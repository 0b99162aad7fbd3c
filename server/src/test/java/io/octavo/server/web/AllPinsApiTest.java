package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

@ExtendWith(NodeExtension.class)
class AllPinsApiTest {
    private final Http http;
    private final String first = TestNode.newTopic();
    private final String second = first + "-b";

    AllPinsApiTest(TestNode node) {
        this.http = node.http();
    }

    @Test
    void thePinsOfAllTopicsAreListedByTopicAndScope() {
        for (String topic : List.of(second, first)) {
            http.publish(topic, "one");
            http.publish(topic, "two");
            for (String scope : List.of("region%3Deu", "*")) {
                http.json(
                                "PUT",
                                "/api/v1/topics/" + topic + "/pins?scope=" + scope,
                                "{\"version\":1,\"reason\":\"calm\",\"expiresAt\":\"2999-01-01T00:00:00Z\"}")
                        .isStatus(200);
            }
        }
        List<String> keys = new ArrayList<>();
        String next = "";
        do {
            JsonNode page =
                    http.get("/api/v1/pins?limit=1" + next).isStatus(200).json();
            for (JsonNode pin : page.get("pins")) {
                keys.add(pin.get("topic").stringValue() + " " + pin.get("scope").stringValue());
                if (pin.get("topic").stringValue().startsWith(first)) {
                    assertThat(pin.propertyNames())
                            .containsExactly(
                                    "topic",
                                    "scope",
                                    "version",
                                    "at",
                                    "by",
                                    "reason",
                                    "expiresAt",
                                    "newerVersions",
                                    "ageSeconds");
                    assertThat(pin.get("newerVersions").longValue()).isEqualTo(1);
                    assertThat(pin.get("ageSeconds").longValue()).isBetween(0L, 600L);
                }
            }
            next = page.has("nextPageToken")
                    ? "&pageToken=" + page.get("nextPageToken").stringValue()
                    : "";
        } while (!next.isEmpty());
        assertThat(keys)
                .isSorted()
                .doesNotHaveDuplicates()
                .contains(first + " *", first + " region=eu", second + " *", second + " region=eu");
    }

    @Test
    void badQuestionsAreRefusedByName() {
        http.get("/api/v1/pins?limit=1001").isInvalid("limit");
        http.get("/api/v1/pins?pageToken=x").isInvalid("pageToken");
        http.get("/api/v1/pins?pageToken=cDpObyAq").isInvalid("pageToken");
        http.get("/api/v1/pins?topic=a").isInvalid("topic");
    }
}
