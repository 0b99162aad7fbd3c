package io.octavo.server.lease;

import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where leases are kept, without expiry: who holds one renews it, and who wants it watches whether it still is. Calls
 * block, with a time-out of the store's; they throw a {@link io.octavo.server.errors.ServiceException} UNAVAILABLE if
 * the store can't answer.
 */
public interface LeaseTable {
    /**
     * A lease as it stands. Every write makes the pair of generation and counter larger, so that a row is never there
     * twice and a late write meets another one than it expects.
     *
     * @param holder      the node that holds it; empty = nobody, it was released
     * @param process     drawn by the process that wrote the row: nodes of the same name are told apart
     * @param generation  how often the lease has changed hands
     * @param counter     how often the row was written in this generation
     * @param sinceMillis when the holder took it, by its clock
     */
    record Row(String holder, UUID process, long generation, long counter, long sinceMillis) {
        boolean isFree() {
            return holder.isEmpty();
        }

        Row renewed() {
            return new Row(holder, process, generation, counter + 1, sinceMillis);
        }

        Row released() {
            return new Row("", process, generation, counter + 1, sinceMillis);
        }
    }

    /** The row of a lease, read serially; null if nobody ever had it. */
    @Nullable
    Row read(String lease);

    /** All leases by name, as they were a moment ago. */
    Map<String, Row> all();

    /**
     * Replaces a row in one step, if it is the one expected.
     *
     * @param expected null = none
     * @return the row that stands now: {@code next} if it was written, by this call or by an earlier one
     * @throws io.octavo.server.topic.OutcomeUnknown if the store didn't say whether it was written: it may have been,
     *     or may be later. Call again with the same rows to learn it.
     */
    @Nullable
    Row replace(String lease, @Nullable Row expected, Row next);
}
