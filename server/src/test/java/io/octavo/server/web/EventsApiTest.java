package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@ExtendWith(NodeExtension.class)
class EventsApiTest {
    private final Http http;
    private final String topic = TestNode.newTopic();
    private final String path = "/api/v1/topics/" + topic;

    EventsApiTest(TestNode node) {
        this.http = node.http();
    }

    @Test
    void theTrailOfATopicTellsWhoDidWhatAndWhy() {
        http.post(path + "/versions?scope=app%3Da", "one", "Octavo-Who", "ada@host")
                .isStatus(201);
        http.json("PUT", path + "/pins?scope=app%3Da", "{\"version\":1,\"reason\":\"calm\"}", "Octavo-Who", "bob@host")
                .isStatus(200);
        http.json("PATCH", path, "{\"owner\":\"team\"}").isStatus(200);

        JsonNode events = http.get(path + "/events").isStatus(200).json().get("events");
        assertThat(events.findValuesAsString("kind")).containsExactly("SETTINGS_CHANGED", "PINNED", "PUBLISHED");
        JsonNode pinned = events.get(1);
        assertThat(pinned.propertyNames())
                .containsExactly("topic", "revision", "at", "by", "kind", "version", "scopes", "reason");
        assertThat(pinned.get("topic").stringValue()).isEqualTo(topic);
        assertThat(pinned.get("revision").longValue()).isEqualTo(2);
        assertThat(pinned.get("by").stringValue()).isEqualTo("unverified:bob@host");
        assertThat(pinned.get("version").longValue()).isEqualTo(1);
        assertThat(pinned.get("scopes").toString()).isEqualTo("[\"app=a\"]");
        assertThat(pinned.get("reason").stringValue()).isEqualTo("calm");
        assertThat(events.get(0).has("version")).isFalse();
    }

    @Test
    void theTrailOfATopicIsPaged() {
        for (int i = 0; i < 5; i++) {
            http.publish(topic, "v" + i);
        }
        JsonNode first = http.get(path + "/events?limit=3").isStatus(200).json();
        JsonNode second = http.get(path + "/events?limit=3&pageToken="
                        + first.get("nextPageToken").stringValue())
                .isStatus(200)
                .json();
        assertThat(first.get("events").findValuesAsString("revision")).containsExactly("5", "4", "3");
        assertThat(second.get("events").findValuesAsString("revision")).containsExactly("2", "1");
        assertThat(second.has("nextPageToken")).isFalse();
        http.get("/api/v1/topics/" + TestNode.newTopic() + "/events").isProblem(404, "TOPIC_NOT_FOUND");
    }

    @Test
    void whatHappenedInAllTopicsIsAskedForByWhoWhatAndWhen() {
        String other = TestNode.newTopic();
        String who = "who-" + topic;
        for (int i = 0; i < 3; i++) {
            for (String one : List.of(topic, other)) {
                http.post("/api/v1/topics/" + one + "/versions", "v" + i, "Octavo-Who", who)
                        .isStatus(201);
            }
        }
        http.json("PUT", path + "/pins?scope=*", "{\"version\":1,\"reason\":\"calm\"}", "Octavo-Who", who)
                .isStatus(200);

        // What happened in two topics within a millisecond has no order.
        assertThat(all("who=" + who + "&limit=2"))
                .hasSize(7)
                .containsSubsequence(topic + " 4", topic + " 3", topic + " 2", topic + " 1")
                .containsSubsequence(other + " 3", other + " 2", other + " 1");
        assertThat(all("who=" + who + "&since=5m&kind=PINNED")).containsExactly(topic + " 4");
        assertThat(all("topic=" + other)).containsExactly(other + " 3", other + " 2", other + " 1");
        assertThat(all("topic=" + topic + "&kind=UNPINNED")).isEmpty();
        http.get("/api/v1/events?topic=" + TestNode.newTopic()).isProblem(404, "TOPIC_NOT_FOUND");
    }

    @ParameterizedTest
    @CsvSource({
        "since=31d, since",
        "since=2999-01-01T00:00:00Z, since",
        "since=2001-01-01T00:00:00Z, since",
        "since=999999999d, since",
        "since=soon, since",
        "kind=EXPLODED, kind",
        "kind=UNRECOGNIZED, kind",
        "who=, who",
        "topic=No, topic",
        "limit=0, limit",
        "pageToken=x, pageToken",
        "pageToken=YToxLjIuMw, pageToken",
        "pageToken=YToxLjIueC50, pageToken",
        "until=1h, until",
    })
    void badQuestionsAreRefusedByName(String query, String field) {
        http.get("/api/v1/events?" + query).isInvalid(field);
    }

    /** Topic and revision of all events, page after page. */
    private List<String> all(String query) {
        List<String> events = new ArrayList<>();
        String next = "";
        do {
            JsonNode page =
                    http.get("/api/v1/events?" + query + next).isStatus(200).json();
            page.get("events")
                    .forEach(event -> events.add(event.get("topic").stringValue() + " "
                            + event.get("revision").longValue()));
            next = page.has("nextPageToken")
                    ? "&pageToken=" + page.get("nextPageToken").stringValue()
                    : "";
        } while (!next.isEmpty());
        return events;
    }
}
