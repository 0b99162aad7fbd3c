package io.octavo.server.retention;

import io.octavo.protocol.VersionRecord;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a version.
 *
 * @param row  as it stands
 * @param whys all reasons why it stays; none if it is deleted
 */
public record Verdict(VersionRecord row, List<Why> whys) {
    public Verdict {
        whys = List.copyOf(whys);
    }

    public long version() {
        return row.getVersion();
    }

    /** Whether it was given up, by hand or by retention. */
    public boolean isDeleted() {
        return row.hasDeletion();
    }

    /** Whether nothing keeps it. */
    public boolean goes() {
        return !isDeleted() && whys.isEmpty();
    }

    /** When all reasons will have ended, at the earliest; null if some end otherwise than by time, or there are none. */
    public @Nullable Instant goesAt() {
        Instant latest = null;
        for (Why why : whys) {
            Instant until = why.until();
            if (until == null) {
                return null;
            }
            latest = latest == null || until.isAfter(latest) ? until : latest;
        }
        return latest;
    }
}
