package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@ExtendWith(NodeExtension.class)
class LatestApiTest {
    private final Http http;
    private final String topic = TestNode.newTopic();
    private final String path = "/api/v1/topics/" + topic;

    LatestApiTest(TestNode node) {
        this.http = node.http();
    }

    @Test
    void aConsumerIsToldItsVersionAndWhy() {
        http.publish(topic, "one");
        http.post(path + "/versions?scope=region%3Deu", "two").isStatus(201);

        JsonNode everybody = http.get(path + "/latest").isStatus(200).json();
        assertThat(everybody.get("version").longValue()).isEqualTo(1);
        assertThat(everybody.get("reason").toString()).isEqualTo("{\"kind\":\"PUBLICATION\",\"scope\":\"*\"}");
        Answer inEurope =
                http.get(path + "/latest?region=eu&app=a&cluster=b&instance=c").isStatus(200);
        assertThat(inEurope.json().get("version").longValue()).isEqualTo(2);
        assertThat(inEurope.json().get("state").stringValue()).isEqualTo("PUBLISHED");
        assertThat(inEurope.header("Octavo-Version")).isEqualTo("2");
        assertThat(http.get(path + "/latest", "If-None-Match", inEurope.header("ETag"))
                        .status())
                .isEqualTo(304);
        Answer payload = http.get(path + "/latest/payload?region=eu").isStatus(200);
        assertThat(payload.text()).isEqualTo("two");
        assertThat(payload.header("Octavo-Version")).isEqualTo("2");
    }

    @Test
    void aPinnedVersionIsShownWithItsPublications() {
        http.publish(topic, "one");
        http.publish(topic, "two");
        http.json("PUT", path + "/pins?scope=app%3Da", "{\"version\":1,\"reason\":\"calm\"}")
                .isStatus(200);

        JsonNode pinned = http.get(path + "/latest?app=a").isStatus(200).json();
        assertThat(pinned.get("version").longValue()).isEqualTo(1);
        assertThat(pinned.get("reason").toString()).isEqualTo("{\"kind\":\"PIN\",\"scope\":\"app=a\"}");
        assertThat(pinned.get("state").stringValue()).isEqualTo("PUBLISHED");
        assertThat(pinned.get("publications")).hasSize(1);
    }

    @Test
    void nothingIsExplained() {
        http.get(path + "/latest").isProblem(404, "TOPIC_NOT_FOUND");
        http.post(path + "/versions?stage=true", "one").isStatus(201);
        assertThat(detail(path + "/latest")).contains("is published to anybody");
        http.post(path + "/versions?scope=region%3Deu", "two").isStatus(201);
        assertThat(detail(path + "/latest?region=us"))
                .isEqualTo("no version of " + topic + " is published for region=us, only for region=eu");
        assertThat(detail(path + "/latest/payload")).contains("only for region=eu");
    }

    @ParameterizedTest
    @ValueSource(strings = {"region=", "region=a%20b", "app=a,b", "cluster=x&cluster=y", "instance=%2F", "at=now"})
    void badConsumersAreRefusedByName(String query) {
        http.publish(topic, "one");
        http.get(path + "/latest?" + query).isInvalid(query.substring(0, query.indexOf('=')));
    }

    @Test
    void ofManyScopesSomeAreNamed() {
        for (int i = 10; i < 33; i++) {
            http.post(path + "/versions?scope=app%3Da" + i, "one").isStatus(201);
        }
        assertThat(detail(path + "/latest")).endsWith("app=a14; app=a13 and 3 more");
    }

    @Test
    void atAnInstantItIsWhatItWasThen() {
        Instant before = Instant.now().minusMillis(1);
        http.publish(topic, "one");
        Instant first = lastEvent();
        http.post(path + "/versions?scope=region%3Deu", "two").isStatus(201);
        Instant second = lastEvent();
        http.json("PUT", path + "/pins?scope=*", "{\"version\":1,\"reason\":\"calm\"}")
                .isStatus(200);

        String eu = path + "/latest?region=eu";
        assertThat(http.get(eu).isStatus(200).json().get("reason").get("kind").stringValue())
                .isEqualTo("PIN");
        Answer then = http.get(eu + "&at=" + second).isStatus(200);
        assertThat(then.json().get("version").longValue()).isEqualTo(2);
        assertThat(then.json().get("reason").get("kind").stringValue()).isEqualTo("PUBLICATION");
        assertThat(then.header("ETag")).isEqualTo("\"2-3\"");
        assertThat(http.get(eu + "&at=" + second, "If-None-Match", then.header("ETag"))
                        .status())
                .isEqualTo(304);
        assertThat(http.get(path + "/latest/payload?region=eu&at=" + second)
                        .isStatus(200)
                        .text())
                .isEqualTo("two");
        assertThat(http.get(eu + "&at=" + first).json().get("version").longValue())
                .isEqualTo(1);
        assertThat(http.get(path + "/latest?at=" + before)
                        .isProblem(404, "TOPIC_NOT_FOUND")
                        .text())
                .contains("came into being later");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2999-01-01T00:00:00Z", "1h", "", "1969-01-01T00:00:00Z", "-999999999-01-01T00:00:00Z"})
    void theFutureAndWhatIsNoTimeIsRefused(String at) {
        http.publish(topic, "one");
        http.get(path + "/latest?at=" + at).isInvalid("at");
        http.get(path + "/explain?at=" + at).isInvalid("at");
    }

    @Test
    void whatMustNotBeOldIsAnsweredFromTheLog() {
        http.publish(topic, "one");
        for (String query : List.of("strict=true", "minRevision=1", "minRevision=1&strict=true", "strict=false")) {
            assertThat(http.get(path + "/latest?" + query)
                            .isStatus(200)
                            .json()
                            .get("version")
                            .longValue())
                    .isEqualTo(1);
            assertThat(http.get(path + "/latest/payload?" + query).isStatus(200).text())
                    .isEqualTo("one");
            assertThat(http.get(path + "/explain?" + query)
                            .isStatus(200)
                            .json()
                            .get("revision")
                            .longValue())
                    .isEqualTo(1);
        }
        http.get("/api/v1/topics/" + TestNode.newTopic() + "/latest?strict=true")
                .isProblem(404, "TOPIC_NOT_FOUND");
        http.get("/api/v1/topics/" + TestNode.newTopic() + "/latest?minRevision=3")
                .isProblem(404, "TOPIC_NOT_FOUND");
    }

    @ParameterizedTest
    @ValueSource(strings = {"minRevision=9", "minRevision=9&strict=true"})
    void aRevisionThatIsNotThereIsUnavailableAndBothAreNamed(String query) {
        http.publish(topic, "one");
        Answer refused = http.get(path + "/latest?" + query).isProblem(503, "UNAVAILABLE");
        assertThat(refused.header("Retry-After")).isEqualTo("1");
        assertThat(refused.json().get("detail").stringValue())
                .isEqualTo("revision of " + topic + ": 1 (expected: 9 or later; none such is committed)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "minRevision=0",
                "minRevision=-1",
                "minRevision=",
                "strict=maybe",
                "strict=",
                "strict=true&strict=true"
            })
    void badFreshnessIsRefusedByName(String query) {
        http.publish(topic, "one");
        http.get(path + "/latest?" + query).isInvalid(query.substring(0, query.indexOf('=')));
    }

    @Test
    void thePastIsNotAskedForFresh() {
        http.publish(topic, "one");
        String then = "&at=" + lastEvent();
        assertThat(http.get(path + "/latest?strict=true" + then)
                        .isInvalid("strict")
                        .text())
                .contains("not together with at");
        http.get(path + "/latest?minRevision=1" + then).isInvalid("minRevision");
        http.get(path + "/explain?strict=true" + then).isInvalid("strict");
        http.get(path + "/latest?strict=false" + then).isStatus(200);
    }

    /** The time after which the next event comes in a later millisecond. */
    private Instant lastEvent() {
        Instant last = Instant.parse(http.get(path + "/events?limit=1")
                .isStatus(200)
                .json()
                .get("events")
                .get(0)
                .get("at")
                .stringValue());
        while (!Instant.now().isAfter(last.plusMillis(1))) {
            Thread.onSpinWait();
        }
        return last;
    }

    private String detail(String address) {
        return http.get(address)
                .isProblem(404, "VERSION_NOT_FOUND")
                .json()
                .get("detail")
                .stringValue();
    }
}
