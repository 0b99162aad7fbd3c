package io.octavo.server.topic;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Publication;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Scopes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/** Which publications stand in a head: a function of the version rows. */
final class Publications {
    /** The order in which heads list publications. */
    static final Comparator<Publication> NEWEST_FIRST = Comparator.comparingLong(Publication::getVersion)
            .reversed()
            .thenComparing(Publication::getScope, Scopes.ORDER);

    private Publications() {}

    /** The publications and withdrawn versions of a head, as its version rows give them. */
    record Fold(List<Publication> publications, List<Long> withdrawn) {}

    /**
     * Folds version rows, newest first, into what the head says of them. Stops reading at the newest version that
     * everybody may run: all below it are covered.
     *
     * @param base versions up to this number belong to an earlier life of the topic
     */
    static Fold fold(Iterator<VersionRecord> newestFirst, long base) {
        List<Publication> standing = new ArrayList<>();
        List<Long> takenBack = new ArrayList<>();
        while (newestFirst.hasNext()) {
            VersionRecord row = newestFirst.next();
            if (row.getVersion() <= base) {
                break;
            }
            if (isTakenBack(row)) {
                takenBack.add(row.getVersion());
            }
            List<Publication> ofRow = standing(row);
            standing.addAll(ofRow);
            if (ofRow.stream().anyMatch(Publications::isForEverybody)) {
                break;
            }
        }
        List<Publication> pruned = prune(standing);
        return new Fold(pruned, withdrawn(takenBack, pruned));
    }

    /** Leaves out every publication that a higher, full one of the same or a wider scope covers; sorts the rest. */
    static List<Publication> prune(List<Publication> publications) {
        List<Publication> kept = new ArrayList<>();
        for (Publication publication : publications) {
            if (publications.stream().noneMatch(other -> covers(other, publication))) {
                kept.add(publication);
            }
        }
        kept.sort(NEWEST_FIRST);
        return kept;
    }

    /** Of versions that were taken back, those above the lowest published one, ascending; none if none is published. */
    static List<Long> withdrawn(List<Long> takenBack, List<Publication> publications) {
        if (publications.isEmpty()) {
            return List.of();
        }
        long lowest =
                publications.stream().mapToLong(Publication::getVersion).min().getAsLong();
        return takenBack.stream().filter(version -> version > lowest).sorted().toList();
    }

    /** The publications of a version that count, as heads have them. */
    private static List<Publication> standing(VersionRecord row) {
        if (row.hasQuarantine() || row.hasDeletion()) {
            return List.of();
        }
        return row.getPublicationsList().stream()
                .filter(publication -> !publication.hasWithdrawal())
                .toList();
    }

    /** Whether a version may be served to a consumer by a publication to all of a scope. */
    static boolean isPublishedTo(VersionRecord row, Consumer consumer) {
        return standing(row).stream()
                .anyMatch(publication -> !publication.hasShare() && Scopes.matches(publication.getScope(), consumer));
    }

    private static boolean isTakenBack(VersionRecord row) {
        boolean deletedByHand = row.hasDeletion() && !row.getDeletion().getCollected();
        return row.hasQuarantine()
                || deletedByHand
                || row.getPublicationsList().stream().anyMatch(Publication::hasWithdrawal);
    }

    private static boolean isForEverybody(Publication publication) {
        return !publication.hasShare() && publication.getScope().equals(Scopes.GLOBAL);
    }

    private static boolean covers(Publication higher, Publication lower) {
        return higher.getVersion() > lower.getVersion()
                && !higher.hasShare()
                && Scopes.covers(higher.getScope(), lower.getScope());
    }
}
