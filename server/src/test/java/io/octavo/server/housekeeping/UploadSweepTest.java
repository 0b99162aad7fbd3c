package io.octavo.server.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.Part;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.NoFallback;
import io.octavo.server.housekeeping.Interposed.Killed;
import io.octavo.server.payload.InMemoryUploadLedger;
import io.octavo.server.payload.UploadLedger;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class UploadSweepTest {
    private static final Duration MARGIN = Duration.ofHours(24);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private TestTime time = new TestTime();
    private InMemoryTopicLog log = new InMemoryTopicLog(time);
    private InMemoryUploadLedger ledger = new InMemoryUploadLedger(time);
    private TestBytes bytes = new TestBytes();
    private UploadSweep sweep = sweep(step -> {});

    private UploadSweep sweep(Consumer<String> hook) {
        return new UploadSweep(
                Interposed.of(UploadLedger.class, ledger, hook),
                new Owners(Interposed.of(TopicLog.class, log, hook), NoFallback.cache(), MARGIN, time),
                Interposed.of(UnownedBytes.class, bytes, hook),
                new HousekeepingConfig.Sweep(
                        Duration.ofMinutes(10), MARGIN, 10_000, Duration.ofHours(24), 100, Duration.ofDays(400)),
                time,
                time,
                meters);
    }

    @Test
    void whatIsYoungerThanTheMarginIsLeftAlone() {
        upload(1, true);
        time.pass(MARGIN.minusMillis(1));
        assertThat(Runs.of(sweep).examinedCount()).isZero();
        assertThat(bytes.kept()).hasSize(1);
        commit(1);
    }

    @Test
    void whatBecamePartOfAVersionIsOnlyStruckOffTheList() {
        upload(1, true);
        upload(2, false);
        commit(1);
        commit(2);
        time.pass(MARGIN);
        Run run = Runs.of(sweep);
        assertThat(run.examinedCount()).isEqualTo(2);
        assertThat(run.doneCount()).isZero();
        assertThat(bytes.kept()).containsExactly("direct/1", "eu/2", "us/2");
        assertThat(ledger.uploads()).isEmpty();
        assertCounted("committed", 2);
    }

    @Test
    void whatWasNeverCommittedIsRemovedEverywhereAndCanNotBeCommittedAnyMore() {
        upload(1, true);
        upload(2, false);
        time.pass(MARGIN);
        assertThat(Runs.of(sweep).doneCount()).isEqualTo(2);
        assertThat(bytes.kept()).isEmpty();
        assertThatThrownBy(() -> commit(1)).isInstanceOf(ServiceException.class).hasMessageContaining("given up");
        assertThatThrownBy(() -> commit(2)).isInstanceOf(ServiceException.class);
        assertCounted("aborted", 2);
    }

    @Test
    void whatASlowWriterStoresAfterwardsIsRemovedAMarginLater() {
        upload(1, false);
        time.pass(MARGIN);
        Runs.of(sweep);
        bytes.storeAll(1, false);
        time.pass(MARGIN.minusMillis(1));
        Runs.of(sweep);
        assertThat(bytes.kept()).hasSize(2);
        time.pass(Duration.ofDays(1));
        assertThat(Runs.of(sweep).doneCount()).isEqualTo(1);
        assertThat(bytes.kept()).isEmpty();
        assertThat(ledger.uploads()).isEmpty();
        assertCounted("removed", 1);
    }

    @Test
    void whileARegionIsAwayTheUploadStaysOnTheList() {
        upload(1, false);
        bytes.away("us", true);
        time.pass(MARGIN.multipliedBy(2));
        Run failed = Runs.of(sweep);
        assertThat(failed.error()).isEqualTo("away: [us]");
        assertThat(bytes.kept()).containsExactly("us/1");
        assertThat(ledger.uploads()).hasSize(1);
        bytes.away("us", false);
        assertThat(Runs.of(sweep).doneCount()).isEqualTo(1);
        assertThat(bytes.kept()).isEmpty();
        bytes.away("us", true);
        time.pass(MARGIN);
        Runs.of(sweep);
        assertThat(ledger.uploads()).as("the second look counts too").hasSize(1);
        assertCounted("failed", 2);
    }

    @Test
    void aRegionThatIsAwayDoesNotKeepDirectPayloads() {
        for (int id = 1; id <= 20; id++) {
            upload(id, id > 15);
        }
        bytes.away("us", true);
        time.pass(MARGIN.multipliedBy(2));
        Run run = Runs.of(sweep);
        assertThat(run.doneCount()).isEqualTo(5);
        assertCounted("failed", 5);
        assertThat(bytes.kept()).noneMatch(place -> place.startsWith("direct/"));
    }

    @Test
    void unfinishedUploadsAreGivenUp() {
        bytes.unfinished(3);
        assertThat(Runs.of(sweep).failedCount()).isZero();
        assertThat(meters.get("octavo.gc.unfinished").counter().count()).isEqualTo(3);
        bytes.away("eu", true);
        assertThat(Runs.of(sweep).failedCount()).isEqualTo(1);
    }

    @Test
    void aRunThatMayNotGoOnLeavesTheRestToTheNext() {
        for (int id = 1; id <= 10; id++) {
            upload(id, true);
        }
        time.pass(MARGIN.multipliedBy(2));
        assertThat(Runs.steps(sweep, 4).doneCount()).isEqualTo(3);
        assertThat(Runs.of(sweep).doneCount()).isEqualTo(7);
    }

    @Test
    void aDayThatIsNotOverIsLookedThroughOnlyNowAndThen() {
        AtomicInteger visits = new AtomicInteger();
        UploadSweep counted = sweep(step -> visits.addAndGet(step.equals("before visit") ? 1 : 0));
        upload(1, true);
        time.pass(MARGIN);
        Runs.of(counted);
        Runs.of(counted);
        time.pass(MARGIN.dividedBy(4).minusMillis(1));
        Runs.of(counted);
        assertThat(visits).hasValue(1);
        time.pass(Duration.ofMillis(1));
        Runs.of(counted);
        assertThat(visits).hasValue(2);
    }

    @Test
    void aDayThatCanNotBeReadKeepsNobodyFromTheOthers() {
        upload(1, true);
        time.pass(Duration.ofDays(1));
        upload(2, true);
        time.pass(MARGIN);
        AtomicInteger visits = new AtomicInteger();
        UploadSweep sweep = sweep(step -> {
            if (step.equals("before visit") && visits.getAndIncrement() == 0) {
                throw new IllegalStateException("unreadable");
            }
        });
        Run run = Runs.of(sweep);
        assertThat(run.error()).isEqualTo("unreadable");
        assertThat(run.doneCount()).isEqualTo(1);
        assertThat(bytes.kept()).containsExactly("direct/1");
        assertThat(Runs.of(sweep).failedCount()).isZero();
        assertThat(bytes.kept()).isEmpty();
    }

    @Test
    void aDayIsTakenOffTheListADayAfterItsEndOnceNothingIsLeftOfIt() {
        LocalDate day = LocalDate.ofInstant(time.instant(), ZoneOffset.UTC);
        Instant end = day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        upload(1, true);
        upload(2, true);
        commit(1);
        assertThat(ledger.days()).containsExactly(day);
        time.pass(Duration.between(time.instant(), end).plusDays(1).minusMillis(1));
        Runs.of(sweep);
        time.pass(Duration.ofMillis(1));
        Runs.of(sweep);
        assertThat(ledger.days()).as("to be looked at again").contains(day);
        time.pass(MARGIN);
        Runs.of(sweep);
        assertThat(ledger.days()).as("struck off just now").contains(day);
        Runs.of(sweep);
        assertThat(ledger.days()).doesNotContain(day).contains(day.plusDays(2));
    }

    @Test
    void aDayThatIsNotLongOverStaysOnTheList() {
        LocalDate day = LocalDate.ofInstant(time.instant(), ZoneOffset.UTC);
        Runs.of(sweep);
        time.pass(Duration.ofHours(36).minusMillis(1));
        Runs.of(sweep);
        assertThat(ledger.days()).contains(day);
        time.pass(Duration.ofMillis(1));
        Runs.of(sweep);
        assertThat(ledger.days()).doesNotContain(day);
    }

    @Test
    void aRunThatIsKilledBetweenAnyTwoStepsIsDoneAgainByTheNext() {
        int step = 0;
        while (killedAt(step)) {
            step++;
        }
        assertThat(step).isGreaterThan(20);
    }

    /** Whether there was such a step. */
    private boolean killedAt(int fatal) {
        time = new TestTime();
        log = new InMemoryTopicLog(time);
        ledger = new InMemoryUploadLedger(time);
        bytes = new TestBytes();
        upload(1, true);
        upload(2, false);
        upload(3, true);
        upload(4, false);
        commit(1);
        commit(2);
        AtomicInteger steps = new AtomicInteger();
        boolean killed = false;
        for (int run = 0; run < 2; run++) {
            time.pass(MARGIN.multipliedBy(2));
            UploadSweep mortal = sweep(at -> {
                if (steps.getAndIncrement() == fatal) {
                    throw new Killed(at);
                }
            });
            try {
                Runs.of(mortal);
            } catch (Killed e) {
                killed = true;
                if (ledger.uploads().stream().anyMatch(upload -> upload.uploadId() == 4)) {
                    bytes.storeAll(4, false);
                }
            }
        }
        for (int run = 0; run < 3; run++) {
            Runs.of(sweep(at -> {}));
            time.pass(MARGIN.multipliedBy(2));
        }
        assertThat(bytes.kept()).as("killed at step %s", fatal).containsExactly("direct/1", "eu/2", "us/2");
        assertThat(ledger.uploads()).as("killed at step %s", fatal).isEmpty();
        return killed;
    }

    private void upload(long id, boolean direct) {
        ledger.started("topic", id, direct);
        bytes.storeAll(id, direct);
    }

    private void commit(long id) {
        Part part = Part.newBuilder()
                .setDirect(DirectPointer.newBuilder().setPayloadId(id))
                .build();
        new TopicCommits(
                        log,
                        () -> {},
                        head -> {},
                        time,
                        BoundedPatience.within(Duration.ofSeconds(5)),
                        new SimpleMeterRegistry())
                .commit(
                        "topic",
                        new PublishVersion(List.of(part), Map.of(), List.of(Scopes.GLOBAL), null, false, null, id, ""),
                        "tester",
                        null);
    }

    private void assertCounted(String outcome, int count) {
        assertThat(meters.get("octavo.gc.uploads")
                        .tag("outcome", outcome)
                        .counter()
                        .count())
                .isEqualTo(count);
    }
}
