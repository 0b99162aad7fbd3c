package io.octavo.server.retention;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who uses versions, beside the topic's own head.
 *
 * @param running  versions that live consumers run or fetch; null = that can't be said now
 * @param exported versions that the newest exported head of a region names; null = that can't be said now
 */
public record Evidence(
        @Nullable Set<Long> running, @Nullable Set<Long> exported) {
    /** Nobody was asked: what stays by this, stays in any case. */
    public static final Evidence NONE = new Evidence(Set.of(), Set.of());

    /** Whether all could be asked. */
    public boolean isComplete() {
        return running != null && exported != null;
    }
}
