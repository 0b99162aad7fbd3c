package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NodeExtension.class)
class RequestsApiTest {
    private final TestNode node;
    private final Http http;
    private final String topic = TestNode.newTopic();
    private final String path = "/api/v1/topics/" + topic;

    RequestsApiTest(TestNode node) {
        this.node = node;
        this.http = node.http();
    }

    @AfterEach
    void inMemory() {
        node.intake(node.payloads());
    }

    @Test
    void aKeyTellsWhatItMade() {
        http.post(path + "/versions", "one", "Idempotency-Key", "first key").isStatus(201);
        http.publish(topic, "two");

        Answer answer = http.get(path + "/requests/first%20key").isStatus(200);
        assertThat(answer.json())
                .isEqualTo(http.get(path + "/versions/1").isStatus(200).json());
    }

    @Test
    void aKeyOfAChangeWithoutAVersionTellsTheTopic() {
        http.json("PUT", path, "{\"owner\":\"ada\"}", "Idempotency-Key", "s").isStatus(201);
        assertThat(http.get(path + "/requests/s").isStatus(200).json())
                .isEqualTo(http.get(path).isStatus(200).json());
    }

    @Test
    void aKeyThatMadeNothingCanBeRepeated() {
        assertThat(http.get(path + "/requests/k").isProblem(404, "NOT_FOUND").text())
                .contains("safe to repeat");
        http.publish(topic, "one");
        http.get(path + "/requests/k").isProblem(404, "NOT_FOUND");
        http.get(path + "/requests/" + "k".repeat(201)).isInvalid("key");
        http.get(path + "/requests/%20").isInvalid("key");
        http.get(path + "/requests/k?wait=1").isInvalid("wait");
        http.get("/api/v1/topics/No/requests/k").isInvalid("topic");
    }

    @Test
    void aRequestUnderWayIsToldByTheNodeThatCarriesItOut() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        node.intake(new Forwarding(node.payloads(), body -> {
            begun.countDown();
            Checks.never(goOn).run();
            return body;
        }));
        CompletableFuture<Answer> publish =
                CompletableFuture.supplyAsync(() -> http.post(path + "/versions", "one", "Idempotency-Key", "k"));
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

        Answer running = http.get(path + "/requests/k").isStatus(202);
        assertThat(running.header("Retry-After")).isEqualTo("1");
        assertThat(running.json().toString())
                .isEqualTo("{\"topic\":\"" + topic + "\",\"key\":\"k\",\"state\":\"RUNNING\"}");
        http.post(path + "/versions", "one", "Idempotency-Key", "k").isProblem(409, "REQUEST_RUNNING");
        goOn.countDown();
        publish.get(10, TimeUnit.SECONDS).isStatus(201);
        assertThat(http.get(path + "/requests/k")
                        .isStatus(200)
                        .json()
                        .get("version")
                        .longValue())
                .isEqualTo(1);
    }
}
