package io.octavo.server.housekeeping;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.server.housekeeping.Interposed.Killed;
import io.octavo.server.payload.DirectPayloads;
import io.octavo.server.payload.SmallObjects;
import io.octavo.server.payload.UploadLedger;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import java.time.Instant;
import java.util.List;

/** Somebody's life, until it ends between two steps. */
class Life {
    private final ModelHouse house;
    private Instant begun;
    private Instant last;
    private int stepsLeft = Integer.MAX_VALUE;
    private boolean isDead;

    Life(ModelHouse house) {
        this.house = house;
        this.begun = house.time.instant();
        this.last = begun;
    }

    final ModelHouse house() {
        return house;
    }

    /** From here on it lives for some steps, or to the end. */
    final void begin() {
        begun = house.time.instant();
        last = begun;
        stepsLeft = house.isQuiet() || house.random.nextInt(3) > 0 ? Integer.MAX_VALUE : house.random.nextInt(40);
    }

    final <T> T of(Class<T> type, T store) {
        return Interposed.of(type, store, this::step);
    }

    final void step(String at) {
        if (at.endsWith(" region")) {
            // It asks nobody.
            return;
        }
        Instant now = house.time.instant();
        boolean isTooSlow = last.plus(ModelHouse.LONGEST_STEP).isBefore(now)
                || begun.plus(ModelHouse.LONGEST_LAG).isBefore(now);
        if (isDead || isTooSlow || --stepsLeft < 0) {
            isDead = true;
            throw new Killed(at);
        }
        last = now;
        house.between();
    }

    final boolean isDead() {
        return isDead;
    }

    final TopicLog log() {
        return of(TopicLog.class, house.log);
    }

    final DirectPayloads direct() {
        return of(DirectPayloads.class, house.direct);
    }

    final UploadLedger ledger() {
        return of(UploadLedger.class, house.ledger);
    }

    final List<SmallObjects> buckets() {
        return house.buckets.stream()
                .map(bucket -> of(SmallObjects.class, bucket))
                .toList();
    }

    final TopicCommits commits() {
        return new TopicCommits(
                log(),
                () -> {},
                of(TopicCommits.Announcer.class, head -> house.log.append(head.getTopic(), head.getRevision())),
                house.time,
                Impatience::new,
                new SimpleMeterRegistry());
    }
}
