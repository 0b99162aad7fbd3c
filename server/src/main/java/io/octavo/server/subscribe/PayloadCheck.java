package io.octavo.server.subscribe;

import io.octavo.protocol.VersionRecord;
import io.octavo.server.subscribe.HeldBack.Missing;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which versions of a topic are to be held back. A store that can't be asked holds nothing back; nor does it
 * let go of what was missing when it could be asked last. Blocks; safe for use by many threads.
 */
final class PayloadCheck {
    /** Stand-ins are looked for, for so many versions at a time; for the others, when there is a look again. */
    private static final int MOST_SEARCHES = 10;

    private final PayloadSource payloads;
    private final StandInSearch search;
    private final InstantSource clock;

    PayloadCheck(PayloadSource payloads, StandInSearch search, InstantSource clock) {
        this.payloads = payloads;
        this.search = search;
        this.clock = clock;
    }

    /** Looks at the versions of a topic that are suspected, and at those that are held back. */
    HeldBack look(CachedTopic topic, Set<Long> suspects) {
        Inquiry inquiry = new Inquiry(payloads);
        Map<Long, Missing> missing = new HashMap<>();
        for (long version : topic.deciding()) {
            Missing before = topic.heldBack().of(version);
            VersionRecord record = topic.named(version);
            if (record != null && (before != null || suspects.contains(version))) {
                Inquiry.Answer answer = inquiry.about(record);
                if (answer == Inquiry.Answer.MISSING || (answer == Inquiry.Answer.UNKNOWN && before != null)) {
                    missing.put(version, before == null ? new Missing(clock.instant(), StandIns.UNKNOWN) : before);
                }
            }
        }
        int searches = 0;
        for (Map.Entry<Long, Missing> entry : missing.entrySet()) {
            Missing known = entry.getValue();
            if (!isGood(known.standIns(), inquiry) && searches < MOST_SEARCHES) {
                searches++;
                // Its own bound of questions, for each.
                Inquiry anew = new Inquiry(payloads);
                entry.setValue(new Missing(known.since(), search.find(topic, entry.getKey(), anew)));
            }
        }
        return missing.isEmpty() ? HeldBack.NOTHING : new HeldBack(missing);
    }

    private static boolean isGood(@Nullable StandIns standIns, Inquiry inquiry) {
        return standIns != null
                && standIns.settled()
                && standIns.records().stream().noneMatch(record -> inquiry.about(record) == Inquiry.Answer.MISSING);
    }
}
