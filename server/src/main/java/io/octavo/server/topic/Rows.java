package io.octavo.server.topic;

import io.octavo.protocol.Scope;
import io.octavo.protocol.VersionRecord;

/** Reading version rows. */
final class Rows {
    private Rows() {}

    /** Where in the row the publication to a scope is, withdrawn or not; -1 if it never was. */
    static int publicationIndex(VersionRecord row, Scope scope) {
        for (int i = 0; i < row.getPublicationsCount(); i++) {
            if (row.getPublications(i).getScope().equals(scope)) {
                return i;
            }
        }
        return -1;
    }
}
