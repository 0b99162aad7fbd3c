package io.octavo.server.payload;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.server.payload.UploadLedger.Upload;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What every upload ledger does. */
public abstract class UploadLedgerContract {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final LocalDate DAY = LocalDate.of(2026, 3, 1);

    private Instant now = NOON;
    private final UploadLedger ledger = ledger(() -> now);

    /** A new ledger with that clock, and nothing on it. */
    protected abstract UploadLedger ledger(InstantSource clock);

    @Test
    void anEmptyLedgerHasTodayOnly() {
        assertThat(ledger.days()).containsExactly(DAY);
        assertThat(uploads(DAY)).isEmpty();
    }

    @Test
    void uploadsAreFoundByTheirDayUntilTheyAreStruckOff() {
        assertThat(ledger.started("a", 1, true)).isEqualTo(new Origin(ledger.installation(), "a", 0, NOON));
        ledger.started("b", 2, false);
        now = NOON.plusSeconds(86_400);
        ledger.started("a", 3, true);

        assertThat(ledger.days()).containsExactly(DAY, DAY.plusDays(1));
        Upload first = new Upload(DAY, 1, "a", true, NOON, null);
        assertThat(uploads(DAY)).containsExactly(first, new Upload(DAY, 2, "b", false, NOON, null));
        assertThat(uploads(LocalDate.ofInstant(now, ZoneOffset.UTC)))
                .containsExactly(new Upload(DAY.plusDays(1), 3, "a", true, now, null));

        ledger.remove(first);
        ledger.remove(first);
        assertThat(uploads(DAY)).extracting(Upload::uploadId).containsExactly(2L);
    }

    @Test
    void daysAreOnTheListFromWhenTheyComeUntilNothingIsLeftOfThem() {
        ledger.started("a", 1, true);
        assertThat(ledger.days()).containsExactly(DAY);
        now = NOON.plusSeconds(2 * 86_400);
        assertThat(ledger.days()).as("whether anybody looks or not").containsExactly(day(0), day(1), day(2));

        ledger.removeIfEmpty(day(0));
        ledger.removeIfEmpty(day(1));
        ledger.removeIfEmpty(day(1));
        assertThat(ledger.days()).containsExactly(day(0), day(2));
        Upload upload = uploads(DAY).get(0);
        ledger.remove(upload);
        ledger.removeIfEmpty(day(0));
        assertThat(ledger.days()).containsExactly(day(2));

        ledger.aborted(upload, now);
        assertThat(ledger.days()).as("a late note is found").containsExactly(day(0), day(2));
    }

    @Test
    void aListThatBeginsLateHasTheDaysOfAllUploads() {
        ledger.started("a", 1, true);
        now = NOON.plusSeconds(2 * 86_400);
        ledger.started("a", 2, true);
        now = NOON.plusSeconds(86_400);
        assertThat(ledger.days()).as("one's clock is ahead").containsExactly(day(0), day(1), day(2));
    }

    @Test
    void todayIsOnTheListWhoeverHasTakenItOff() {
        now = NOON.plusSeconds(5 * 86_400);
        assertThat(ledger.days()).containsExactly(day(5));
        now = NOON;
        assertThat(ledger.days()).containsExactly(day(0), day(5));
    }

    @Test
    void whoSleepsBeforeHeWritesIsOnADayThatIsStillOnTheList() {
        Instant awake = NOON.plusSeconds(3 * 86_400);
        Iterator<Instant> times = List.of(NOON, awake).iterator();
        UploadLedger sleeper = ledger(() -> times.hasNext() ? times.next() : awake);
        assertThat(sleeper.started("a", 1, true).started()).isEqualTo(awake);
        assertThat(uploads(sleeper, day(3))).containsExactly(new Upload(day(3), 1, "a", true, awake, null));
    }

    @Test
    void everyIdIsShown() {
        List<Long> ids = LongStream.range(0, 64).mapToObj(i -> i << 57).collect(Collectors.toList());
        ids.add((1L << 58) - 1);
        ids.add(Long.MAX_VALUE);
        ids.forEach(id -> ledger.started("a", id, true));
        assertThat(uploads(DAY)).extracting(Upload::uploadId).containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void whenAnUploadWasGivenUpIsKept() {
        ledger.started("a", 1, true);
        Upload upload = uploads(DAY).get(0);
        Instant later = NOON.plusSeconds(5);
        ledger.aborted(upload, later);
        Upload aborted = new Upload(DAY, 1, "a", true, NOON, later);
        assertThat(uploads(DAY)).containsExactly(aborted);

        ledger.remove(upload);
        ledger.aborted(upload, later);
        assertThat(uploads(DAY)).as("a late note is complete").containsExactly(aborted);
    }

    @Test
    void aVisitorMayLeaveEarly() {
        for (long id = 1; id <= 5; id++) {
            ledger.started("a", id << 58, true);
        }
        List<Long> seen = new ArrayList<>();
        ledger.visit(DAY, upload -> {
            seen.add(upload.uploadId());
            return seen.size() < 3;
        });
        assertThat(seen).hasSize(3);
    }

    private static LocalDate day(int after) {
        return DAY.plusDays(after);
    }

    private List<Upload> uploads(LocalDate day) {
        return uploads(ledger, day);
    }

    private static List<Upload> uploads(UploadLedger ledger, LocalDate day) {
        List<Upload> uploads = new ArrayList<>();
        ledger.visit(day, uploads::add);
        uploads.sort(Comparator.comparingLong(Upload::uploadId));
        return uploads;
    }
}
