package io.octavo.server.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.Deletion;
import io.octavo.protocol.Horizon;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.server.retention.Verdict;
import io.octavo.server.retention.Why;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RetentionPassTest {
    private final RetentionPass pass = new RetentionPass(
            TopicHead.newBuilder()
                    .setHorizon(Horizon.newBuilder().setAtMs(50))
                    .addWithdrawn(7)
                    .build(),
            Duration.ofMillis(10),
            Instant.ofEpochMilli(100));

    @Test
    void ofWhatGoesTheOldestAreKeptAndAllAreCounted() {
        for (long version = 2_500; version > 0; version--) {
            pass.accept(new Verdict(row(version).build(), List.of()));
        }
        assertThat(pass.goes()).isEqualTo(2_500);
        assertThat(pass.live()).isEqualTo(2_500);
        assertThat(pass.going(3)).extracting(VersionRecord::getVersion).containsExactly(1L, 2L, 3L);
        assertThat(pass.going(10_000))
                .extracting(VersionRecord::getVersion)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, RetentionPass.MOST).boxed().toList());
    }

    @Test
    void whatWasGivenUpHasItsBytesToLoseAndThenItsRecord() {
        pass.accept(deleted(9, 0));
        pass.accept(deleted(8, 51));
        pass.accept(deleted(7, 50));
        pass.accept(deleted(6, 50));
        assertThat(pass.live()).isZero();
        assertThat(pass.bytesLeft()).extracting(VersionRecord::getVersion).containsExactly(9L);
        assertThat(pass.records()).as("7 is withdrawn, 8 too young").containsExactly(6L);
        assertThat(pass.hasWork()).isTrue();
    }

    @Test
    void whatWasDeletedByHandKeepsItsBytesForAWhileAndWhatWasCollectedDoesNot() {
        pass.accept(deletedAt(9, 91, false));
        pass.accept(deletedAt(8, 92, false));
        assertThat(pass.hasWork()).isFalse();
        assertThat(pass.nextAt()).isEqualTo(Instant.ofEpochMilli(101));
        pass.accept(deletedAt(7, 90, false));
        pass.accept(deletedAt(6, 100, true));
        assertThat(pass.bytesLeft()).extracting(VersionRecord::getVersion).containsExactly(7L, 6L);
    }

    @Test
    void theNextTimeIsTheFirstAtWhichSomethingGoes() {
        pass.accept(staying(3, null));
        assertThat(pass.nextAt()).isNull();
        pass.accept(staying(2, Instant.ofEpochMilli(9)));
        pass.accept(staying(1, Instant.ofEpochMilli(8)));
        assertThat(pass.nextAt()).isEqualTo(Instant.ofEpochMilli(8));
        assertThat(pass.hasWork()).isFalse();
    }

    private static Verdict staying(long version, @Nullable Instant until) {
        return new Verdict(row(version).build(), List.of(new Why(Why.Reason.YOUNG, "young", until)));
    }

    private static Verdict deleted(long version, long bytesGoneMillis) {
        return new Verdict(
                row(version)
                        .setDeletion(Deletion.newBuilder().setBy("x"))
                        .setBytesGoneMs(bytesGoneMillis)
                        .build(),
                List.of());
    }

    private static Verdict deletedAt(long version, long millis, boolean isCollected) {
        Deletion deletion =
                Deletion.newBuilder().setAtMs(millis).setCollected(isCollected).build();
        return new Verdict(row(version).setDeletion(deletion).build(), List.of());
    }

    private static VersionRecord.Builder row(long version) {
        return VersionRecord.newBuilder().setVersion(version);
    }
}
