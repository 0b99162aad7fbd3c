package io.octavo.server.retention;

import io.octavo.protocol.Hold;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Publication;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Scopes;
import io.octavo.server.retention.Why.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which versions of a topic stay, with every reason, and which go: a function of what it is made of and of the topic's
 * rows, which it is shown once, from the newest to the oldest. It asks nobody, and knows no clock.
 *
 * <p>A version stays while one of these holds: it is among the newest so many, or young; a publication, pin or hold of the
 * head names it; it is one of the newest two that consumers of a scope could be given, so that there is always one to go
 * back to; it was run until a short time ago; a live consumer runs it; an exported head names it. Of a topic that was
 * deleted all stay until that can't be undone any more, or while a hold names one. Versions of an earlier life of the name
 * stay for what others do only.
 */
public final class RetentionRule {
    /** So many that each scope could be given stay. */
    private static final int SERVABLE = 2;

    private final TopicHead head;
    private final RetentionPolicy policy;
    private final Map<Long, Instant> runUntil;
    private final Evidence evidence;
    private final Instant now;
    private final Map<Long, List<Why>> named = new HashMap<>();
    private final @Nullable Why ofAll;
    private final Map<Scope, List<Long>> servable = new HashMap<>();
    private int counted;
    private long last = Long.MAX_VALUE;

    /**
     * @param runUntil when versions were run for the last time, of those that no publication and no pin names any more;
     *     complete for the time of grace
     */
    public RetentionRule(
            TopicHead head, RetentionPolicy policy, Map<Long, Instant> runUntil, Evidence evidence, Instant now) {
        this.head = head;
        this.policy = policy;
        this.runUntil = Map.copyOf(runUntil);
        this.evidence = evidence;
        this.now = now;
        for (Publication publication : head.getPublicationsList()) {
            name(publication.getVersion(), Why.of(Reason.PUBLISHED, Scopes.format(publication.getScope())));
        }
        for (Pin pin : head.getPinsList()) {
            String detail = Scopes.format(pin.getScope()) + " by " + pin.getBy() + ": " + pin.getReason();
            name(pin.getVersion(), new Why(Reason.PINNED, detail, instant(pin.getExpiresAtMs())));
        }
        for (Hold hold : head.getHoldsList()) {
            name(hold.getVersion(), held(hold));
        }
        this.ofAll = isRestorable(head) ? ofDeleted() : null;
    }

    /** Whether a topic is deleted and could be restored. */
    public static boolean isRestorable(TopicHead head) {
        return head.hasDeletion() && head.getDeletion().getFinalMs() == 0;
    }

    /** Whether the time is over in which a deleted topic could be restored. */
    public static boolean isDeletionOver(TopicHead head, RetentionPolicy policy, Instant now) {
        return isRestorable(head) && !deletionEnd(head, policy).isAfter(now) && lastHold(head, now) == null;
    }

    /** Judges the next row: the newest first, each once. */
    public Verdict of(VersionRecord row) {
        if (row.getVersion() >= last) {
            throw new IllegalArgumentException(
                    "version: " + row.getVersion() + " (expected: one below " + last + ", the newest come first)");
        }
        last = row.getVersion();
        if (row.hasDeletion()) {
            return new Verdict(row, List.of());
        }
        List<Why> whys = new ArrayList<>();
        if (row.getVersion() > head.getBaseVersion()) {
            addOfThisLife(row, whys);
        }
        addOfOthers(row.getVersion(), whys);
        return new Verdict(row, whys);
    }

    private void addOfThisLife(VersionRecord row, List<Why> whys) {
        if (head.hasDeletion()) {
            // Nothing of it is resolved, so that only who may restore it counts.
            if (ofAll != null) {
                whys.add(ofAll);
            }
            return;
        }
        counted++;
        if (counted <= policy.maxVersions()) {
            whys.add(Why.of(Reason.NEWEST, "number " + counted + " of the newest " + policy.maxVersions()));
        }
        Instant old = Instant.ofEpochMilli(row.getAtMs()).plus(policy.maxAge());
        if (!policy.maxAge().isZero() && old.isAfter(now)) {
            whys.add(new Why(Reason.YOUNG, "younger than " + text(policy.maxAge()), old));
        }
        whys.addAll(named.getOrDefault(row.getVersion(), List.of()));
        Scope scope = neededBy(row);
        if (scope != null) {
            whys.add(Why.of(Reason.SERVABLE, "one of the newest two for " + Scopes.format(scope)));
        }
        Instant ran = runUntil.get(row.getVersion());
        if (ran != null && !isRun(row.getVersion())) {
            addGrace(ran, whys);
        }
    }

    /** Whether a publication or a pin names it, so that somebody may run it now. */
    private boolean isRun(long version) {
        return named.getOrDefault(version, List.of()).stream().anyMatch(why -> why.reason() != Reason.HELD);
    }

    private void addOfOthers(long version, List<Why> whys) {
        boolean ofEarlierLife = version <= head.getBaseVersion();
        Instant ran = ofEarlierLife ? runUntil.get(version) : null;
        if (ran != null) {
            addGrace(ran, whys);
        }
        if (evidence.running() == null) {
            whys.add(Why.of(Reason.UNKNOWN, "not all subscribe nodes can say what consumers run"));
        } else if (evidence.running().contains(version)) {
            whys.add(Why.of(Reason.RUNNING, "live consumers run it"));
        }
        if (evidence.exported() == null) {
            whys.add(Why.of(Reason.UNKNOWN, "not all regions can say what their exported head names"));
        } else if (evidence.exported().contains(version)) {
            whys.add(Why.of(Reason.EXPORTED, "the exported head of a region names it"));
        }
    }

    private void addGrace(Instant ran, List<Why> whys) {
        Instant until = ran.plus(policy.grace());
        if (until.isAfter(now)) {
            whys.add(new Why(Reason.SUPERSEDED, "run until " + ran, until));
        }
    }

    /** A scope of whose newest two this is one; null = there is none. Notes the row for those that come after it. */
    private @Nullable Scope neededBy(VersionRecord row) {
        Scope needs = null;
        for (Scope scope : servedTo(row)) {
            Set<Long> newer = new HashSet<>();
            servable.forEach((wide, versions) -> {
                if (Scopes.covers(wide, scope)) {
                    newer.addAll(versions);
                }
            });
            needs = needs == null && newer.size() < SERVABLE ? scope : needs;
        }
        for (Scope scope : servedTo(row)) {
            List<Long> newest = servable.computeIfAbsent(scope, none -> new ArrayList<>());
            if (newest.size() < SERVABLE) {
                newest.add(row.getVersion());
            }
        }
        return needs;
    }

    /** To whom a version can be given by a publication to all of a scope. */
    private static List<Scope> servedTo(VersionRecord row) {
        return row.hasQuarantine()
                ? List.of()
                : row.getPublicationsList().stream()
                        .filter(publication -> !publication.hasWithdrawal() && !publication.hasShare())
                        .map(Publication::getScope)
                        .distinct()
                        .toList();
    }

    /** Why all versions of a deleted topic stay; null = nothing keeps them. */
    private @Nullable Why ofDeleted() {
        Instant end = deletionEnd(head, policy);
        if (end.isAfter(now)) {
            return new Why(Reason.UNDOABLE, "the deletion of the topic can be undone", end);
        }
        Hold hold = lastHold(head, now);
        return hold == null ? null : held(hold);
    }

    private static Instant deletionEnd(TopicHead head, RetentionPolicy policy) {
        return Instant.ofEpochMilli(head.getDeletion().getAtMs()).plus(policy.grace());
    }

    /** The hold that ends last, of those that have not ended; while a topic is deleted nobody takes away the others. */
    private static @Nullable Hold lastHold(TopicHead head, Instant now) {
        Hold last = null;
        for (Hold hold : head.getHoldsList()) {
            boolean stands = hold.getExpiresAtMs() == 0 || hold.getExpiresAtMs() > now.toEpochMilli();
            if (stands && (last == null || isLater(hold.getExpiresAtMs(), last.getExpiresAtMs()))) {
                last = hold;
            }
        }
        return last;
    }

    private static boolean isLater(long expiry, long other) {
        return other != 0 && (expiry == 0 || expiry > other);
    }

    private static Why held(Hold hold) {
        return new Why(Reason.HELD, "by " + hold.getHolder() + ": " + hold.getReason(), instant(hold.getExpiresAtMs()));
    }

    private void name(long version, Why why) {
        named.computeIfAbsent(version, none -> new ArrayList<>()).add(why);
    }

    private static @Nullable Instant instant(long millis) {
        return millis == 0 ? null : Instant.ofEpochMilli(millis);
    }

    private static String text(Duration duration) {
        return duration.toDays() > 0 && duration.equals(Duration.ofDays(duration.toDays()))
                ? duration.toDays() + " days"
                : duration.toString();
    }
}
