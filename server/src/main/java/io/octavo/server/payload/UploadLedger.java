package io.octavo.server.payload;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The list of payloads that were started, written before their first byte, so that what was never committed can be
 * found and removed. Calls block, with a time-out of the store's.
 */
public interface UploadLedger {
    /**
     * An upload of the list.
     *
     * @param day      the day it was started, in UTC
     * @param uploadId also the payload's id; random and not negative
     * @param direct   kept beside the metadata; false = in S3
     * @param started  by the clock of the node that took it in
     * @param aborted  when the sweep had given it up and removed its bytes; null = not yet
     */
    record Upload(
            LocalDate day,
            long uploadId,
            String topic,
            boolean direct,
            Instant started,
            @Nullable Instant aborted) {}

    /**
     * Notes an upload; durable on return.
     *
     * @param uploadId also the payload's id
     * @param direct   kept beside the metadata; false = in S3
     * @return what its objects are to say of themselves
     */
    Origin started(String topic, long uploadId, boolean direct);

    /** The mark of this installation, which its objects bear; never changes. */
    String installation();

    /**
     * The days of which there may be uploads, oldest first. Asking adds those that have come since the last time, up to
     * today: who notes an upload has nothing to do with it.
     */
    List<LocalDate> days();

    /** Takes a day off the list, should there be no uploads of it; nobody may be noting any of it still. */
    void removeIfEmpty(LocalDate day);

    /** Shows the uploads of a day, in no order, until the visitor has seen enough and says false. */
    void visit(LocalDate day, Predicate<Upload> visitor);

    /** Notes that an upload was given up and its bytes removed. */
    void aborted(Upload upload, Instant at);

    /** Strikes an upload off the list; harmless if it isn't there. */
    void remove(Upload upload);
}
