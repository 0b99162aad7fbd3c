package io.octavo.server.publish;

import static io.octavo.server.publish.UploadNodes.MIB;
import static io.octavo.server.publish.UploadNodes.assertField;
import static io.octavo.server.publish.UploadNodes.assertRefused;
import static io.octavo.server.publish.UploadNodes.await;
import static io.octavo.server.publish.UploadNodes.sha256;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.AbortUploadRequest;
import io.octavo.protocol.BeginUploadResponse;
import io.octavo.protocol.CompleteUploadRequest;
import io.octavo.protocol.Validation;
import io.octavo.protocol.Validation.Format;
import io.octavo.server.grpc.GrpcFixture;
import io.octavo.server.payload.TestUploads;
import io.octavo.server.topic.ChangeSettings;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import java.io.ByteArrayInputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is refused of an upload, and what is left of it then. */
class RefusedUploadsTest {
    private final UploadNodes nodes = new UploadNodes();
    private final InMemoryTopicLog log = nodes.log;
    private final TopicCommits commits = nodes.commits;
    private final TestUploads stores = nodes.stores;
    private final ThreadPoolExecutor workers = nodes.workers;
    private final byte[] bytes = nodes.bytes;

    @AfterEach
    void stop() {
        nodes.close();
    }

    @Test
    void bytesThatTheTopicRefusesAreNotPublishedUntilItsSettingsAllowThem() {
        validate(Validation.newBuilder().setFormat(Format.JSON).build());
        BeginUploadResponse begun = nodes.begin("key");
        nodes.put(begun.getPartsList());
        assertRefused("VALIDATION_FAILED", () -> nodes.complete("key", begun.getUploadId()));
        assertThat(requireNonNull(log.head("prices", Read.SERIAL)).getNewestVersion())
                .isZero();

        validate(Validation.getDefaultInstance());
        assertThat(nodes.complete("key", begun.getUploadId()).getRecord().getVersion())
                .isEqualTo(1);
    }

    @Test
    void aSizeThatTheTopicRefusesIsNotBegun() {
        validate(Validation.newBuilder().setMaxSize(MIB).build());
        assertRefused("VALIDATION_FAILED", () -> nodes.begin("key"));
        assertThat(stores.started()).isEmpty();
    }

    @Test
    void aRefusalForTheTopicsSakeLeavesTheUploadToBeCompletedInAnotherWay() {
        nodes.publish("first");
        BeginUploadResponse begun = nodes.begin("key");
        nodes.put(begun.getPartsList());
        assertRefused(
                "VERSION_CONFLICT",
                () -> nodes.stub()
                        .completeUpload(CompleteUploadRequest.newBuilder()
                                .setUploadId(begun.getUploadId())
                                .setHeader(nodes.header("key").setExpectedVersion(0))
                                .build()));
        assertThat(nodes.stub()
                        .completeUpload(CompleteUploadRequest.newBuilder()
                                .setUploadId(begun.getUploadId())
                                .setHeader(nodes.header("key").setExpectedVersion(1))
                                .build())
                        .getRecord()
                        .getVersion())
                .isEqualTo(2);
    }

    @Test
    void aRefusalAtTheCommitLeavesItToo() {
        BeginUploadResponse begun = nodes.begin("key");
        nodes.put(begun.getPartsList());
        stores.before(operation -> {
            if (operation.equals("read") && log.head("prices", Read.SERIAL) == null) {
                nodes.publisher(true).publish(Orders.of("prices").order(), new ByteArrayInputStream(new byte[] {1}));
            }
        });
        CompleteUploadRequest.Builder first = CompleteUploadRequest.newBuilder()
                .setUploadId(begun.getUploadId())
                .setHeader(nodes.header("key").setExpectedVersion(0));
        assertRefused("VERSION_CONFLICT", () -> nodes.stub().completeUpload(first.build()));
        assertThat(nodes.complete("key", begun.getUploadId()).getRecord().getVersion())
                .isEqualTo(2);
    }

    @Test
    void aKeyNamesOnePayloadOnly() {
        BeginUploadResponse begun = nodes.begin("key");
        assertRefused(
                "IDEMPOTENCY_KEY_REUSED",
                () -> nodes.stub()
                        .beginUpload(
                                nodes.beginning("key").setSize(bytes.length + 1).build()));
        assertRefused(
                "IDEMPOTENCY_KEY_REUSED",
                () -> nodes.stub()
                        .beginUpload(nodes.beginning("key")
                                .setSha256(sha256(new byte[0]))
                                .build()));
        assertRefused(
                "IDEMPOTENCY_KEY_REUSED",
                () -> nodes.stub()
                        .completeUpload(CompleteUploadRequest.newBuilder()
                                .setUploadId(begun.getUploadId())
                                .setHeader(nodes.header("key").setSize(bytes.length + 1))
                                .build()));
        nodes.put(begun.getPartsList());
        nodes.complete("key", begun.getUploadId());
        assertRefused(
                "IDEMPOTENCY_KEY_REUSED",
                () -> nodes.stub()
                        .completeUpload(CompleteUploadRequest.newBuilder()
                                .setHeader(nodes.header("key").putMetadata("more", "of it"))
                                .build()));
    }

    @Test
    void badInputIsRefusedByName() {
        assertField(
                "topic",
                () -> nodes.stub()
                        .beginUpload(
                                nodes.beginning("key").setTopic("Not A Name").build()));
        assertField(
                "Idempotency-Key",
                () -> nodes.stub().beginUpload(nodes.beginning("").build()));
        assertField(
                "size",
                () -> nodes.stub()
                        .beginUpload(nodes.beginning("key").setSize(MIB - 1).build()));
        assertField(
                "sha256",
                () -> nodes.stub()
                        .beginUpload(nodes.beginning("key").clearSha256().build()));
        assertField(
                "partSize",
                () -> nodes.stub()
                        .beginUpload(nodes.beginning("key").setPartSize(1).build()));
        assertField(
                "topic",
                () -> nodes.stub()
                        .abortUpload(AbortUploadRequest.newBuilder()
                                .setIdempotencyKey("key")
                                .build()));
        assertField("Idempotency-Key", () -> nodes.complete("", 1));
        assertField(
                "sha256",
                () -> nodes.stub()
                        .completeUpload(CompleteUploadRequest.newBuilder()
                                .setHeader(nodes.header("key").clearSize())
                                .build()));
        BeginUploadResponse begun = nodes.begin("key");
        nodes.put(begun.getPartsList().subList(1, 4));
        assertField("parts", () -> nodes.complete("key", begun.getUploadId()));
        assertRefused("GONE", () -> nodes.complete("key", begun.getUploadId() + 1));
    }

    @Test
    void aTopicThatWouldNotBeMadeIsRefusedBeforeTheFirstPart() {
        try (GrpcFixture strict = nodes.node(false)) {
            assertRefused(
                    "TOPIC_NOT_FOUND",
                    () -> UploadNodes.stub(strict)
                            .beginUpload(nodes.beginning("key").build()));
            assertThat(stores.started()).isEmpty();
            nodes.publish("first");
            assertThat(UploadNodes.stub(strict)
                            .beginUpload(nodes.beginning("key").build())
                            .getMissing())
                    .isEqualTo(4);
        }
    }

    @Test
    void moreCallsThanWorkersAreToldToComeBack() {
        workers.setRejectedExecutionHandler((work, pool) -> {
            throw new RejectedExecutionException();
        });
        workers.setMaximumPoolSize(1);
        CountDownLatch letGo = new CountDownLatch(1);
        workers.execute(() -> await(letGo));
        assertRefused("RATE_LIMITED", () -> nodes.begin("key"));
        letGo.countDown();
    }

    private void validate(Validation validation) {
        commits.commit(
                "prices",
                new ChangeSettings(
                        before -> before.toBuilder().setValidation(validation).build(), validation.toString(), null),
                "tester",
                null);
    }
}
