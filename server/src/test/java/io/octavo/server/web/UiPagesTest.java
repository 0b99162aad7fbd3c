package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NodeExtension.class)
class UiPagesTest {
    private final Http http;

    UiPagesTest(TestNode node) {
        this.http = node.http();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/ui"})
    void theWayToTheUi(String path) {
        Answer answer = http.get(path);
        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.header("Location")).isEqualTo("/ui/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ui/", "/ui/index.html", "/ui/topics", "/ui/topics/some.topic.v2", "/ui/topics/a/pins"})
    void everyPageIsTheSameFileAndAskedForAnew(String path) {
        Answer answer = http.get(path).isStatus(200);
        assertThat(answer.text()).contains("<title>Octavo</title>");
        assertThat(answer.header("Content-Type")).startsWith("text/html");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-cache");
        assertThat(answer.header("Content-Security-Policy"))
                .startsWith("default-src 'self'; style-src 'self' 'unsafe-inline'")
                .contains("frame-ancestors 'none'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ui/assets/none.js", "/ui/none.js", "/ui/..%5cpom.xml"})
    void aFileThatIsNotThereIsNoPage(String path) {
        assertThat(http.get(path).status()).isIn(400, 404);
    }

    @Test
    void nothingElseOfTheJarsIsServed() {
        http.get("/META-INF/MANIFEST.MF").isProblem(404, "NOT_FOUND");
        http.get("/application.yml").isProblem(404, "NOT_FOUND");
    }
}
