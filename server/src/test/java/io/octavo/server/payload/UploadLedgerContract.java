package io.octavo.server.payload;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.server.payload.UploadLedger.Upload;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
    void anEmptyLedgerHasNoDays() {
        assertThat(ledger.days()).isEmpty();
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
        for (int id = 1; id <= 5; id++) {
            ledger.started("a", id, true);
        }
        List<Long> seen = new ArrayList<>();
        ledger.visit(DAY, upload -> {
            seen.add(upload.uploadId());
            return seen.size() < 3;
        });
        assertThat(seen).hasSize(3);
    }

    private List<Upload> uploads(LocalDate day) {
        List<Upload> uploads = new ArrayList<>();
        ledger.visit(day, uploads::add);
        uploads.sort(Comparator.comparingLong(Upload::uploadId));
        return uploads;
    }
}
