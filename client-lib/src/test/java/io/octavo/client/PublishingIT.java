package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.octavo.client.TestServer.Mishap;
import io.octavo.protocol.GetUptakeResponse;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.PublishObjectsRequest;
import io.octavo.rules.Digests;
import io.octavo.rules.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PublishingIT {
    private final TestServer server = new TestServer().start();
    private final OctavoClient client = QuickClients.build(server.client());

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void everythingThatIsSaidOfAVersionIsSent() {
        Published published = client.publish("greeting")
                .scope("region=eu")
                .scope("app=recs")
                .metadata("k", "v")
                .idempotencyKey("key")
                .expectedVersion(0)
                .contentType("text/plain")
                .reason("because")
                .string("hello");
        assertThat(published)
                .isEqualTo(new Published(
                        "greeting",
                        1,
                        1,
                        HexFormat.of().formatHex(Digests.sha256("hello".getBytes(StandardCharsets.UTF_8))),
                        5,
                        false,
                        false,
                        null));
        PublishHeader header = server.publishes.remove();
        assertThat(header.getScopesList())
                .extracting(scope -> scope.getRegion())
                .containsExactly("eu", "");
        assertThat(header.getMetadataMap()).containsEntry("k", "v");
        assertThat(header.getIdempotencyKey()).isEqualTo("key");
        assertThat(header.hasExpectedVersion()).isTrue();
        assertThat(header.getContentType()).isEqualTo("text/plain");
        assertThat(header.getReason()).isEqualTo("because");
        assertThat(header.getSize()).isEqualTo(5);
        assertThat(header.getSha256().size()).isEqualTo(32);
    }

    @Test
    void aLargeFileIsSentInChunks(@TempDir Path directory) throws Exception {
        byte[] bytes = FollowingIT.random(20_000_000);
        Path file = Files.write(directory.resolve("data"), bytes);
        Published published = client.publish("data").stage().viaService().file(file);
        assertThat(published.size()).isEqualTo(bytes.length);
        assertThat(published.sha256()).isEqualTo(HexFormat.of().formatHex(Digests.sha256(bytes)));
        assertThat(server.topics.payload("data", 1).toByteArray()).isEqualTo(bytes);
        assertThat(server.publishes.remove().getStage()).isTrue();
    }

    @Test
    void anEmptyPayloadIsOne() {
        assertThat(client.publish("data").bytes(new byte[0]).size()).isZero();
    }

    @Test
    void aLostAnswerIsAskedForAgainWithTheSameKey() {
        server.mishaps.addAll(List.of(Mishap.ANSWER_LOST, Mishap.UNAVAILABLE));
        Published published = client.publish("data").string("x");
        assertThat(published.version()).isEqualTo(1);
        assertThat(published.replayed()).isTrue();
        assertThat(server.publishes).hasSize(3);
        assertThat(server.publishes.stream()
                        .map(PublishHeader::getIdempotencyKey)
                        .distinct())
                .hasSize(1);
        assertThat(server.topics.head("data").getNewestVersion()).isEqualTo(1);
    }

    @Test
    void whatStaysUnknownIsSaidWithTheKey() {
        server.mishaps.addAll(Collections.nCopies(5, Mishap.UNAVAILABLE));
        OctavoException e = catchThrowableOfType(
                OctavoException.class,
                () -> client.publish("data").idempotencyKey("my-key").string("x"));
        assertThat(e.outcomeUnknown()).isTrue();
        assertThat(e.idempotencyKey()).isEqualTo("my-key");
        assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(e).hasMessageContaining("my-key");
        assertThat(server.publishes).hasSize(5);
        assertThat(client.publish("data").idempotencyKey("my-key").string("x").version())
                .isEqualTo(1);
    }

    @Test
    void onlyAnAnswerThatTellsEndsWhatIsUnknown() {
        server.mishaps.addAll(List.of(Mishap.ANSWER_LOST, Mishap.UNAUTHENTICATED));
        OctavoException silent = catchThrowableOfType(
                OctavoException.class, () -> client.publish("data").string("x"));
        assertThat(silent.code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
        assertThat(silent.outcomeUnknown()).isTrue();
        assertThat(server.topics.head("data").getNewestVersion()).isEqualTo(1);

        server.mishaps.addAll(List.of(Mishap.UNAVAILABLE, Mishap.REFUSED));
        OctavoException refused = catchThrowableOfType(
                OctavoException.class, () -> client.publish("data").string("x"));
        assertThat(refused.outcomeUnknown()).isFalse();

        server.mishaps.add(Mishap.UNAUTHENTICATED);
        OctavoException first = catchThrowableOfType(
                OctavoException.class, () -> client.publish("data").string("x"));
        assertThat(first.outcomeUnknown()).isFalse();
    }

    @Test
    void aRateLimitIsWaitedForAndLeavesNothingUnknown() {
        server.mishaps.addAll(List.of(Mishap.LIMITED, Mishap.LIMITED));
        assertThat(client.publish("data").string("x").version()).isEqualTo(1);
        server.mishaps.addAll(Collections.nCopies(5, Mishap.LIMITED));
        OctavoException e = catchThrowableOfType(
                OctavoException.class, () -> client.publish("data").string("x"));
        assertThat(e.code()).isEqualTo(ErrorCode.RATE_LIMITED);
        assertThat(e.outcomeUnknown()).isFalse();
    }

    @Test
    void whatWasNeverSentIsNotUnknown() {
        server.stop();
        OctavoException e = catchThrowableOfType(
                OctavoException.class, () -> client.publish("data").string("x"));
        assertThat(e.outcomeUnknown()).isFalse();
        assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(e.idempotencyKey()).isNotEmpty();
    }

    @Test
    void aRefusalIsNotRepeatedAndNamesTheFields() {
        server.mishaps.add(Mishap.REFUSED);
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(() -> client.publish("data").string("x"))
                .withMessageContaining("metadata: too much")
                .satisfies(e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
                    assertThat(e.outcomeUnknown()).isFalse();
                    assertThat(e.fieldViolations())
                            .containsExactly(new OctavoException.FieldViolation("metadata", "too much"));
                });
        assertThat(server.publishes).hasSize(1);
    }

    @Test
    void aStreamIsSpooledAndCanBeSentAgain(@TempDir Path directory) throws Exception {
        byte[] bytes = FollowingIT.random(3_000_000);
        server.mishaps.addAll(List.of(Mishap.UNAVAILABLE));
        try (OctavoClient spooling = QuickClients.build(server.client().cacheDirectory(directory))) {
            Published published = spooling.publish("data").viaService().stream(new ByteArrayInputStream(bytes));
            assertThat(published.size()).isEqualTo(bytes.length);
            assertThat(spooling.publish("data").stream(new ByteArrayInputStream(new byte[5]))
                            .size())
                    .isEqualTo(5);
        }
        assertThat(server.topics.payload("data", 1).toByteArray()).isEqualTo(bytes);
        assertThat(directory.resolve("work")).isEmptyDirectory();
    }

    @Test
    void aStreamThatBreaksIsNotPublishedAndLeavesNothing(@TempDir Path directory) throws IOException {
        InputStream closed = InputStream.nullInputStream();
        closed.close();
        InputStream broken = new SequenceInputStream(new ByteArrayInputStream(new byte[2_000_000]), closed);
        try (OctavoClient spooling = QuickClients.build(server.client().cacheDirectory(directory))) {
            assertThatExceptionOfType(OctavoException.class)
                    .isThrownBy(() -> spooling.publish("data").stream(broken))
                    .withMessageContaining("closed");
        }
        assertThat(server.publishes).isEmpty();
        assertThat(directory.resolve("work")).isEmptyDirectory();
    }

    @Test
    void aStreamHasABound(@TempDir Path directory) {
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(() -> Spool.of(
                        new ByteArrayInputStream(new byte[3_000_000]), 2_000_000, () -> directory.resolve("spool")))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void objectsThatAreThereArePublishedByTheirPlaces() {
        server.mishaps.add(Mishap.UNAVAILABLE);
        String sha256 = "ab".repeat(32);
        Published published = client.publish("data")
                .hold("the audit")
                .ifChanged()
                .objects(List.of(new S3Object("eu", "models", "a/b")), 7, sha256);
        assertThat(published.version()).isEqualTo(1);
        assertThat(server.objects).hasSize(2);
        PublishObjectsRequest request = server.objects.remove();
        assertThat(request.getLocations(0).getKey()).isEqualTo("a/b");
        assertThat(request.getHeader().getSize()).isEqualTo(7);
        assertThat(Hex.of(request.getHeader().getSha256())).isEqualTo(sha256);
        assertThat(request.getHeader().getHold()).isEqualTo("the audit");
        assertThat(request.getHeader().getIfChanged()).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.publish("data").objects(List.of(), 7, "abc"))
                .withMessageStartingWith("sha256: ");
        assertThatIllegalArgumentException().isThrownBy(() -> new S3Object("eu", "", "key"));
    }

    @Test
    void aListenerHearsHowFarItIsAndDisturbsNothing() {
        List<Long> told = new ArrayList<>();
        client.publish("data")
                .progress((bytes, total) -> {
                    told.add(bytes);
                    throw new IllegalStateException("by the test");
                })
                .bytes(new byte[1_000_000]);
        assertThat(told).isSorted().endsWith(1_000_000L);
    }

    @Test
    void theFleetIsWaitedFor() throws Exception {
        Published published = client.publish("data").string("x");
        GetUptakeResponse half = GetUptakeResponse.newBuilder()
                .setRevision(published.revision())
                .setComplete(true)
                .setInstances(10)
                .setRunning(5)
                .setFailed(1)
                .build();
        server.uptakes.add(half.toBuilder().setRunning(10).setRevision(0).build());
        server.uptakes.add(half.toBuilder().setRunning(10).setComplete(false).build());
        server.uptakes.add(half);
        server.uptakes.add(half.toBuilder().setRunning(9).build());
        Uptake nearly = client.waitForFleet(published, 90, Duration.ofSeconds(20));
        assertThat(nearly).isEqualTo(new Uptake(10, 9, 1, true));
        assertThat(client.waitForFleet(published, 100, Duration.ofMillis(100)).isReached(100))
                .isFalse();
        server.uptakes.clear();
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(() -> client.waitForFleet(published, 100, Duration.ofMillis(100)));
    }

    @Test
    void mistakesAreFoundBeforeAnythingIsSent(@TempDir Path directory) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.publish("data").scope(""))
                .withMessageStartingWith("scope: ");
        assertThatIllegalArgumentException().isThrownBy(() -> client.publish("Not A Topic"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.publish("data").idempotencyKey("x".repeat(201)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.publish("data").expectedVersion(-1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.publish("data").stage().scope("*").string("x"));
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(() -> client.publish("data").file(directory.resolve("absent")))
                .withMessageContaining("absent");
        assertThat(server.publishes).isEmpty();
    }
}
