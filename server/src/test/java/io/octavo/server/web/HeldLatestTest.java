package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.octavo.protocol.Consumer;
import io.octavo.server.errors.ServiceException;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;

@Timeout(60)
class HeldLatestTest {
    private static final TestNode NODE = TestNode.start(TestNode.Wiring.class, Waiting.class);

    private final Http http = NODE.http();
    private final Changes changes = NODE.bean(Changes.class);
    private final String topic = TestNode.newTopic();
    private final String latest = "/api/v1/topics/" + topic + "/latest?region=eu";

    /** Completes what waits when the test says so. */
    static final class Changes implements LatestChanges {
        record Asked(String topic, Consumer consumer, long version, Duration atMost, CompletableFuture<Void> next) {}

        private final List<Asked> asked = new CopyOnWriteArrayList<>();
        private volatile boolean full;

        @Override
        public @Nullable CompletableFuture<Void> next(String topic, Consumer consumer, long version, Duration atMost) {
            if (full) {
                return null;
            }
            Asked one = new Asked(topic, consumer, version, atMost, new CompletableFuture<>());
            asked.add(one);
            return one.next();
        }

        Asked only() {
            await().pollInterval(Duration.ofMillis(5)).until(() -> asked.size() == 1);
            return asked.get(0);
        }
    }

    static class Waiting {
        @Bean
        Changes changes() {
            return new Changes();
        }
    }

    @AfterAll
    static void stop() {
        NODE.close();
    }

    @BeforeEach
    void begin() {
        changes.asked.clear();
        changes.full = false;
        http.publish(topic, "one");
    }

    @Test
    void theAnswerWaitsForAnotherVersion() throws Exception {
        CompletableFuture<Answer> held = hold("wait=25");
        Changes.Asked asked = changes.only();
        assertThat(asked.topic()).isEqualTo(topic);
        assertThat(asked.consumer().getRegion()).isEqualTo("eu");
        assertThat(asked.version()).isEqualTo(1);
        assertThat(asked.atMost()).isEqualTo(Duration.ofSeconds(25));
        assertThat(held.isDone()).isFalse();
        http.publish(topic, "two");
        asked.next().complete(null);
        Answer answer = answer(held).isStatus(200);
        assertThat(answer.json().get("version").longValue()).isEqualTo(2);
        assertThat(answer.header("Preference-Applied")).isEqualTo("wait");
        assertThat(answer.header("ETag")).isEqualTo(etag());
    }

    @Test
    void itIsTheSameAnswerIfNothingChanges() throws Exception {
        CompletableFuture<Answer> held = hold("respond-async, wait=\"99\"");
        assertThat(changes.only().atMost()).isEqualTo(Duration.ofSeconds(30));
        changes.only().next().complete(null);
        Answer answer = answer(held);
        assertThat(answer.status()).isEqualTo(304);
        assertThat(answer.header("Preference-Applied")).isEqualTo("wait");
        assertThat(answer.header("ETag")).isEqualTo(etag());
    }

    @Test
    void aNodeThatGoesAwaySaysSo() throws Exception {
        CompletableFuture<Answer> held = hold("wait=25");
        changes.only()
                .next()
                .completeExceptionally(
                        ServiceException.unavailable("this node goes away", Duration.ofSeconds(2), null));
        Answer answer = answer(held);
        answer.isProblem(503, "UNAVAILABLE");
        assertThat(answer.header("Retry-After")).isEqualTo("2");
    }

    @Test
    void aTopicThatIsDeletedMeanwhileIsA404() throws Exception {
        CompletableFuture<Answer> held = hold("wait=25");
        Changes.Asked asked = changes.only();
        String path = "/api/v1/topics/" + topic;
        http.send(
                        "DELETE",
                        path + "?reason=test",
                        BodyPublishers.noBody(),
                        "If-Match",
                        http.get(path).header("ETag"))
                .isStatus(200);
        asked.next().complete(null);
        answer(held).isProblem(404, "TOPIC_NOT_FOUND");
    }

    @Test
    void whatHasChangedOrIsOfThePastIsAnsweredAtOnce() {
        String etag = etag();
        assertThat(http.get(latest, "Prefer", "wait=25").status()).isEqualTo(200);
        assertThat(http.get(latest, "Prefer", "wait=25", "If-None-Match", "\"7\"")
                        .status())
                .isEqualTo(200);
        assertThat(http.get(latest, "Prefer", "wait=0", "If-None-Match", etag).status())
                .isEqualTo(304);
        assertThat(http.get(latest, "Prefer", "respond-async", "If-None-Match", etag)
                        .status())
                .isEqualTo(304);
        assertThat(http.get(latest + "&strict=true", "Prefer", "wait=25", "If-None-Match", etag)
                        .status())
                .isEqualTo(304);
        assertThat(changes.asked).isEmpty();
    }

    @Test
    void aNodeWhereTooManyWaitAnswersAtOnce() {
        changes.full = true;
        Answer answer = http.get(latest, "Prefer", "wait=25", "If-None-Match", etag());
        assertThat(answer.status()).isEqualTo(304);
        assertThat(answer.headers().firstValue("Preference-Applied")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"wait=soon", "wait=-1", "wait=", "wait=1.5", "wait=99999999999"})
    void aWaitThatIsNoNumberIsRefused(String preference) {
        Answer answer = http.get(latest, "Prefer", preference, "If-None-Match", etag());
        answer.isProblem(400, "INVALID_ARGUMENT");
        assertThat(answer.text()).contains("Prefer", "wait=seconds");
    }

    private CompletableFuture<Answer> hold(String preference) {
        String etag = etag();
        return CompletableFuture.supplyAsync(() -> http.get(latest, "Prefer", preference, "If-None-Match", etag));
    }

    private static Answer answer(CompletableFuture<Answer> held) throws Exception {
        return held.get(20, TimeUnit.SECONDS);
    }

    private String etag() {
        return http.get(latest).isStatus(200).header("ETag");
    }
}
