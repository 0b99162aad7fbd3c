package io.octavo.server.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class VersionedHistoryTest {
    @Test
    void oneAfterAnotherIsRight() {
        assertThat(new VersionedHistory()
                        .read(0, 1, 0)
                        .wrote(2, 3, 1)
                        .read(4, 5, 1)
                        .wrote(6, 7, 2)
                        .read(8, 9, 2)
                        .violation())
                .isNull();
    }

    @Test
    void whatRunsAtTheSameTimeMaySeeEither() {
        VersionedHistory history = new VersionedHistory().wrote(0, 1, 1).wrote(10, 20, 2);
        assertThat(history.read(11, 19, 1).read(12, 18, 2).read(9, 21, 1).violation())
                .isNull();
        assertThat(history.read(19, 30, 2).violation()).isNull();
    }

    @Test
    void aStaleReadIsRefused() {
        assertThat(new VersionedHistory()
                        .wrote(0, 1, 1)
                        .wrote(2, 3, 2)
                        .read(4, 5, 1)
                        .violation())
                .isEqualTo("went back: read of revision 1 from 4 to 5 after write of revision 2 from 2 to 3");
        assertThat(new VersionedHistory().wrote(0, 1, 1).read(2, 3, 0).violation())
                .contains("went back");
    }

    @Test
    void aReadThatGoesBackBehindAnotherIsRefusedAlsoWhileTheWriteRuns() {
        assertThat(new VersionedHistory()
                        .wrote(0, 1, 1)
                        .wrote(2, 100, 2)
                        .read(3, 4, 2)
                        .read(5, 6, 1)
                        .violation())
                .contains("went back: read of revision 1 from 5 to 6 after read of revision 2");
    }

    @Test
    void whatNobodyHasBegunIsNotRead() {
        assertThat(new VersionedHistory().read(0, 1, 1).wrote(2, 3, 1).violation())
                .contains("seen before it was begun");
        assertThat(new VersionedHistory().wrote(0, 1, 1).read(2, 3, 2).violation())
                .contains("nothing can have made");
    }

    @Test
    void aWriteOfUnknownOutcomeMayHaveHappenedOnceAtAnyTimeSinceItBegan() {
        assertThat(new VersionedHistory()
                        .wroteMaybe(0)
                        .wrote(1, 2, 1)
                        .read(50, 51, 1)
                        .read(52, 53, 2)
                        .violation())
                .isNull();
        assertThat(new VersionedHistory().wroteMaybe(0).wrote(1, 2, 1).violation())
                .isNull();
        assertThat(new VersionedHistory().wroteMaybe(0).wrote(1, 2, 2).violation())
                .isNull();
        assertThat(new VersionedHistory().wroteMaybe(0).wrote(1, 2, 3).violation())
                .contains("nothing can have made");
        assertThat(new VersionedHistory().read(0, 1, 1).wroteMaybe(2).violation())
                .contains("nothing can have made");
        assertThat(new VersionedHistory()
                        .wroteMaybe(0)
                        .read(1, 2, 1)
                        .read(3, 4, 2)
                        .wroteMaybe(5)
                        .violation())
                .contains("nothing can have made");
    }

    @Test
    void writesAreInOrderAndEachHasARevisionOfItsOwn() {
        assertThat(new VersionedHistory().wrote(0, 1, 2).wrote(2, 3, 1).violation())
                .isNotNull();
        assertThat(new VersionedHistory().wrote(0, 5, 2).wrote(1, 4, 1).violation())
                .isNull();
        assertThat(new VersionedHistory().wrote(0, 5, 1).wrote(1, 4, 1).violation())
                .contains("made twice");
        assertThat(new VersionedHistory()
                        .wroteMaybe(0)
                        .read(1, 2, 1)
                        .wrote(3, 4, 1)
                        .violation())
                .isNotNull();
    }

    /** Deeds that happen at an instant, told with some slack around it: right; with one read a revision back: not. */
    @Test
    void whateverHappenedAtInstantsIsRightUntilOneReadIsMadeStale() {
        long seed = Long.getLong("octavo.seed", new Random().nextLong());
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            VersionedHistory history = new VersionedHistory();
            long revision = 0;
            for (long at = 100; at < 20_000; at += 1 + random.nextInt(100)) {
                long began = at - random.nextInt(100);
                long ended = at + random.nextInt(100);
                int kind = random.nextInt(10);
                if (kind < 4) {
                    revision++;
                    history.wrote(began, ended, revision);
                } else if (kind == 4) {
                    revision += random.nextInt(2);
                    history.wroteMaybe(began);
                } else {
                    history.read(began, ended, revision);
                }
            }
            assertThat(history.violation())
                    .as("octavo.seed=%s, round %s", seed, round)
                    .isNull();
            revision++;
            history.wrote(30_000, 30_001, revision);
            assertThat(history.violation())
                    .as("octavo.seed=%s, round %s", seed, round)
                    .isNull();
            history.read(30_002, 30_003, revision - 1 - random.nextInt((int) Math.min(3, revision)));
            assertThat(history.violation())
                    .as("octavo.seed=%s, round %s", seed, round)
                    .contains("went back");
        }
    }
}
