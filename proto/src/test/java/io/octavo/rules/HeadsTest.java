package io.octavo.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Deletion;
import io.octavo.protocol.Hold;
import io.octavo.protocol.Settings;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HeadsTest {
    private static final Consumer BLUE = Fleet.consumer("eu", "recs", "blue", "instance");
    /** What a newer node might have added to any message. */
    private static final UnknownFieldSet FROM_THE_FUTURE = UnknownFieldSet.newBuilder()
            .addField(
                    900,
                    UnknownFieldSet.Field.newBuilder()
                            .addLengthDelimited(ByteString.copyFromUtf8("new"))
                            .build())
            .build();

    @Test
    void epochOrdersBeforeRevision() {
        assertThat(Heads.compare(1, 5, 1, 5)).isZero();
        assertThat(Heads.compare(1, 5, 1, 6)).isNegative();
        assertThat(Heads.compare(1, 6, 1, 5)).isPositive();
        assertThat(Heads.compare(2, 1, 1, 1_000_000)).isPositive();
        assertThat(Heads.compare(1, 1_000_000, 2, 1)).isNegative();
    }

    @Test
    void aHeadIsNewerIfItsPositionIsHigher() {
        TopicHead head = Fleet.head().setRevision(5).build();
        assertThat(Heads.isNewer(head, head)).isFalse();
        assertThat(Heads.isNewer(head.toBuilder().setRevision(6).build(), head)).isTrue();
        assertThat(Heads.isNewer(head, head.toBuilder().setRevision(6).build())).isFalse();
        assertThat(Heads.isNewer(head.toBuilder().setEpoch(2).setRevision(1).build(), head))
                .isTrue();
    }

    @Test
    void findsTheRecordOfEveryVersionNamed() {
        TopicHead head = TopicHead.newBuilder()
                .addAllVersions(List.of(Fleet.record(2), Fleet.record(3), Fleet.record(7), Fleet.record(40)))
                .build();
        for (VersionRecord record : head.getVersionsList()) {
            assertThat(Heads.record(head, record.getVersion())).isSameAs(record);
        }
        for (long version : new long[] {-1, 0, 1, 4, 6, 8, 39, 41, Long.MAX_VALUE}) {
            assertThat(Heads.record(head, version)).isNull();
        }
        assertThat(Heads.record(TopicHead.getDefaultInstance(), 1)).isNull();
    }

    @Test
    void narrowKeepsWhatMatchesTheConsumerAndWhatItNames() {
        TopicHead head = Fleet.head(5L)
                .setSettings(Settings.newBuilder().setOwner("pricing"))
                .addHolds(Hold.newBuilder().setVersion(1))
                .addPublications(Fleet.publication(9, "region=us"))
                .addPublications(Fleet.publication(8, "*", "salt", 8596))
                .addPublications(Fleet.publication(7, "*", "salt", 8597))
                .addPublications(Fleet.publication(3, "app=recs"))
                .addPins(Fleet.pin(5, "region=eu"))
                .addPins(Fleet.pin(6, "region=us"))
                .addWithdrawn(4)
                .build();
        TopicHead narrow = Heads.narrow(head, BLUE);
        assertThat(narrow.getPublicationsList()).containsExactly(head.getPublications(2), head.getPublications(3));
        assertThat(narrow.getPinsList()).containsExactly(head.getPins(0));
        assertThat(narrow.getVersionsList()).containsExactly(Fleet.record(3), Fleet.quarantined(5), Fleet.record(7));
        assertThat(narrow.hasSettings()).isFalse();
        assertThat(narrow.getHoldsList()).isEmpty();
    }

    @Test
    void narrowKeepsPositionWithdrawnAndDeletion() {
        TopicHead head = Fleet.head()
                .setRevision(12)
                .setNewestVersion(9)
                .setBaseVersion(1)
                .setLastEventMs(1234)
                .addWithdrawn(4)
                .setDeletion(Deletion.newBuilder().setReason("over"))
                .build();
        assertThat(Heads.narrow(head, BLUE))
                .isEqualTo(head.toBuilder().clearVersions().build());
    }

    @Test
    void fieldsOfANewerNodeSurviveARoundTripThroughTheBuilder() throws InvalidProtocolBufferException {
        byte[] fromNewerNode = fromNewerNode().toByteArray();
        TopicHead.Builder changed = TopicHead.parseFrom(fromNewerNode).toBuilder();
        changed.setRevision(changed.getRevision() + 1).addPins(Fleet.pin(9, "*"));
        TopicHead read = TopicHead.parseFrom(changed.build().toByteArray());
        assertKeepsUnknownFields(read);
        assertThat(read.toBuilder().setRevision(0).removePins(1).build()).isEqualTo(fromNewerNode());
    }

    @Test
    void fieldsOfANewerNodeSurviveNarrowing() throws InvalidProtocolBufferException {
        assertKeepsUnknownFields(
                TopicHead.parseFrom(Heads.narrow(fromNewerNode(), BLUE).toByteArray()));
    }

    @Test
    void narrowTwiceIsNarrowOnce() {
        Seeds.forEach(300, random -> {
            History history = new History(true, Fleet::scope);
            for (int i = 0; i < 20; i++) {
                history.change(random);
            }
            Consumer consumer = Fleet.consumer(random);
            TopicHead narrow = Heads.narrow(history.head(), consumer);
            assertThat(Heads.narrow(narrow, consumer)).isEqualTo(narrow);
        });
    }

    private static TopicHead fromNewerNode() {
        return Fleet.head()
                .setUnknownFields(FROM_THE_FUTURE)
                .addPublications(Fleet.publication(3, "*").toBuilder().setUnknownFields(FROM_THE_FUTURE))
                .addPins(Fleet.pin(3, "*").toBuilder().setUnknownFields(FROM_THE_FUTURE))
                .setVersions(2, Fleet.record(3).toBuilder().setUnknownFields(FROM_THE_FUTURE))
                .build();
    }

    private static void assertKeepsUnknownFields(TopicHead head) {
        assertThat(List.of(
                        head.getUnknownFields(),
                        head.getPublications(0).getUnknownFields(),
                        head.getPins(0).getUnknownFields(),
                        Fleet.recordOf(head, 3).getUnknownFields()))
                .containsOnly(FROM_THE_FUTURE);
    }
}
