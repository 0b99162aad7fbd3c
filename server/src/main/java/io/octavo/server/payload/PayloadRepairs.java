package io.octavo.server.payload;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The list of direct payloads that did not reach every datacentre when they were written, and how to write them there.
 * Calls block, with time-outs of the store's; they throw a {@link io.octavo.server.errors.ServiceException} UNAVAILABLE
 * if the store, or a datacentre that is needed, can't answer.
 */
public interface PayloadRepairs {
    /**
     * A payload to be repaired.
     *
     * @param noted when it was found that it is needed; null if that is not known
     */
    record Repair(LocalDate day, long payloadId, @Nullable Instant noted) {}

    /**
     * A payload as it was stored.
     *
     * @param writtenMicros the store's time of that write
     */
    record Kept(ByteString bytes, long writtenMicros) {}

    /** The days of which there are repairs, oldest first. */
    List<LocalDate> days();

    /** Shows the repairs of a day, in no order, until the visitor has seen enough and says false. */
    void visit(LocalDate day, Predicate<Repair> visitor);

    /** Reads a payload from most of all copies; null if it isn't there. */
    @Nullable
    Kept read(long payloadId);

    /**
     * Writes it to most copies of each datacentre, at the time of its first write: a removal that came since then
     * stands.
     */
    void write(long payloadId, Kept kept);

    /** Strikes a repair off the list; harmless if it isn't there. */
    void remove(Repair repair);
}
