package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RestoreCommandTest {
    private static final String PAGE = """
            {"epoch":%d,"topics":%d,"changed":%d,"newer":%d,"unknown":%d,"lower":%d,"ahead":%d,"highestEpoch":%d%s}""";
    private static final String EPOCH = "POST /api/v1/restore/epoch";
    private static final String TOPICS = "POST /api/v1/restore/topics";
    private static final String DRY = ",\"dryRun\":true";

    private final TestServer server =
            new TestServer().on("GET /api/v1/status", TestServer.json(200, "{\"environment\":\"test\",\"nodes\":[]}"));

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void whatWillBeDoneIsShownAndThenDonePageByPage() {
        server.on(
                        TOPICS,
                        page(5, 200, 200, 3, 1, 0, 3, 7, ",\"nextPageToken\":\"more\"" + DRY),
                        page(5, 10, 10, 0, 0, 0, 0, 6, DRY),
                        page(9, 200, 200, 3, 1, 200, 0, 7, ",\"nextPageToken\":\"more\""),
                        page(9, 10, 9, 0, 0, 9, 0, 6, ""))
                .on(
                        EPOCH,
                        TestServer.json(200, "{\"epoch\":5,\"dryRun\":true}"),
                        TestServer.json(200, "{\"epoch\":9}"));
        Run run = Run.against(server);
        assertThat(run.status("restore", "--yes")).isZero();
        assertThat(run.err()).contains("210 go on in a new epoch", "3 have newer state in a fallback cache; 1 of them");
        assertThat(run.out()).contains("Restored 209 of 210 topics in epoch 9");
        assertThat(server.changes())
                .extracting(TestServer.Request::target)
                .containsExactly(
                        "/api/v1/restore/epoch?expected=5&above=7",
                        "/api/v1/restore/topics?limit=200&epoch=9",
                        "/api/v1/restore/topics?limit=200&pageToken=more&epoch=9");
    }

    @Test
    void aDryRunChangesNothing() {
        server.on(TOPICS, page(5, 10, 10, 3, 1, 0, 3, 7, DRY))
                .on(EPOCH, TestServer.json(200, "{\"epoch\":5,\"dryRun\":true}"));
        Run run = Run.against(server);
        assertThat(run.status("restore", "--dry-run")).isZero();
        assertThat(run.out()).contains("10 go on in a new epoch", "Nothing was changed");
        Run json = Run.against(server);
        assertThat(json.status("restore", "--dry-run", "--json")).isZero();
        assertThat(json.json().get("newer").intValue()).isEqualTo(3);
        assertThat(json.json().get("dryRun").booleanValue()).isTrue();
    }

    @Test
    void oneThatBrokeOffIsGoneOnWith() {
        server.on(TOPICS, page(9, 10, 10, 0, 0, 4, 0, 9, DRY), page(9, 10, 4, 0, 0, 4, 0, 9, ""))
                .on(
                        EPOCH,
                        TestServer.json(200, "{\"epoch\":9,\"dryRun\":true}"),
                        TestServer.json(200, "{\"epoch\":9}"));
        Run run = Run.against(server);
        assertThat(run.status("restore", "--yes")).isZero();
        assertThat(run.err()).contains("a restore was begun; 4 topics are left");
        assertThat(run.out()).contains("Restored 4 of 10 topics in epoch 9");
    }

    private static TestServer.Reply page(
            long epoch,
            int topics,
            int changed,
            int newer,
            int unknown,
            int lower,
            int ahead,
            long highestEpoch,
            String more) {
        return TestServer.json(
                200, PAGE.formatted(epoch, topics, changed, newer, unknown, lower, ahead, highestEpoch, more));
    }
}
