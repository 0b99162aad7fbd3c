package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a browser can be made to do by the page of another site. */
@ExtendWith(NodeExtension.class)
class CrossSiteTest {
    private final TestNode node;

    CrossSiteTest(TestNode node) {
        this.node = node;
    }

    @ParameterizedTest
    @CsvSource({
        "Sec-Fetch-Site, cross-site",
        "Sec-Fetch-Site, same-site",
        "Sec-Fetch-Site, nonsense",
        "Origin, https://evil.example.org",
        "Origin, null",
        "Origin, http://127.0.0.1:1",
        "Origin, http://localhost"
    })
    void writesForPagesOfOtherSitesAreRefused(String header, String value) {
        String topic = TestNode.newTopic();
        node.http()
                .post("/api/v1/topics/" + topic + "/versions", "x", header, value)
                .isProblem(403, "PERMISSION_DENIED");
        node.http().get("/api/v1/topics/" + topic, header, value).isProblem(404, "TOPIC_NOT_FOUND");
    }

    @Test
    void writesOfOwnPagesAndOfProgramsAreTaken() {
        String versions = "/api/v1/topics/" + TestNode.newTopic() + "/versions";
        node.http().post(versions, "x").isStatus(201);
        node.http().post(versions, "x", "Sec-Fetch-Site", "same-origin").isStatus(201);
        node.http().post(versions, "x", "Sec-Fetch-Site", "none").isStatus(201);
        node.http().post(versions, "x", "Origin", node.http().base().toString()).isStatus(201);
        node.http()
                .post(versions, "x", "Origin", "https://" + node.http().base().getAuthority())
                .isStatus(201);
        node.http()
                .post(versions, "x", "Origin", "https://behind.a.proxy", "Sec-Fetch-Site", "same-origin")
                .isStatus(201);
    }

    @Test
    void answersTellBrowsersWhatNotToDo() {
        Answer answer = node.http().get("/api/v1/topics");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(answer.header("Content-Security-Policy")).contains("frame-ancestors 'none'");
        assertThat(answer.header("Set-Cookie")).isEmpty();
    }
}
