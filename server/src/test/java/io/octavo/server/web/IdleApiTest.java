package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.server.idle.InMemoryTopicUses;
import io.octavo.server.idle.TopicUses.Watch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The list is made a hundred days from now. */
class IdleApiTest {
    private static final String IDLE = "/api/v1/idle";

    @Test
    void whatNobodyUsesIsListedOnceItIsKnownWhoUsesWhat() {
        try (TestNode node = TestNode.start()) {
            for (String topic : List.of("a", "b", "c", "d")) {
                node.http().publish(topic, "one");
            }
            node.http()
                    .json("PATCH", "/api/v1/topics/a", "{\"owner\":\"team\"}")
                    .isStatus(200);
            JsonNode unknown = node.http().get(IDLE).isStatus(200).json();
            assertThat(unknown.get("topics")).isEmpty();
            assertThat(unknown.has("knownSince")).isFalse();

            Instant now = Instant.ofEpochMilli(
                    Instant.now().plus(Duration.ofDays(100)).toEpochMilli());
            InMemoryTopicUses uses = node.bean(InMemoryTopicUses.class);
            uses.watched(new Watch(now.minus(Duration.ofDays(95)), now));
            uses.used("b", now.minus(Duration.ofDays(3)));
            uses.used("c", now.minus(Duration.ofDays(92)));
            node.http().json("PATCH", "/api/v1/topics/d", "{\"keepIdle\":true}").isStatus(200);

            JsonNode list = node.http().get(IDLE).isStatus(200).json();
            assertThat(list.get("topics").findValuesAsString("topic")).containsExactly("a", "c");
            assertThat(list.has("knownSince")).isTrue();
            JsonNode first = list.get("topics").get(0);
            assertThat(first.propertyNames())
                    .containsExactly("topic", "owner", "publishedAt", "state", "since", "nextAt");
            assertThat(first.get("owner").stringValue()).isEqualTo("team");
            assertThat(first.get("state").stringValue()).isEqualTo("UNUSED");
            assertThat(Instant.parse(first.get("since").stringValue())).isEqualTo(now.minus(Duration.ofDays(95)));
            assertThat(Instant.parse(list.get("topics").get(1).get("consumedAt").stringValue()))
                    .isEqualTo(now.minus(Duration.ofDays(92)));
            assertThat(paged(node)).containsExactly("a", "c");
            assertThat(node.http()
                            .get(IDLE + "?owner=team")
                            .isStatus(200)
                            .json()
                            .get("topics")
                            .findValuesAsString("topic"))
                    .containsExactly("a");
            assertKept(node);
        }
    }

    private static void assertKept(TestNode node) {
        JsonNode settings =
                node.http().get("/api/v1/topics/d").isStatus(200).json().get("settings");
        assertThat(settings.get("keepIdle").booleanValue()).isTrue();
        node.http().json("PATCH", "/api/v1/topics/d", "{\"keepIdle\":1}").isInvalid("keepIdle");
        node.http().json("PATCH", "/api/v1/topics/d", "{\"keepIdle\":null}").isStatus(200);
        assertThat(paged(node)).contains("d");
    }

    private static List<String> paged(TestNode node) {
        List<String> topics = new ArrayList<>();
        String next = "";
        do {
            JsonNode page =
                    node.http().get(IDLE + "?limit=1" + next).isStatus(200).json();
            topics.addAll(page.get("topics").findValuesAsString("topic"));
            next = page.has("nextPageToken")
                    ? "&pageToken=" + page.get("nextPageToken").stringValue()
                    : "";
        } while (!next.isEmpty());
        return topics;
    }
}
