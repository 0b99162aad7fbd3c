package io.octavo.server.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Digests;
import io.octavo.server.payload.MissingParts;
import io.octavo.server.payload.TestUploads;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.TopicCommits;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Deaths amid uploads; what callers see of uploads is in {@link GrpcUploadsTest}. */
class UploaderTest {
    private static final int MIB = 1 << 20;

    private final InstantSource clock = InstantSource.system();
    private final InMemoryTopicLog log = new InMemoryTopicLog(clock);
    private final TestUploads stores = new TestUploads(clock);
    private final byte[] bytes = new byte[6 * MIB];
    private final ByteString sha256;

    UploaderTest() {
        new Random(1).nextBytes(bytes);
        sha256 = ByteString.copyFrom(Digests.sha256(bytes));
    }

    @Test
    void whereverAProcessDiesTheSameCallsFinishIt() {
        int steps = 0;
        boolean died = true;
        while (died) {
            String topic = "topic-" + steps;
            died = diesAt(steps, topic);
            VersionRecord version = publish(uploader(), topic).version();
            assertThat(version.getVersion()).as("step " + steps).isEqualTo(1);
            long id = version.getParts(0).getS3().getPayloadId();
            assertThat(stores.have(id, bytes)).as("step " + steps).isTrue();
            sweepAllBut(id, topic);
            stores.delete(id);
            assertThat(stores.isEmpty()).as("step " + steps).isTrue();
            steps++;
        }
        assertThat(steps).as("places to die at").isGreaterThan(15);
    }

    /** Whether the process died: at this operation on a region, and without cleaning up. */
    private boolean diesAt(int step, String topic) {
        int[] left = {step};
        stores.before(operation -> {
            if (left[0]-- == 0) {
                throw new Died();
            }
        });
        try {
            publish(uploader(), topic);
            return false;
        } catch (Died e) {
            return true;
        } finally {
            stores.before(operation -> {});
        }
    }

    private static final class Died extends Error {
        private static final long serialVersionUID = 1;
    }

    private void sweepAllBut(long kept, String topic) {
        for (long id : stores.started()) {
            if (log.abortUpload(topic, id, 1)) {
                stores.delete(id);
            } else {
                assertThat(id).isEqualTo(kept);
            }
        }
    }

    /** As another process has it: it shares nothing with others but the stores. */
    private Uploader uploader() {
        TopicCommits commits = TestCommits.of(log, Duration.ofSeconds(5));
        Publisher publisher = new Publisher(
                log,
                commits,
                new MemoryPayloads(),
                new PublishConfig(8, Duration.ofSeconds(1)),
                new TopicsConfig(true),
                TestChecks.CHECKS);
        return new Uploader(publisher, log, stores.node(), clock);
    }

    private Published publish(Uploader uploader, String topic) {
        Uploader.Begun begun = uploader.begin(topic, "key", bytes.length, sha256, 5 * MIB);
        if (begun != null) {
            for (MissingParts.Link part : begun.missing().parts()) {
                int from = (int) part.offset();
                stores.put(part.url(), Arrays.copyOfRange(bytes, from, from + (int) part.size()));
            }
        }
        PublishHeader header = PublishHeader.newBuilder()
                .setTopic(topic)
                .setIdempotencyKey("key")
                .setSize(bytes.length)
                .setSha256(sha256)
                .build();
        long id = begun == null ? 0 : begun.upload().uploadId();
        return uploader.complete(PublishCall.order(header, "tester"), id);
    }
}
