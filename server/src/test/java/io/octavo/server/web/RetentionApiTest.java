package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.VersionRecord;
import io.octavo.server.topic.CollectVersions;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.NoteBytesGone;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.topic.TrimHistory;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** What goes and why, and what is answered of what is gone. The node keeps two versions. */
@ExtendWith(NodeExtension.class)
class RetentionApiTest {
    private static final BodyPublisher NONE = BodyPublishers.noBody();

    private final TestNode node;
    private final Http http;
    private final String topic = TestNode.newTopic();
    private final String address = "/api/v1/topics/" + topic;

    RetentionApiTest(TestNode node) {
        this.node = node;
        this.http = node.http();
    }

    @Test
    void eachVersionTellsWhyItStaysOrThatItGoes() {
        publish(4);
        put("/versions/1/hold?reason=audit&holder=ann&expiresAt=2999-01-01T00:00:00Z");
        JsonNode answer = http.get(address + "/retention").isStatus(200).json();
        assertThat(answer.get("keeps").toString()).isEqualTo("{\"maxVersions\":2,\"grace\":\"1h\"}");
        JsonNode versions = answer.get("versions");
        assertThat(versions).hasSize(4);
        assertThat(versions.get(0).get("stays").toString())
                .isEqualTo("[{\"reason\":\"NEWEST\",\"detail\":\"number 1 of the newest 2\"},"
                        + "{\"reason\":\"PUBLISHED\",\"detail\":\"*\"},"
                        + "{\"reason\":\"SERVABLE\",\"detail\":\"one of the newest two for *\"}]");
        assertThat(versions.get(2).get("version").longValue()).isEqualTo(2);
        assertThat(versions.get(2).get("goes").booleanValue()).isTrue();
        assertThat(versions.get(2).get("stays")).isEmpty();
        assertThat(versions.get(3).get("stays").toString())
                .isEqualTo("[{\"reason\":\"HELD\",\"detail\":\"by ann: audit\",\"until\":\"2999-01-01T00:00:00Z\"}]");
        assertThat(versions.get(3).get("goesAt").stringValue()).isEqualTo("2999-01-01T00:00:00Z");
    }

    @Test
    void versionsAndTopicsComeInPages() {
        publish(3);
        JsonNode first = http.get(address + "/retention?limit=2").isStatus(200).json();
        assertThat(first.get("versions")).hasSize(2);
        JsonNode second = http.get(address + "/retention?limit=2&pageToken="
                        + first.get("nextPageToken").stringValue())
                .isStatus(200)
                .json();
        assertThat(second.get("versions").get(0).get("version").longValue()).isEqualTo(1);
        assertThat(second.has("nextPageToken")).isFalse();

        List<JsonNode> topics = new ArrayList<>();
        String token = "";
        do {
            JsonNode page =
                    http.get("/api/v1/retention?limit=2" + token).isStatus(200).json();
            page.get("topics").forEach(topics::add);
            token = page.has("nextPageToken")
                    ? "&pageToken=" + page.get("nextPageToken").stringValue()
                    : "";
        } while (!token.isEmpty());
        assertThat(topics)
                .extracting(each -> each.get("topic").stringValue())
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(topics)
                .filteredOn(each -> each.get("topic").stringValue().equals(topic))
                .singleElement()
                .satisfies(each -> assertThat(each.toString())
                        .isEqualTo(
                                "{\"topic\":\"" + topic + "\",\"versions\":3,\"bytes\":6,\"goes\":1,\"goesBytes\":2}"));
    }

    @Test
    void aVersionThatIsDeletedByHandIsGoneAndItsRecordTellsSo() {
        publish(3);
        http.send("DELETE", address + "/versions/3?reason=leaked", NONE).isProblem(409, "VERSION_IN_USE");
        http.send("DELETE", address + "/versions/2", NONE).isInvalid("reason");
        JsonNode deleted = http.send("DELETE", address + "/versions/2?reason=leaked", NONE)
                .isStatus(200)
                .json();
        assertThat(deleted.get("state").stringValue()).isEqualTo("DELETED");
        assertThat(deleted.has("undo")).as("nothing undoes it").isFalse();
        assertThat(http.get(address + "/versions/2")
                        .isStatus(200)
                        .json()
                        .get("state")
                        .stringValue())
                .isEqualTo("DELETED");
        for (Answer refused : List.of(
                http.get(address + "/versions/2/payload"),
                http.json("PUT", address + "/pins?scope=*", "{\"version\":2,\"reason\":\"r\"}"),
                http.send("PUT", address + "/versions/2/scopes?scope=app%3Dx", NONE),
                http.send("PUT", address + "/versions/2/hold?reason=r", NONE),
                http.send("DELETE", address + "/versions/2/quarantine", NONE))) {
            refused.isProblem(410, "GONE");
            assertThat(refused.text()).contains("deleted at ", "leaked");
        }
        http.send("POST", address + "/versions?ifChanged=true", BodyPublishers.ofString("v3"))
                .isStatus(200);
        JsonNode versions =
                http.get(address + "/retention").isStatus(200).json().get("versions");
        assertThat(versions.get(1).has("deletedAt")).isTrue();
    }

    @Test
    void whatIsBeyondTheHorizonIsGoneAndTheHorizonIsNamed() {
        publish(4);
        TopicCommits commits = node.bean(TopicCommits.class);
        commits.commit(topic, new CollectVersions(4, rows(1), "too old"), "retention", null);
        commits.commit(topic, new NoteBytesGone(List.of(1L)), "retention", null);
        String token = http.get(address + "/events?limit=4")
                .json()
                .get("nextPageToken")
                .stringValue();
        Instant horizon = Instant.ofEpochMilli(Instant.now().toEpochMilli());
        commits.commit(topic, new TrimHistory(6, horizon.toEpochMilli(), List.of(1L)), "retention", null);

        http.get(address + "/events?pageToken=" + token).isProblem(410, "GONE");
        JsonNode trail = http.get(address + "/events").isStatus(200).json();
        assertThat(trail.get("events")).hasSize(2);
        assertThat(Instant.parse(trail.get("completeSince").stringValue())).isEqualTo(horizon.plusMillis(1));
        Answer since = http.get("/api/v1/events?since=1h&topic=" + topic);
        since.isProblem(410, "GONE");
        assertThat(since.text()).contains("to revision 6");
        Instant after = horizon.plusMillis(1);
        while (Instant.now().isBefore(after)) {
            Thread.onSpinWait();
        }
        http.get("/api/v1/events?topic=" + topic + "&since=" + after).isStatus(200);
        JsonNode all = http.get("/api/v1/events?since=1h").isStatus(200).json();
        assertThat(Instant.parse(all.get("completeSince").stringValue())).isAfter(horizon);
        Answer past = http.get(address + "/latest?at=" + Instant.now().minusSeconds(60));
        past.isProblem(410, "GONE");
        assertThat(past.text()).contains("to revision 6");
        http.get(address + "/explain?at=" + Instant.now().minusSeconds(60)).isProblem(410, "GONE");
        http.get(address + "/versions/1").isProblem(410, "GONE");
        http.get(address + "/versions/1/payload").isProblem(410, "GONE");
        http.get(address + "/versions/5").isProblem(404, "VERSION_NOT_FOUND");
        assertThat(http.get(address + "/retention").isStatus(200).json().has("horizon"))
                .isTrue();
    }

    private List<VersionRecord> rows(long... versions) {
        InMemoryTopicLog log = node.bean(InMemoryTopicLog.class);
        return LongStream.of(versions)
                .mapToObj(version -> Objects.requireNonNull(log.version(topic, version, Read.SERIAL)))
                .toList();
    }

    private void publish(int versions) {
        for (int i = 1; i <= versions; i++) {
            http.publish(topic, "v" + i);
        }
    }

    private void put(String path) {
        http.send("PUT", address + path, NONE).isStatus(200);
    }
}
