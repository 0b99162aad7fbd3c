package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

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

    private String detail(String address) {
        return http.get(address)
                .isProblem(404, "VERSION_NOT_FOUND")
                .json()
                .get("detail")
                .stringValue();
    }
}
