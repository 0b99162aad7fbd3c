package io.octavo.server.subscribe;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Publication;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import io.octavo.rules.Shares;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Older versions that stand in for one whose payload is missing.
 *
 * @param records complete, with their publications, newest first
 * @param settled whether they were found by all that can be known; false = to be looked for again
 */
record StandIns(List<VersionRecord> records, boolean settled) {
    /** Nobody has looked for them yet. */
    static final StandIns UNKNOWN = new StandIns(List.of(), false);

    StandIns {
        records = List.copyOf(records);
    }

    /** The newest that was published to a consumer; {@link Resolution#NOTHING} if none was. */
    Resolution resolve(Consumer consumer) {
        for (VersionRecord record : records) {
            for (Publication publication : record.getPublicationsList()) {
                if (!publication.hasWithdrawal()
                        && Scopes.matches(publication.getScope(), consumer)
                        && Shares.includes(publication, consumer.getInstance())) {
                    return new Resolution(record.getVersion(), false, publication.getScope());
                }
            }
        }
        return Resolution.NOTHING;
    }

    @Nullable
    VersionRecord record(long version) {
        return records.stream()
                .filter(record -> record.getVersion() == version)
                .findFirst()
                .orElse(null);
    }
}
