package io.octavo.server.housekeeping;

import com.google.protobuf.ByteString;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.Part;
import io.octavo.protocol.S3Pointer;
import io.octavo.protocol.Scope;
import io.octavo.rules.Digests;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.payload.TestPayloads;
import io.octavo.server.topic.PublishVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** A payload on its way to become a version; its publisher may stop, and go on later. */
final class ModelUpload extends Life {
    /** Two margins after its begin nobody looks for its bytes any more. */
    private static final Duration LONGEST = ModelHouse.MARGIN.multipliedBy(3).dividedBy(2);

    private final String topic;
    private final long id;
    private final List<Scope> scopes;
    private final byte[] bytes;
    private final Instant started;
    private final Deque<Runnable> left = new ArrayDeque<>();

    ModelUpload(ModelHouse house, String topic, long id, boolean isDirect, List<Scope> scopes) {
        super(house);
        this.topic = topic;
        this.id = id;
        this.scopes = scopes;
        this.bytes = ("payload " + id).getBytes(StandardCharsets.UTF_8);
        this.started = house.time.instant();
        left.add(() -> ledger().started(topic, id, isDirect));
        if (isDirect) {
            left.add(() -> direct().store(id, ByteString.copyFrom(bytes)));
        } else {
            buckets().forEach(bucket -> left.add(() -> bucket.create(TestPayloads.key(id), bytes)));
        }
        left.add(() -> commit(isDirect));
    }

    void goOn(int steps) {
        begin();
        for (int i = 0; i < steps && !left.isEmpty(); i++) {
            if (started.plus(LONGEST).isBefore(house().time.instant())) {
                // So long nobody may take.
                left.clear();
                return;
            }
            try {
                left.remove().run();
            } catch (ServiceException | InvalidField refused) {
                left.clear();
            }
        }
    }

    private void commit(boolean isDirect) {
        Part.Builder part =
                Part.newBuilder().setSize(bytes.length).setSha256(ByteString.copyFrom(Digests.sha256(bytes)));
        if (isDirect) {
            part.setDirect(DirectPointer.newBuilder().setPayloadId(id));
        } else {
            part.setS3(S3Pointer.newBuilder().setPayloadId(id));
        }
        PublishVersion publish = new PublishVersion(List.of(part.build()), Map.of(), scopes, null, false, null, id, "");
        commits().commit(topic, publish, "publisher", null);
    }
}
