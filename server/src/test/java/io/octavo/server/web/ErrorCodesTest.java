package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.PayloadIntake;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Each code that the service has for saying no, got from it. */
@ExtendWith(NodeExtension.class)
class ErrorCodesTest {
    private static final BodyPublisher NONE = BodyPublishers.noBody();
    private static final String ONE = "{\"version\":1,\"reason\":\"r\"}";
    private static final int MOST_PINS = 64;

    private final TestNode node;
    private final Http http;
    private final String topic = TestNode.newTopic();
    private final String address = "/api/v1/topics/" + topic;
    private final String versions = address + "/versions";

    ErrorCodesTest(TestNode node) {
        this.node = node;
        this.http = node.http();
    }

    @AfterEach
    void allIsWell() {
        node.intake(node.payloads());
    }

    // Tokens, rights, leaders, slow callers and consumers have tests of their own.
    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {
                "UNAUTHENTICATED",
                "PERMISSION_DENIED",
                "NAME_TAKEN",
                "LED_ELSEWHERE",
                "TOO_SLOW",
                "NO_VERSION_LEFT"
            })
    void eachCodeIsAProblemOfItsStatus(ErrorCode code) throws Exception {
        http.publish(topic, "one");
        http.publish(topic, "two");
        Answer answer = refusal(code);
        answer.isProblem(status(code), code.name());
        if (code == ErrorCode.RATE_LIMITED || code == ErrorCode.UNAVAILABLE) {
            assertThat(answer.header("Retry-After")).matches("[1-9][0-9]*");
        }
        if (code == ErrorCode.METHOD_NOT_ALLOWED) {
            assertThat(answer.header("Allow")).contains("GET");
        }
    }

    /** The statuses of the contract, said here once more. */
    private static int status(ErrorCode code) {
        return switch (code) {
            case INVALID_ARGUMENT -> 400;
            case UNAUTHENTICATED -> 401;
            case PERMISSION_DENIED -> 403;
            case TOPIC_NOT_FOUND, VERSION_NOT_FOUND, PIN_NOT_FOUND, NOT_FOUND -> 404;
            case METHOD_NOT_ALLOWED -> 405;
            case TOO_SLOW -> 408;
            case VERSION_CONFLICT,
                    NAME_TAKEN,
                    REQUEST_RUNNING,
                    LED_ELSEWHERE,
                    PINNED,
                    QUARANTINED,
                    VERSION_IN_USE,
                    NO_VERSION_LEFT,
                    HEAD_FULL -> 409;
            case GONE -> 410;
            case STALE_REVISION -> 412;
            case TOO_LARGE -> 413;
            case UNSUPPORTED_MEDIA_TYPE -> 415;
            case RANGE_NOT_SATISFIABLE -> 416;
            case DIGEST_MISMATCH, IDEMPOTENCY_KEY_REUSED, VALIDATION_FAILED -> 422;
            case PRECONDITION_REQUIRED -> 428;
            case RATE_LIMITED -> 429;
            case INTERNAL -> 500;
            case UNAVAILABLE -> 503;
        };
    }

    private Answer refusal(ErrorCode code) throws Exception {
        return switch (code) {
            case INVALID_ARGUMENT -> http.get(versions + "?limit=0");
            case TOPIC_NOT_FOUND -> http.get("/api/v1/topics/never-used");
            case VERSION_NOT_FOUND -> http.get(versions + "/9");
            case PIN_NOT_FOUND -> http.delete(address + "/pins?scope=*");
            case NOT_FOUND -> http.get("/api/v1/nothing");
            case METHOD_NOT_ALLOWED -> http.json("PATCH", versions, "{}");
            case UNSUPPORTED_MEDIA_TYPE ->
                http.send("PUT", address, BodyPublishers.ofString("x"), "Content-Type", "a/b");
            case RANGE_NOT_SATISFIABLE -> http.get(versions + "/1/payload", "Range", "bytes=99-");
            case VERSION_CONFLICT -> http.post(versions, "three", "Octavo-Expected-Version", "1");
            case STALE_REVISION -> http.json("PATCH", address, "{}", "If-Match", "\"1\"");
            case PRECONDITION_REQUIRED -> http.delete(address + "?reason=r");
            case TOO_LARGE -> http.json("PATCH", address, "{\"owner\":\"" + "x".repeat(70_000) + "\"}");
            case DIGEST_MISMATCH ->
                http.post(
                        versions, "three", "Content-Digest", "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:");
            default -> refusalOfAState(code);
        };
    }

    private Answer refusalOfAState(ErrorCode code) throws Exception {
        switch (code) {
            case PINNED -> http.json("PUT", address + "/pins?scope=*", ONE).isStatus(200);
            case QUARANTINED ->
                http.send("PUT", versions + "/1/quarantine?reason=bad", NONE).isStatus(200);
            case HEAD_FULL -> {
                for (int i = 0; i < MOST_PINS; i++) {
                    http.json("PUT", address + "/pins?scope=app%3Da" + i, ONE).isStatus(200);
                }
            }
            case IDEMPOTENCY_KEY_REUSED ->
                http.post(versions, "three", "Idempotency-Key", topic).isStatus(201);
            case VALIDATION_FAILED ->
                http.json("PATCH", address, "{\"validation\":{\"format\":\"json\"}}")
                        .isStatus(200);
            case GONE -> node.payloads().lose();
            case INTERNAL -> node.intake(failing(() -> new IllegalStateException("a fault")));
            case UNAVAILABLE ->
                node.intake(
                        failing(() -> ServiceException.unavailable("the store is away", Duration.ofSeconds(2), null)));
            default -> {
                // The others come of two requests at a time.
            }
        }
        return switch (code) {
            case PINNED -> http.send("PUT", versions + "/1/quarantine?reason=bad", NONE);
            case VERSION_IN_USE -> http.send("DELETE", versions + "/2?reason=bad", NONE);
            case QUARANTINED -> http.json("PUT", address + "/pins?scope=*", ONE);
            case HEAD_FULL -> http.json("PUT", address + "/pins?scope=*", ONE);
            case IDEMPOTENCY_KEY_REUSED -> http.post(versions, "four", "Idempotency-Key", topic);
            case GONE -> http.get(versions + "/1/payload");
            case VALIDATION_FAILED, INTERNAL, UNAVAILABLE -> http.post(versions, "three");
            case REQUEST_RUNNING, RATE_LIMITED -> whileOthersPublish(code == ErrorCode.REQUEST_RUNNING ? 1 : 64);
            default -> throw new AssertionError("no way to " + code + " is known: add one");
        };
    }

    /** The answer to one publish too many. */
    private Answer whileOthersPublish(int others) throws Exception {
        CountDownLatch arrived = new CountDownLatch(others);
        CountDownLatch letGo = new CountDownLatch(1);
        node.intake(waiting(arrived, letGo));
        Thread[] publishers = new Thread[others];
        for (int i = 0; i < others; i++) {
            String key = others == 1 ? topic : topic + i;
            publishers[i] = new Thread(() -> http.post(versions, "three", "Idempotency-Key", key));
            publishers[i].start();
        }
        try {
            assertThat(arrived.await(30, TimeUnit.SECONDS)).isTrue();
            return http.post(versions, "three", "Idempotency-Key", topic);
        } finally {
            letGo.countDown();
            for (Thread publisher : publishers) {
                publisher.join();
            }
        }
    }

    private PayloadIntake waiting(CountDownLatch arrived, CountDownLatch letGo) {
        return new Intake(node.payloads()) {
            @Override
            public Stored store(String name, InputStream body, Announced announced) {
                arrived.countDown();
                try {
                    letGo.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return super.store(name, body, announced);
            }
        };
    }

    private PayloadIntake failing(Supplier<RuntimeException> failure) {
        return new Intake(node.payloads()) {
            @Override
            public Stored store(String name, InputStream body, Announced announced) {
                throw failure.get();
            }
        };
    }

    private static class Intake implements PayloadIntake {
        private final PayloadIntake payloads;

        Intake(PayloadIntake payloads) {
            this.payloads = payloads;
        }

        @Override
        public Stored store(String name, InputStream body, Announced announced) {
            return payloads.store(name, body, announced);
        }

        @Override
        public void discard(Stored stored) {
            payloads.discard(stored);
        }
    }
}
