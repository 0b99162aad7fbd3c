package io.octavo.server.housekeeping;

import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;

/**
 * Something that housekeeping does again and again. Each of its steps can be repeated: a run may be broken off between
 * any two, and another node may begin before it has noticed that it no longer leads.
 */
public interface Task extends TaskPart {
    /** A word in lower case: the name in addresses, metrics and the lease. */
    String name();

    /** From the end of a run to the start of the next. */
    Duration interval();

    /**
     * Allows what the task has stopped before, and told of: no more than that.
     *
     * @param seen the word by which it was told
     * @throws ServiceException if that is not what it has stopped now
     */
    default void confirm(String seen) {
        throw ServiceException.of(
                ErrorCode.INVALID_ARGUMENT, "confirm: " + seen + " (expected: nothing, " + name() + " asks nobody)");
    }
}
