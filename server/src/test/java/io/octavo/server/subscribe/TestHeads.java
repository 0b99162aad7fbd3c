package io.octavo.server.subscribe;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.Part;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Publication;
import io.octavo.protocol.S3Location;
import io.octavo.protocol.S3Pointer;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Digests;
import io.octavo.rules.Scopes;

/** Short ways to make heads and what is in them. */
final class TestHeads {
    static final long EPOCH = 1_700_000_000_000L;
    static final Consumer CONSUMER = Consumer.newBuilder()
            .setRegion("eu")
            .setApp("recs")
            .setCluster("blue")
            .setInstance("node-1")
            .build();

    private TestHeads() {}

    /** A head with one version, published to everybody; its payload is {@link #payload} of that version. */
    static TopicHead head(String topic, long revision, long version) {
        return empty(topic, revision)
                .setNewestVersion(version)
                .addPublications(publication(version, "*"))
                .addVersions(direct(version))
                .build();
    }

    static TopicHead.Builder empty(String topic, long revision) {
        return TopicHead.newBuilder()
                .setFormat(1)
                .setTopic(topic)
                .setEpoch(EPOCH)
                .setRevision(revision);
    }

    static Publication publication(long version, String scope) {
        return Publication.newBuilder()
                .setVersion(version)
                .setScope(Scopes.parse(scope))
                .build();
    }

    static Pin pin(long version, String scope) {
        return Pin.newBuilder()
                .setVersion(version)
                .setScope(Scopes.parse(scope))
                .setReason("a test")
                .build();
    }

    static VersionRecord direct(long version) {
        return direct(version, payload(version));
    }

    static VersionRecord direct(long version, ByteString bytes) {
        return record(
                version,
                Part.newBuilder()
                        .setSize(bytes.size())
                        .setSha256(ByteString.copyFrom(Digests.sha256(bytes.toByteArray())))
                        .setDirect(DirectPointer.newBuilder().setPayloadId(version)));
    }

    static VersionRecord inS3(long version, long size) {
        S3Location location = S3Location.newBuilder()
                .setRegion("eu")
                .setBucket("octavo")
                .setKey("payloads/" + version)
                .build();
        return record(
                version,
                Part.newBuilder()
                        .setSize(size)
                        .setS3(S3Pointer.newBuilder().setPayloadId(version).addLocations(location)));
    }

    static ByteString payload(long version) {
        return ByteString.copyFromUtf8("payload " + version);
    }

    private static VersionRecord record(long version, Part.Builder part) {
        return VersionRecord.newBuilder()
                .setVersion(version)
                .setRevision(version)
                .addParts(part)
                .build();
    }
}
