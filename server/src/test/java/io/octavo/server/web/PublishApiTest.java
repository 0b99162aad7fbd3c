package io.octavo.server.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.rules.Digests;
import io.octavo.server.publish.PayloadIntake;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@ExtendWith(NodeExtension.class)
class PublishApiTest {
    private final TestNode node;
    private final Http http;
    private final String topic = TestNode.newTopic();
    private final String versions = "/api/v1/topics/" + topic + "/versions";

    PublishApiTest(TestNode node) {
        this.node = node;
        this.http = node.http();
    }

    @BeforeEach
    void inMemory() {
        node.intake(node.payloads());
    }

    @Test
    void aVersionIsAnsweredWhole() {
        Answer answer = http.post(
                        versions + "?scope=region%3Deu%2Capp%3Drecs&scope=app%3Dads&meta=k=v%3Dw&hold=keep%20it",
                        "hello",
                        "Content-Type",
                        "text/plain",
                        "Octavo-Who",
                        "ada@host")
                .isStatus(201);

        assertThat(answer.header("Location")).isEqualTo(versions + "/1");
        assertThat(answer.header("Octavo-Replayed")).isEmpty();
        JsonNode version = answer.json();
        assertThat(version.propertyNames())
                .containsExactly(
                        "topic",
                        "version",
                        "revision",
                        "publishedAt",
                        "publishedBy",
                        "size",
                        "sha256",
                        "contentType",
                        "metadata",
                        "pointer",
                        "publications",
                        "state",
                        "holds",
                        "ui",
                        "impact",
                        "undo");
        assertThat(version.get("topic").stringValue()).isEqualTo(topic);
        assertThat(version.get("version").longValue()).isEqualTo(1);
        assertThat(version.get("publishedAt").stringValue()).matches("20..-..-..T..:..:..(\\.\\d{3})?Z");
        assertThat(version.get("publishedBy").stringValue()).isEqualTo("unverified:ada@host");
        assertThat(version.get("size").longValue()).isEqualTo(5);
        assertThat(version.get("sha256").stringValue())
                .isEqualTo(HexFormat.of().formatHex(Digests.sha256("hello".getBytes(UTF_8))));
        assertThat(version.get("contentType").stringValue()).isEqualTo("text/plain");
        assertThat(version.get("metadata").toString()).isEqualTo("{\"k\":\"v=w\"}");
        assertThat(version.get("pointer").toString()).isEqualTo("{\"kind\":\"direct\",\"locations\":[]}");
        assertThat(version.get("publications").findValuesAsString("scope"))
                .containsExactly("app=ads", "region=eu,app=recs");
        assertThat(version.get("publications").get(0).propertyNames()).containsExactly("scope", "at", "by");
        assertThat(version.get("state").stringValue()).isEqualTo("PUBLISHED");
        assertThat(version.get("holds").get(0).get("reason").stringValue()).isEqualTo("keep it");
        assertThat(version.get("ui").stringValue()).isEqualTo("/ui/topics/" + topic);
    }

    /** What curl sends with --data-binary if it is told nothing else. */
    @Test
    void aFormsBytesArePublishedAsTheyAre() {
        String form = "a=1&scope=region%3Deu&b=%zz";
        JsonNode version = http.post(versions, form, "Content-Type", "application/x-www-form-urlencoded")
                .isStatus(201)
                .json();

        assertThat(version.get("size").longValue()).isEqualTo(form.length());
        assertThat(version.get("contentType").stringValue()).isEqualTo("application/x-www-form-urlencoded");
        assertThat(version.get("publications").get(0).get("scope").stringValue())
                .isEqualTo("*");
        assertThat(http.get(versions + "/1/payload").text()).isEqualTo(form);
    }

    @Test
    void anEmptyBodyAndAChunkedOneArePayloadsToo() {
        assertThat(http.post(versions, "").isStatus(201).json().get("size").longValue())
                .isZero();
        InputStream chunked = new ByteArrayInputStream("chunks".getBytes(UTF_8));
        JsonNode version = http.send("POST", versions, BodyPublishers.ofInputStream(() -> chunked))
                .isStatus(201)
                .json();
        assertThat(version.get("size").longValue()).isEqualTo(6);
        assertThat(version.has("contentType")).isFalse();
    }

    @Test
    void stagedAndUndoAndIfChanged() {
        JsonNode staged =
                http.post(versions + "?stage=true", "one").isStatus(201).json();
        assertThat(staged.get("state").stringValue()).isEqualTo("STAGED");
        assertThat(staged.has("undo")).isFalse();
        http.post(versions, "two").isStatus(201);
        JsonNode third = http.post(versions, "three").isStatus(201).json();
        assertThat(third.get("undo").stringValue())
                .isEqualTo("octavo scopes withdraw " + topic + " 3 --scope '*' --reason 'undo'");
        Answer same = http.post(versions + "?ifChanged=true", "three").isStatus(200);
        assertThat(same.json().get("version").longValue()).isEqualTo(3);
        assertThat(same.header("Location")).isEmpty();
    }

    @Test
    void aRepetitionIsAnsweredTheSameAndMarked() {
        JsonNode first =
                http.post(versions, "one", "Idempotency-Key", "k").isStatus(201).json();
        Answer again = http.post(versions, "one", "Idempotency-Key", "k").isStatus(201);

        assertThat(again.json()).isEqualTo(first);
        assertThat(again.header("Octavo-Replayed")).isEqualTo("true");
        assertThat(again.header("Location")).isEqualTo(versions + "/1");
        http.post(versions, "other", "Idempotency-Key", "k").isProblem(422, "IDEMPOTENCY_KEY_REUSED");
    }

    @Test
    void ofTwoRequestsWithOneKeyAtATimeOneIsRefused() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        node.intake(new PayloadIntake() {
            @Override
            public Stored store(String name, InputStream body, Announced announced) {
                begun.countDown();
                Checks.never(goOn).run();
                return node.payloads().store(name, body, announced);
            }

            @Override
            public void discard(Stored stored) {
                node.payloads().discard(stored);
            }
        });
        CompletableFuture<Answer> first =
                CompletableFuture.supplyAsync(() -> http.post(versions, "one", "Idempotency-Key", "k"));
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

        http.post(versions, "one", "Idempotency-Key", "k").isProblem(409, "REQUEST_RUNNING");
        goOn.countDown();
        first.get(10, TimeUnit.SECONDS).isStatus(201);
        assertThat(http.post(versions, "one", "Idempotency-Key", "k").header("Octavo-Replayed"))
                .isEqualTo("true");
    }

    @Test
    void theNewestVersionCanBeExpected() {
        http.post(versions, "one", "Octavo-Expected-Version", "0").isStatus(201);
        http.post(versions, "two", "Octavo-Expected-Version", "0").isProblem(409, "VERSION_CONFLICT");
        http.post(versions, "two", "Octavo-Expected-Version", "1").isStatus(201);
    }

    @Test
    void anAnnouncedDigestIsVerified() {
        String digest = Base64.getEncoder().encodeToString(Digests.sha256("one".getBytes(UTF_8)));
        http.post(versions, "one", "Content-Digest", "sha-512=:AAAA:, sha-256=:" + digest + ":")
                .isStatus(201);
        http.post(versions, "two", "Content-Digest", "sha-256=:" + digest + ":").isProblem(422, "DIGEST_MISMATCH");
    }

    @ParameterizedTest
    @CsvSource({
        "Content-Digest, sha-256=abc",
        "Content-Digest, sha-256=:abc:",
        "Content-Digest, sha-512=:AAAA:",
        "Octavo-Expected-Version, -1",
        "Octavo-Expected-Version, one",
        "Octavo-Expected-Version, 99999999999999999999",
        "Octavo-Who, 'a\tb'",
    })
    void badHeadersAreRefusedByName(String header, String value) {
        http.post(versions, "one", header, value).isInvalid(header);
        assertThat(http.get("/api/v1/topics/" + topic).status()).isEqualTo(404);
    }

    @Test
    void headersGivenTwiceOrTooLongAreRefused() {
        http.post(versions, "one", "Idempotency-Key", "k", "Idempotency-Key", "l")
                .isInvalid("Idempotency-Key");
        http.post(versions, "one", "Idempotency-Key", "k".repeat(201)).isInvalid("Idempotency-Key");
        http.post(versions, "one", "Content-Type", "a/" + "b".repeat(200)).isInvalid("contentType");
    }

    @ParameterizedTest
    @CsvSource({
        "scope=, scope",
        "scope, scope",
        "scope=region, scope",
        "scope=region%3Da&scope=, scope",
        "meta=k, meta",
        "meta=%3Dv, meta",
        "meta=k=1&meta=k=2, meta",
        "stage=yes, stage",
        "stage=true&stage=true, stage",
        "stage=true&scope=*, stage",
        "hold=, hold",
        "dryRun=yes, dryRun",
        "Scope=*, Scope",
        "scope=%ff, scope",
        "scope=%e2%28, scope",
        "ifChanged=1, ifChanged",
    })
    void badParametersAreRefusedByName(String query, String field) {
        http.post(versions + "?" + query, "one").isInvalid(field);
        http.get("/api/v1/topics/" + topic).isProblem(404, "TOPIC_NOT_FOUND");
    }

    @Test
    void aTopicsNameIsChecked() {
        http.post("/api/v1/topics/Not-A-Name/versions", "one").isInvalid("topic");
        http.post("/api/v1/topics/%C3%BC/versions", "one").isInvalid("topic");
    }

    @ParameterizedTest
    @ValueSource(strings = {"multipart/mixed; boundary=x", "Application/vnd.octavo.other+json"})
    void bodiesThatDoNotMeanTheirOwnBytesAreNotPublishedAsSuch(String type) {
        http.post(versions, "one", "Content-Type", type).isProblem(415, "UNSUPPORTED_MEDIA_TYPE");
    }

    @Test
    void anEncodedBodyIsNotPublishedAsIfItWereNot() {
        http.post(versions, "one", "Content-Encoding", "gzip").isProblem(415, "UNSUPPORTED_MEDIA_TYPE");
    }

    @Test
    void aTopicThatRequiresAScopeIsNotPublishedToEverybodyByAccident() {
        http.json("PUT", "/api/v1/topics/" + topic, "{\"requireScope\":true}").isStatus(201);
        http.post(versions, "one").isInvalid("scope");
        http.post(versions + "?scope=*", "one").isStatus(201);
        http.post(versions + "?stage=true", "two").isStatus(201);
    }
}
