package io.octavo.server.idle;

import io.octavo.protocol.Idleness;
import io.octavo.protocol.TopicHead;
import io.octavo.server.idle.Idle.State;
import io.octavo.server.idle.TopicUses.Watch;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which topics nobody uses, by what is known at an instant. What is not known is never taken for unused. */
public final class IdleRule {
    /** Longer than this nobody may have been asked: subscribe nodes remember for a day who has come and gone. */
    static final Duration LONGEST_GAP = Duration.ofHours(24);

    private final IdleConfig config;
    private final Map<String, Instant> consumed;
    private final @Nullable Watch watch;
    private final Instant now;

    /** @param watch null = nothing is known of who consumes what */
    public IdleRule(IdleConfig config, Map<String, Instant> consumed, @Nullable Watch watch, Instant now) {
        this.config = config;
        this.consumed = consumed;
        this.watch = watch;
        this.now = now;
    }

    /** The time without a gap, if all are asked now. */
    public static Watch next(@Nullable Watch before, Instant now) {
        if (before == null || before.until().isBefore(now.minus(LONGEST_GAP))) {
            return new Watch(now, now);
        }
        return new Watch(before.since(), now);
    }

    /** Since when it is known who consumes what; null = that can't be said now. */
    public @Nullable Instant knownSince() {
        Watch last = watch;
        return last == null || last.until().isBefore(now.minus(LONGEST_GAP)) ? null : last.since();
    }

    /**
     * Judges a topic.
     *
     * @param published when its newest version was made or published last
     * @return null if somebody uses it, or may, or its owner keeps it
     */
    public @Nullable Idle of(TopicHead head, Instant published) {
        Idleness said = head.getSettings().getIdleness();
        if (head.hasDeletion() || said.getKept() || isUsedAgain(head, published)) {
            return null;
        }
        if (said.getArchivedMs() > 0) {
            Instant over = Instant.ofEpochMilli(said.getArchivedMs()).plus(config.grace());
            boolean isOver = !over.isAfter(now);
            return idle(
                    head,
                    published,
                    isOver ? State.DELETABLE : State.ARCHIVED,
                    Instant.ofEpochMilli(said.getSinceMs()),
                    isOver ? null : over);
        }
        Instant known = knownSince();
        if (known == null) {
            return null;
        }
        Instant used = latest(Instant.ofEpochMilli(said.getUsedMs()), consumed.get(head.getTopic()));
        Instant since = latest(latest(published, known), used);
        Instant reported = since.plus(config.after());
        return reported.isAfter(now)
                ? null
                : idle(head, published, State.UNUSED, since, reported.plus(config.archiveAfter()));
    }

    /** Whether it is archived, and was used since. */
    public boolean isUsedAgain(TopicHead head, Instant published) {
        long archived = head.getSettings().getIdleness().getArchivedMs();
        return archived > 0 && latest(published, consumed.get(head.getTopic())).isAfter(Instant.ofEpochMilli(archived));
    }

    /** Whether it is to be archived now. */
    public boolean isDue(Idle idle) {
        Instant next = idle.next();
        return idle.state() == State.UNUSED && next != null && !next.isAfter(now);
    }

    private Idle idle(TopicHead head, Instant published, State state, Instant since, @Nullable Instant next) {
        return new Idle(
                head.getTopic(),
                head.getSettings().getOwner(),
                published,
                consumed.get(head.getTopic()),
                state,
                since,
                next);
    }

    private static Instant latest(Instant one, @Nullable Instant other) {
        return other == null || one.isAfter(other) ? one : other;
    }
}
