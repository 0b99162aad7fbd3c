package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** Payloads that are held against the checks of their topic. */
@ExtendWith(NodeExtension.class)
class ValidationApiTest {
    private static final String CHECKS = "{\"validation\":{\"maxSize\":1000000,\"maxSizeChange\":100,\"schema\":"
            + "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\"]}}}}";

    private final TestNode node;
    private final Http http;
    private final String topic = TestNode.newTopic();
    private final String address = "/api/v1/topics/" + topic;
    private final String versions = address + "/versions";

    ValidationApiTest(TestNode node) {
        this.node = node;
        this.http = node.http();
    }

    @BeforeEach
    void checks() {
        http.json("PUT", address, CHECKS).isStatus(201);
    }

    @Test
    void whatPassesIsPublishedAndWhatDoesNotIsToldByItsPlaces() {
        http.post(versions, "[{\"id\":1}]").isStatus(201);
        int left = node.payloads().left();
        for (String query : new String[] {"", "?stage=true", "?dryRun=true"}) {
            JsonNode problem = http.post(versions + query, "[{\"id\":1},{\"i\":2},3]")
                    .isProblem(422, "VALIDATION_FAILED")
                    .json();
            assertThat(problem.get("errors").toString())
                    .isEqualTo(
                            "[{\"field\":\"payload#/1\",\"value\":\"an object of 1\",\"expected\":\"required property"
                                    + " 'id' not found\"},{\"field\":\"payload#/2\",\"value\":\"3\",\"expected\":\"integer found,"
                                    + " object expected\"}]");
            assertThat(problem.get("detail").stringValue()).endsWith("; and 1 more");
        }
        assertThat(node.payloads().left()).isEqualTo(left);
        assertThat(http.get(address).json().get("newestVersion").longValue()).isEqualTo(1);
    }

    @Test
    void whatIsSuddenlyTooLargeIsRefusedWithTheWayOut() {
        http.post(versions, "[{\"id\":1}]").isStatus(201);
        String large = "[{\"id\":1},{\"id\":2},{\"id\":3}]";
        JsonNode error = http.post(versions, large)
                .isProblem(422, "VALIDATION_FAILED")
                .json()
                .get("errors")
                .get(0);
        assertThat(error.get("field").stringValue()).isEqualTo("payload.size");
        assertThat(error.get("expected").stringValue())
                .isEqualTo(
                        "at most 20 bytes by validation.maxSize and validation.maxSizeChange, 100 % of the 10 bytes of"
                                + " version 1; if it is right, change these settings first");

        http.json("PATCH", address, "{\"validation\":{\"maxSizeChange\":null}}").isStatus(200);
        http.post(versions, large).isStatus(201);
    }

    @Test
    void olderVersionsAreNotLookedAtAgain() {
        http.post(versions + "?stage=true", "[{\"id\":1}]").isStatus(201);
        http.post(versions, "[{\"id\":2}]").isStatus(201);
        http.json("PATCH", address, "{\"validation\":{\"maxSize\":3}}").isStatus(200);
        http.send("PUT", versions + "/1/scopes?scope=*", java.net.http.HttpRequest.BodyPublishers.noBody())
                .isStatus(200);
        http.json("PUT", address + "/pins?scope=*", "{\"version\":1,\"reason\":\"r\"}")
                .isStatus(200);
    }
}
