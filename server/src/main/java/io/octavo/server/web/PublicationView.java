package io.octavo.server.web;

import io.octavo.protocol.Publication;
import io.octavo.rules.Scopes;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A version published to a scope.
 *
 * @param version     null where the version is said around it
 * @param share       the part of the instances, in percent; null = all
 * @param withdrawnAt null = it stands
 */
record PublicationView(
        String scope,
        @Nullable Long version,
        @Nullable Double share,
        Instant at,
        String by,
        @Nullable Instant withdrawnAt) {
    private static final double BOUNDS_PER_PERCENT = 100;

    static PublicationView inTopic(Publication publication) {
        return of(publication, publication.getVersion());
    }

    static PublicationView inVersion(Publication publication) {
        return of(publication, null);
    }

    private static PublicationView of(Publication publication, @Nullable Long version) {
        return new PublicationView(
                Scopes.format(publication.getScope()),
                version,
                publication.hasShare() ? publication.getShare().getBound() / BOUNDS_PER_PERCENT : null,
                Instant.ofEpochMilli(publication.getAtMs()),
                publication.getBy(),
                publication.hasWithdrawal()
                        ? Instant.ofEpochMilli(publication.getWithdrawal().getAtMs())
                        : null);
    }
}
