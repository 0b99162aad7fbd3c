package io.octavo.server.publish;

import static io.octavo.server.publish.UploadNodes.EU;
import static io.octavo.server.publish.UploadNodes.MIB;
import static io.octavo.server.publish.UploadNodes.assertRefused;
import static io.octavo.server.publish.UploadNodes.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.BeginUploadResponse;
import io.octavo.protocol.CompleteUploadRequest;
import io.octavo.protocol.PublishResponse;
import io.octavo.protocol.PublishServiceGrpc;
import io.octavo.protocol.UploadPart;
import io.octavo.protocol.VersionRecord;
import io.octavo.server.grpc.GrpcFixture;
import io.octavo.server.payload.TestUploads;
import io.octavo.server.topic.ArchiveTopic;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of uploads: versions, or nothing. */
class GrpcUploadsTest {
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
    void anUploadBecomesAVersion() {
        BeginUploadResponse begun = nodes.begin("key");
        assertThat(begun.getPartCount()).isEqualTo(2);
        assertThat(begun.getPartSize()).isEqualTo(5 * MIB);
        assertThat(begun.getMissing()).isEqualTo(4);
        assertThat(begun.getPartsList()).extracting(UploadPart::getNumber).containsExactly(1, 1, 2, 2);
        assertThat(begun.getParts(3).getOffset()).isEqualTo(5 * MIB);
        assertThat(begun.getParts(3).getSize()).isEqualTo(MIB);
        assertThat(begun.getLinksExpireAtMs()).isPositive();
        assertThat(begun.getExpiresAtMs())
                .isEqualTo(nodes.now.plus(Duration.ofHours(24)).toEpochMilli());
        nodes.put(begun.getPartsList());

        PublishResponse made = nodes.complete("key", begun.getUploadId());

        VersionRecord version = made.getRecord();
        assertThat(version.getVersion()).isEqualTo(1);
        assertThat(version.getBy()).startsWith("unverified:");
        assertThat(version.getMetadataMap()).containsEntry("k", "v");
        assertThat(version.getParts(0).getSize()).isEqualTo(bytes.length);
        assertThat(version.getParts(0).getContentType()).isEqualTo("text/plain");
        assertThat(version.getParts(0).getS3().getPayloadId()).isEqualTo(begun.getUploadId());
        assertThat(made.getReplayed()).isFalse();
        assertThat(made.getImpact(0).getScope()).isEqualTo(EU);
        assertThat(stores.have(begun.getUploadId(), bytes)).isTrue();
    }

    @Test
    void whatIsCompleteIsReplayedAndBegunNoMore() {
        PublishResponse made = nodes.publish("key");
        PublishResponse again = nodes.complete("key", 0);
        assertThat(again.getReplayed()).isTrue();
        assertThat(again.getRecord()).isEqualTo(made.getRecord());
        BeginUploadResponse begun = nodes.begin("key");
        assertThat(begun.getPublished()).isTrue();
        assertThat(begun.getPartsList()).isEmpty();
        assertThat(stores.started()).hasSize(1);
    }

    @Test
    void anotherProcessGoesOnWithTheKeyAlone() {
        nodes.put(nodes.begin("key").getPartsList().subList(0, 3));
        try (GrpcFixture other = nodes.node(true)) {
            BeginUploadResponse begun =
                    UploadNodes.stub(other).beginUpload(nodes.beginning("key").build());
            assertThat(begun.getMissing()).isEqualTo(1);
            assertThat(begun.getParts(0).getRegion()).isEqualTo("us");
            nodes.put(begun.getPartsList());
            assertThat(UploadNodes.stub(other)
                            .completeUpload(nodes.completing("key", begun.getUploadId()))
                            .getRecord()
                            .getVersion())
                    .isEqualTo(1);
        }
    }

    @Test
    void otherBytesAreRefusedAndTheNextBeginBeginsAnew() {
        BeginUploadResponse begun = nodes.begin("key");
        nodes.put(begun.getPartsList());
        byte[] corrupt = nodes.slice(0, 5 * MIB);
        corrupt[3]++;
        stores.put(begun.getParts(1).getUrl(), corrupt);

        assertRefused("DIGEST_MISMATCH", () -> nodes.complete("key", begun.getUploadId()));
        assertThat(log.head("prices", Read.SERIAL)).isNull();
        assertThat(stores.isEmpty()).isTrue();
        assertRefused("GONE", () -> nodes.complete("key", begun.getUploadId()));

        BeginUploadResponse anew = nodes.begin("key");
        assertThat(anew.getUploadId()).isNotEqualTo(begun.getUploadId());
        assertThat(anew.getMissing()).isEqualTo(4);
        nodes.put(anew.getPartsList());
        assertThat(nodes.complete("key", anew.getUploadId()).getRecord().getVersion())
                .isEqualTo(1);
    }

    @Test
    void whatTheSweepGaveUpIsGoneAndBegunAnew() {
        BeginUploadResponse begun = nodes.begin("key");
        nodes.put(begun.getPartsList());
        assertThat(log.abortUpload("prices", begun.getUploadId(), 1)).isTrue();

        assertRefused("GONE", () -> nodes.complete("key", begun.getUploadId()));
        BeginUploadResponse anew = nodes.begin("key");
        assertThat(anew.getMissing()).isEqualTo(4);
        nodes.put(anew.getPartsList());
        assertThat(nodes.complete("key", anew.getUploadId()).getRecord().getVersion())
                .isEqualTo(1);
    }

    @Test
    void whatTheSweepGivesUpWhileItIsVerifiedIsNotPublished() {
        BeginUploadResponse begun = nodes.begin("key");
        nodes.put(begun.getPartsList());
        stores.before(operation -> {
            if (operation.equals("read")) {
                log.abortUpload("prices", begun.getUploadId(), 1);
            }
        });
        assertRefused("UNAVAILABLE", () -> nodes.complete("key", begun.getUploadId()));
        assertRefused("GONE", () -> nodes.complete("key", begun.getUploadId()));
        assertThat(log.head("prices", Read.SERIAL)).isNull();
    }

    @Test
    void whatAStoreHasLostIsBegunAnew() {
        BeginUploadResponse begun = nodes.begin("key");
        stores.delete(begun.getUploadId());
        assertRefused("GONE", () -> nodes.complete("key", begun.getUploadId()));
        assertThat(nodes.begin("key").getMissing()).isEqualTo(4);
    }

    @Test
    void anUploadExpires() {
        BeginUploadResponse begun = nodes.begin("key");
        nodes.put(begun.getPartsList());
        nodes.now = nodes.now.plus(Duration.ofHours(25));
        assertRefused("GONE", () -> nodes.complete("key", begun.getUploadId()));
        assertThat(nodes.begin("key").getUploadId()).isNotEqualTo(begun.getUploadId());
    }

    @Test
    void aDryRunTellsWhatWouldBeMadeAndMakesNothing() {
        CompleteUploadRequest asking = CompleteUploadRequest.newBuilder()
                .setHeader(nodes.header("key"))
                .setDryRun(true)
                .build();
        PublishResponse would = nodes.stub().completeUpload(asking);
        assertThat(would.getDryRun()).isTrue();
        assertThat(would.getRecord().getVersion()).isEqualTo(1);
        assertThat(would.getImpact(0).getTo()).isEqualTo(1);
        assertThat(log.head("prices", Read.SERIAL)).isNull();
        assertRefused(
                "VERSION_CONFLICT",
                () -> nodes.stub()
                        .completeUpload(asking.toBuilder()
                                .setHeader(nodes.header("key").setExpectedVersion(7))
                                .build()));
    }

    @Test
    void aTrialThatFindsTheVersionThereIsAllOfAPublishAndEndsTheArchive() {
        nodes.publish("first");
        commits.commit("prices", new ArchiveTopic(1, Instant.EPOCH), "octavo:idle", null);
        PublishResponse tried = nodes.stub()
                .completeUpload(CompleteUploadRequest.newBuilder()
                        .setHeader(nodes.header("key").setIfChanged(true))
                        .setDryRun(true)
                        .build());
        assertThat(tried.getUnchanged()).isTrue();
        assertThat(requireNonNull(log.head("prices", Read.SERIAL))
                        .getSettings()
                        .getIdleness()
                        .getArchivedMs())
                .isZero();
    }

    @Test
    void anUploadCanBeAborted() {
        assertThat(nodes.abort("key")).isFalse();
        BeginUploadResponse begun = nodes.begin("key");
        nodes.put(begun.getPartsList());
        assertThat(nodes.abort("key")).isTrue();
        assertThat(stores.isEmpty()).isTrue();
        assertRefused("GONE", () -> nodes.complete("key", begun.getUploadId()));
        assertThat(nodes.abort("key")).isFalse();
        nodes.publish("other");
        assertRefused("INVALID_ARGUMENT", () -> nodes.abort("other"));
        assertThat(stores.isEmpty()).isFalse();
    }

    @Test
    void aCallThatIsUnderWayIsNotBegunTwiceAndGoesOnWithoutItsCaller() throws Exception {
        BeginUploadResponse begun = nodes.begin("key");
        nodes.put(begun.getPartsList());
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        stores.before(operation -> {
            if (operation.equals("read")) {
                reading.countDown();
                await(letGo);
            }
        });
        CompletableFuture<PublishResponse> first = new CompletableFuture<>();
        var call = PublishServiceGrpc.newFutureStub(nodes.first.channel())
                .completeUpload(nodes.completing("key", begun.getUploadId()));
        call.addListener(() -> first.complete(PublishResponse.getDefaultInstance()), Runnable::run);
        assertThat(reading.await(10, TimeUnit.SECONDS)).isTrue();
        assertRefused("REQUEST_RUNNING", () -> nodes.complete("key", begun.getUploadId()));
        assertRefused("REQUEST_RUNNING", () -> nodes.begin("key"));
        assertRefused("REQUEST_RUNNING", () -> nodes.abort("key"));

        assertThat(call.cancel(true)).isTrue();
        letGo.countDown();
        workers.shutdown();
        assertThat(workers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(requireNonNull(log.head("prices", Read.SERIAL)).getNewestVersion())
                .isEqualTo(1);
    }
}
