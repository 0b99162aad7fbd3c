package io.octavo.server.subscribe;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Resolution;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The versions of one head that nobody is moved to, for their payloads are positively missing; each with what stands in
 * for it where nothing runs.
 */
record HeldBack(Map<Long, Missing> versions) {
    static final HeldBack NOTHING = new HeldBack(Map.of());

    /** @param since when that was found out, on this node */
    record Missing(Instant since, StandIns standIns) {}

    HeldBack {
        versions = Map.copyOf(versions);
    }

    boolean isEmpty() {
        return versions.isEmpty();
    }

    /** What is known of a version that is held back; null if it isn't. */
    @Nullable
    Missing of(long version) {
        return versions.isEmpty() ? null : versions.get(version);
    }

    /** What stands in for a version that is held back. */
    Resolution standIn(Consumer consumer, long version) {
        Missing missing = of(version);
        return missing == null ? Resolution.NOTHING : missing.standIns().resolve(consumer);
    }

    /** The record of a version that stands in for another one; null if it doesn't. */
    @Nullable
    VersionRecord record(long version) {
        return versions.values().stream()
                .map(missing -> missing.standIns().record(version))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /**
     * What of this goes for a newer head too: the versions that it has in common. What stood in for them has to be looked
     * for anew, for it may have been quarantined meanwhile.
     */
    HeldBack after(CachedTopic before, CachedTopic now) {
        Map<Long, Missing> kept = new HashMap<>();
        versions.forEach((version, missing) -> {
            if (now.deciding().contains(version) && now.hasSamePayload(before, version)) {
                kept.put(version, new Missing(missing.since(), StandIns.UNKNOWN));
            }
        });
        return kept.isEmpty() ? NOTHING : new HeldBack(kept);
    }
}
