package io.octavo.client;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.Offer;
import io.octavo.protocol.Part;
import io.octavo.protocol.Pin;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.Publication;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.Quarantine;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.TopicState;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Digests;
import io.octavo.rules.Heads;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A small service's state in memory: what is published, and what a poll is answered. */
final class Topics {
    private static final long EPOCH = 7;

    private final Map<String, TopicHead> heads = new HashMap<>();
    private final Map<String, ByteString> payloads = new HashMap<>();
    private final Map<String, VersionRecord> byKey = new HashMap<>();
    private int ridesAlong = 64 << 10;
    private int nextPollMs;
    private UnaryOperator<Offer> forge = UnaryOperator.identity();

    synchronized long publish(String topic, String text) {
        return publish(topic, text.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    synchronized long publish(String topic, byte[] bytes, Map<String, String> metadata) {
        PublishHeader header = PublishHeader.newBuilder()
                .setTopic(topic)
                .putAllMetadata(metadata)
                .build();
        return publish(header, ByteString.copyFrom(bytes)).getVersion();
    }

    synchronized VersionRecord publish(PublishHeader header, ByteString bytes) {
        String topic = header.getTopic();
        TopicHead head = head(topic);
        long version = head.getNewestVersion() + 1;
        VersionRecord record = VersionRecord.newBuilder()
                .setVersion(version)
                .setRevision(head.getRevision() + 1)
                .setAtMs(1_000_000)
                .putAllMetadata(header.getMetadataMap())
                .addParts(Part.newBuilder()
                        .setSize(bytes.size())
                        .setSha256(ByteString.copyFrom(Digests.sha256(bytes.toByteArray())))
                        .setContentType(header.getContentType())
                        .setDirect(DirectPointer.newBuilder().setPayloadId(version)))
                .build();
        payloads.put(topic + "/" + version, bytes);
        byKey.put(header.getIdempotencyKey(), record);
        change(topic, builder -> {
            builder.setNewestVersion(version).addVersions(record);
            if (!header.getStage()) {
                builder.addPublications(
                        0, Publication.newBuilder().setVersion(version).setScope(Scopes.GLOBAL));
            }
        });
        return record;
    }

    synchronized @Nullable VersionRecord byKey(String key) {
        return byKey.get(key);
    }

    synchronized void pin(String topic, long version) {
        change(
                topic,
                head -> head.clearPins()
                        .addPins(Pin.newBuilder().setVersion(version).setScope(Scopes.GLOBAL)));
    }

    synchronized void unpin(String topic) {
        change(topic, TopicHead.Builder::clearPins);
    }

    synchronized void quarantine(String topic, long version) {
        change(topic, head -> {
            head.addWithdrawn(version);
            for (VersionRecord.Builder record : head.getVersionsBuilderList()) {
                if (record.getVersion() == version) {
                    record.setQuarantine(Quarantine.getDefaultInstance());
                }
            }
        });
    }

    /** Takes all publications back without saying so: then offers have no reason for lower versions. */
    synchronized void forgetPublication(String topic, long version) {
        change(topic, head -> {
            List<Publication> left = new ArrayList<>(head.getPublicationsList());
            left.removeIf(publication -> publication.getVersion() == version);
            head.clearPublications().addAllPublications(left);
        });
    }

    /** Puts an older head back, as of a backup, in a new epoch. Numbers go on. */
    synchronized void restore(TopicHead backup) {
        TopicHead now = head(backup.getTopic());
        heads.put(
                backup.getTopic(),
                backup.toBuilder()
                        .setEpoch(now.getEpoch() + 1)
                        .setRevision(backup.getRevision() + 1)
                        .setNewestVersion(now.getNewestVersion())
                        .build());
    }

    /** As {@link #restore}, where what came after the backup is lost without a trace: its numbers are given again. */
    synchronized void restoreWithoutTrace(TopicHead backup) {
        restore(backup);
        change(backup.getTopic(), head -> head.setNewestVersion(backup.getNewestVersion()));
    }

    /** A change that alters nothing but the revision. */
    synchronized void touch(String topic) {
        change(topic, head -> {});
    }

    synchronized void omitMetadata(String topic) {
        change(topic, head -> head.getVersionsBuilderList().forEach(record -> record.setMetadataOmitted(true)));
    }

    /** From now on these bytes are sent, whatever was published. */
    synchronized void corrupt(String topic, long version, byte[] bytes) {
        payloads.put(topic + "/" + version, ByteString.copyFrom(bytes));
    }

    synchronized void ridesAlong(int bytes) {
        ridesAlong = bytes;
    }

    synchronized void nextPollMs(int millis) {
        nextPollMs = millis;
    }

    /** Changes each offer on its way. */
    synchronized void forge(UnaryOperator<Offer> change) {
        forge = change;
    }

    synchronized TopicHead head(String topic) {
        return heads.getOrDefault(
                topic, TopicHead.newBuilder().setTopic(topic).setEpoch(EPOCH).build());
    }

    synchronized ByteString payload(String topic, long version) {
        return payloads.getOrDefault(topic + "/" + version, ByteString.EMPTY);
    }

    synchronized @Nullable VersionRecord record(String topic, long version) {
        return Heads.record(head(topic), version);
    }

    synchronized PollResponse answer(PollRequest request) {
        PollResponse.Builder answer = PollResponse.newBuilder().setNextPollMs(nextPollMs);
        for (TopicState state : request.getTopicsList()) {
            Offer offer = heads.containsKey(state.getTopic()) ? offer(state, request.getConsumer()) : null;
            if (offer != null) {
                answer.addOffers(forge.apply(offer));
            }
        }
        return answer.build();
    }

    Offer offer(String topic, TopicHead head, Consumer consumer, boolean along) {
        long version = Resolution.of(head, consumer).version();
        Offer.Builder offer = Offer.newBuilder()
                .setTopic(topic)
                .setEpoch(head.getEpoch())
                .setRevision(head.getRevision())
                .setVersion(version)
                .setHead(Heads.narrow(head, consumer));
        ByteString bytes = payload(topic, version);
        if (along && version > 0 && bytes.size() <= ridesAlong) {
            offer.setPayload(bytes).setHasPayload(true);
        }
        return offer.build();
    }

    private @Nullable Offer offer(TopicState state, Consumer consumer) {
        TopicHead head = head(state.getTopic());
        Offer offer = offer(state.getTopic(), head, consumer, true);
        if (offer.getVersion() != state.getVersion()) {
            return offer;
        }
        if (head.getEpoch() != state.getEpoch()) {
            return offer;
        }
        return head.getRevision() == state.getRevision()
                ? null
                : offer.toBuilder().clearHead().clearPayload().clearHasPayload().build();
    }

    private void change(String topic, java.util.function.Consumer<TopicHead.Builder> change) {
        TopicHead.Builder head = head(topic).toBuilder();
        change.accept(head);
        heads.put(topic, head.setRevision(head.getRevision() + 1).build());
    }
}
