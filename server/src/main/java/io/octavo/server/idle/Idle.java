package io.octavo.server.idle;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A topic that nobody uses.
 *
 * @param owner     empty = none is set
 * @param published when its newest version was made or published last
 * @param consumed  when it was consumed last, to about a day; null = not since that is noted
 * @param since     since when nobody uses it
 * @param next      when it comes to the next state; null if there is none
 */
public record Idle(
        String topic,
        String owner,
        Instant published,
        @Nullable Instant consumed,
        State state,
        Instant since,
        @Nullable Instant next) {
    /** What housekeeping has come to. */
    public enum State {
        /** It is reported. */
        UNUSED,
        /** It is marked. */
        ARCHIVED,
        /** It is marked for so long that somebody is to delete it, or keep it. */
        DELETABLE
    }
}
