package io.octavo.server.idle;

import io.octavo.protocol.Publication;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Heads;
import io.octavo.server.idle.TopicUses.Watch;
import io.octavo.server.topic.ReadableLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what it takes to say which topics nobody uses. Calls block, with time-outs of the stores; thread-safe. */
public final class IdleTopics {
    private final ReadableLog log;
    private final TopicUses uses;
    private final IdleConfig config;
    private final InstantSource clock;

    public IdleTopics(ReadableLog log, TopicUses uses, IdleConfig config, InstantSource clock) {
        this.log = log;
        this.uses = uses;
        this.config = config;
        this.clock = clock;
    }

    /** What is known now. */
    public IdleRule rule() {
        return new IdleRule(config, uses.all(), uses.watch(), clock.instant());
    }

    /** What is known, if this is what is consumed. */
    public IdleRule rule(Map<String, Instant> consumed, Watch watch, Instant now) {
        return new IdleRule(config, consumed, watch, now);
    }

    /** Judges a topic; null if somebody uses it, or may, or its owner keeps it. */
    public @Nullable Idle of(IdleRule rule, TopicHead head) {
        Idle first = rule.of(head, named(head));
        // The head tells nearly always; only where it doesn't, and it matters, is more read.
        return first == null || isNewestNamed(head) ? first : rule.of(head, published(head));
    }

    /** When the newest version was made or published last; of a topic without one, when anything was done to it. */
    public Instant published(TopicHead head) {
        Instant named = named(head);
        if (isNewestNamed(head)) {
            return named;
        }
        VersionRecord newest = log.version(head.getTopic(), head.getNewestVersion(), Read.LOCAL);
        Instant made = newest == null ? Instant.EPOCH : Instant.ofEpochMilli(newest.getAtMs());
        return made.isAfter(named) ? made : named;
    }

    private static boolean isNewestNamed(TopicHead head) {
        return head.getNewestVersion() <= head.getBaseVersion() || Heads.record(head, head.getNewestVersion()) != null;
    }

    private static Instant named(TopicHead head) {
        if (head.getNewestVersion() <= head.getBaseVersion()) {
            return Instant.ofEpochMilli(head.getLastEventMs());
        }
        long made = head.getVersionsList().stream()
                .mapToLong(VersionRecord::getAtMs)
                .max()
                .orElse(0);
        long published = head.getPublicationsList().stream()
                .mapToLong(Publication::getAtMs)
                .max()
                .orElse(0);
        return Instant.ofEpochMilli(Math.max(made, published));
    }
}
