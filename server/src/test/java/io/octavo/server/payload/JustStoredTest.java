package io.octavo.server.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Digests;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class JustStoredTest {
    private static final ByteString BYTES = ByteString.copyFromUtf8("bytes");

    private final InMemoryDirectPayloads store = new InMemoryDirectPayloads();
    private final AtomicLong nanoTime = new AtomicLong();
    private final JustStored justStored = new JustStored(store, 1000, nanoTime::get);

    @Test
    void whatWasStoredIsThereWithoutTheStoreForAWhile() {
        justStored.store(1, BYTES);
        assertThat(store.read(1)).isEqualTo(BYTES);
        store.delete(1);

        assertThat(justStored.read(1)).isEqualTo(BYTES);
        assertThat(justStored.has(1)).isTrue();
        assertThat(justStored.ofNewest(head(1, BYTES))).isEqualTo(BYTES);

        nanoTime.addAndGet(JustStored.MOMENTS.toNanos());
        assertThat(justStored.has(1)).isFalse();
        assertThat(justStored.ofNewest(head(1, BYTES))).isNull();
        assertThatThrownBy(() -> justStored.read(1)).isInstanceOf(MissingPayload.class);
    }

    @Test
    void whatTheStoreRefusedIsNotThere() {
        store.store(1, ByteString.copyFromUtf8("others"));
        assertThatThrownBy(() -> justStored.store(1, BYTES)).isInstanceOf(IllegalStateException.class);
        assertThat(justStored.ofNewest(head(1, BYTES))).isNull();
    }

    @Test
    void whatIsDeletedIsGone() {
        justStored.store(1, BYTES);
        justStored.delete(1);
        assertThat(justStored.has(1)).isFalse();
        assertThat(store.has(1)).isFalse();
    }

    @Test
    void whatOthersStoredIsTakenIfItIsWhatTheHeadSays() {
        justStored.learn(head(7, BYTES), BYTES);
        assertThat(justStored.read(7)).isEqualTo(BYTES);

        justStored.learn(head(8, BYTES), ByteString.copyFromUtf8("bytez"));
        justStored.learn(head(8, BYTES), ByteString.copyFromUtf8("more bytes"));
        justStored.learn(head(8, BYTES).toBuilder().setNewestVersion(2).build(), BYTES);
        justStored.learn(TopicHead.getDefaultInstance(), BYTES);
        assertThat(justStored.has(8)).isFalse();
        assertThat(store.count()).isZero();
    }

    @Test
    void itsMemoryIsBoundedAndCanBeNothing() {
        for (int id = 1; id <= 100; id++) {
            justStored.store(id, BYTES);
            store.delete(id);
        }
        long there = 0;
        for (int id = 1; id <= 100; id++) {
            there += justStored.has(id) ? 1 : 0;
        }
        assertThat(there).isBetween(1L, 4L);

        JustStored none = new JustStored(store, 0, nanoTime::get);
        none.store(200, BYTES);
        assertThat(none.ofNewest(head(200, BYTES))).isNull();
        assertThat(none.read(200)).isEqualTo(BYTES);
    }

    private static TopicHead head(long payloadId, ByteString bytes) {
        return TopicHead.newBuilder()
                .setNewestVersion(1)
                .addVersions(VersionRecord.newBuilder()
                        .setVersion(1)
                        .addParts(Part.newBuilder()
                                .setSize(bytes.size())
                                .setSha256(ByteString.copyFrom(Digests.sha256(bytes.toByteArray())))
                                .setDirect(DirectPointer.newBuilder().setPayloadId(payloadId))))
                .build();
    }
}
