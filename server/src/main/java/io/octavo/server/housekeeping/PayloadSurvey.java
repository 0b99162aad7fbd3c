package io.octavo.server.housekeeping;

import io.octavo.protocol.Hold;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All topics in turn, again and again, a slice of them in memory; and of each the versions that consumers can be given.
 * It begins where chance says, so that no topic is left out for ever if no node comes to the end. For one thread.
 */
final class PayloadSurvey {
    private static final int SLICES = 256;

    private final TopicLog log;
    private final RandomGenerator random;
    private final Deque<String> topics = new ArrayDeque<>();
    private int slice;
    private int left;
    private boolean isOver = true;
    private @Nullable Instant begun;

    PayloadSurvey(TopicLog log, RandomGenerator random) {
        this.log = log;
        this.random = random;
    }

    /**
     * The next topic; null once at the end of a round, and for as long as it is not yet time to begin again.
     *
     * @param again from the beginning of one round to that of the next
     */
    @Nullable
    String next(Instant now, Duration again) {
        if (isOver) {
            if (begun != null && begun.plus(again).isAfter(now)) {
                return null;
            }
            begun = now;
            slice = random.nextInt(SLICES);
            left = SLICES;
        }
        while (topics.isEmpty() && left > 0) {
            int next = slice;
            // A slice that can't be read is left to the next round.
            slice = (slice + 1) % SLICES;
            left--;
            log.forEachRevision(next, SLICES, (topic, epoch, revision) -> topics.add(topic));
        }
        String topic = topics.poll();
        isOver = topic == null;
        return topic;
    }

    /** The next round begins as soon as this one is over, or now. */
    void beginAgain() {
        begun = null;
    }

    /** The records of the versions that a topic's head names, of those that are held, and of the newest. */
    List<VersionRecord> versions(String topic) {
        TopicHead head = log.head(topic, Read.LOCAL);
        if (head == null) {
            return List.of();
        }
        List<VersionRecord> versions = new ArrayList<>(head.getVersionsList());
        TreeSet<Long> others = new TreeSet<>(List.of(head.getNewestVersion()));
        head.getHoldsList().stream().map(Hold::getVersion).forEach(others::add);
        versions.forEach(version -> others.remove(version.getVersion()));
        for (long number : others) {
            VersionRecord version = number == 0 ? null : log.version(topic, number, Read.LOCAL);
            if (version != null && !version.hasDeletion()) {
                versions.add(version);
            }
        }
        return versions;
    }
}
