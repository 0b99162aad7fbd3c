package io.octavo.server.housekeeping;

import io.octavo.rules.Digests;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.housekeeping.RetentionSurvey.Seen;
import io.octavo.server.retention.RetentionConfig;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps retention from deleting much more than it does day by day, until an operator says that it is right: a changed
 * setting or a wrong clock shows in how much would go at once. What was confirmed is what was shown, and no more. One
 * thread runs it, others ask and confirm.
 */
final class RetentionBrake {
    private static final int ALL_FACTOR = 10;
    private static final int PERCENT = 100;
    private static final int SHOWN = 5;
    private static final int ID_BYTES = 4;

    private final RetentionConfig config;
    private @Nullable Stop stopped;
    private @Nullable Permit permit;
    private boolean isAllowed;
    private boolean isOfAll;
    private long leftOfAll;
    private int usedUp;

    RetentionBrake(RetentionConfig config) {
        this.config = config;
    }

    /** What was confirmed, and what of it is left; the thread that runs retention uses it up. */
    private static final class Permit {
        private final Stop seen;
        private final Map<String, Long> left;

        /** @param before what was confirmed before, and is not used up */
        Permit(Stop seen, @Nullable Permit before) {
            this.seen = seen;
            this.left = new HashMap<>(seen.topics());
            if (before != null) {
                before.left.forEach((topic, count) -> left.merge(topic, count, Long::sum));
            }
        }

        long left(String topic) {
            return left.getOrDefault(topic, 0L);
        }

        boolean isUsedUp() {
            return left.values().stream().allMatch(count -> count == 0);
        }
    }

    /**
     * What would go and doesn't.
     *
     * @param id     names what was shown
     * @param topics versions that would go, of those topics that are stopped
     * @param live   versions that there are of all topics
     */
    record Stop(String id, Map<String, Long> topics, long live) {
        Stop {
            topics = Map.copyOf(topics);
        }

        static Stop of(Map<String, Long> topics, long live, boolean isOfAll, int usedUp) {
            String content = new TreeMap<>(topics) + " " + isOfAll + " " + usedUp;
            byte[] digest = Digests.sha256(content.getBytes(StandardCharsets.UTF_8));
            return new Stop(HexFormat.of().formatHex(digest, 0, ID_BYTES), topics, live);
        }

        long sum() {
            return topics.values().stream().mapToLong(Long::longValue).sum();
        }

        String text() {
            String largest = topics.entrySet().stream()
                    .sorted(Map.Entry.<String, Long>comparingByValue()
                            .reversed()
                            .thenComparing(Map.Entry.comparingByKey()))
                    .limit(SHOWN)
                    .map(entry -> entry.getKey() + " " + entry.getValue())
                    .collect(Collectors.joining(", "));
            return "stopped: " + sum() + " versions of " + topics.size() + " topics would go, more than usual ("
                    + largest + (topics.size() > SHOWN ? ", …" : "") + "), of " + live
                    + " versions in all; look at octavo gc --dry-run and go on with: octavo housekeeping run retention"
                    + " --confirm " + id;
        }
    }

    /** Begins a run, with what is known of all topics. */
    synchronized void begin(Map<String, Seen> topics) {
        Permit confirmed = permit;
        if (confirmed != null && confirmed.isUsedUp()) {
            // Should as much be to go once more, that is something else, which nobody has confirmed.
            permit = null;
            usedUp++;
        }
        Map<String, Long> tooMany = new TreeMap<>();
        Map<String, Long> going = new TreeMap<>();
        boolean isUsual = true;
        long live = 0;
        long goes = 0;
        long unconfirmed = 0;
        for (Map.Entry<String, Seen> topic : topics.entrySet()) {
            Seen seen = topic.getValue();
            // What is left of what was confirmed needs no other word.
            long asked = Math.max(0, seen.goes() - confirmedOf(topic.getKey()));
            live += seen.live();
            goes += seen.goes();
            unconfirmed += asked;
            isUsual &= !isTooMany(seen.live(), seen.goes(), seen.isDeleted());
            if (asked > 0) {
                going.put(topic.getKey(), asked);
            }
            if (isTooMany(seen.live(), asked, seen.isDeleted())) {
                tooMany.put(topic.getKey(), asked);
            }
        }
        leftOfAll = most(live, config.brakePercent(), (long) config.brakeFrom() * ALL_FACTOR);
        if (isUsual && goes <= leftOfAll) {
            clear();
            return;
        }
        isOfAll = unconfirmed > leftOfAll;
        show(isOfAll || !tooMany.isEmpty() ? Stop.of(isOfAll ? going : tooMany, live, isOfAll, usedUp) : null);
    }

    private long confirmedOf(String topic) {
        Permit confirmed = permit;
        return confirmed == null ? 0 : confirmed.left(topic);
    }

    private void show(@Nullable Stop stop) {
        stopped = stop;
        isAllowed = false;
    }

    /**
     * How many versions of a topic may go in one visit, of those that would; they count as gone.
     *
     * @param isDeleted the topic was deleted, so that somebody wants all of them gone
     */
    synchronized long take(String topic, long live, long goes, boolean isDeleted) {
        long wanted = Math.min(goes, RetentionPass.MOST);
        Permit confirmed = permit;
        long left = confirmed == null ? 0 : confirmed.left(topic);
        if (confirmed != null && left > 0) {
            long taken = Math.min(wanted, left);
            confirmed.left.put(topic, left - taken);
            return taken;
        }
        if (isOfAll || wanted > leftOfAll || isTooMany(live, goes, isDeleted)) {
            return 0;
        }
        leftOfAll -= wanted;
        return wanted;
    }

    /**
     * Lets go what was shown.
     *
     * @param id as it was shown
     * @throws ServiceException STALE_REVISION if something else would go by now
     */
    synchronized void confirm(String id) {
        Permit before = permit;
        if (before != null && before.seen.id().equals(id)) {
            // Said twice it allows no more than once.
            return;
        }
        Stop shown = stopped;
        if (shown == null || !shown.id().equals(id)) {
            throw ServiceException.of(
                    ErrorCode.STALE_REVISION,
                    "confirm: " + id + " (expected: "
                            + (shown == null ? "nothing, retention is not stopped" : shown.id() + "; " + shown.text())
                            + ")");
        }
        permit = new Permit(shown, before);
        isAllowed = true;
    }

    /** What is stopped and was not confirmed; null = nothing is. */
    synchronized @Nullable Stop stopped() {
        return isAllowed ? null : stopped;
    }

    synchronized void clear() {
        stopped = null;
        permit = null;
        isOfAll = false;
    }

    private boolean isTooMany(long live, long goes, boolean isDeleted) {
        return !isDeleted && goes > most(live, config.brakeTopicPercent(), config.brakeFrom());
    }

    /** How many go without being asked for. */
    private static long most(long live, int percent, long from) {
        return Math.max(from, live * percent / PERCENT);
    }
}
