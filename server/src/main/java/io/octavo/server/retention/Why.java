package io.octavo.server.retention;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Why a version stays.
 *
 * @param detail for people
 * @param until  when this reason ends by itself; null = that can't be said
 */
public record Why(Reason reason, String detail, @Nullable Instant until) {
    /** The kinds of reasons. */
    public enum Reason {
        /** It is one of the newest so many. */
        NEWEST,
        /** It is young. */
        YOUNG,
        /** A publication that counts names it. */
        PUBLISHED,
        /** A pin names it. */
        PINNED,
        /** A hold names it. */
        HELD,
        /** It is one of the newest two that consumers of some scope could be given. */
        SERVABLE,
        /** It was run until a short time ago. */
        SUPERSEDED,
        /** Live consumers run or fetch it. */
        RUNNING,
        /** The newest exported head of a region names it. */
        EXPORTED,
        /** The deletion of its topic can still be undone. */
        UNDOABLE,
        /** Somebody who may use it can't be asked. */
        UNKNOWN
    }

    static Why of(Reason reason, String detail) {
        return new Why(reason, detail, null);
    }
}
