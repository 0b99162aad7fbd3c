package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Publication;
import io.octavo.protocol.Quarantine;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Moves consumers back from a bad version, in one step: pins, and the version that is left is quarantined.
 *
 * <p>With a scope or a target, that scope (everybody, if none is named) is pinned to the target, or to what was
 * published to it before. With neither, the version left is the newest that a published scope runs, and each scope
 * that runs it is pinned to what was published to it before. Pins of narrower scopes stay as they are.
 *
 * @param scope whom to move; null = see above
 * @param to    the version to move to; null = the newest servable one that was published to the scope before
 * @param keep  the version left is not quarantined; nor is it while a pin names it
 */
public record RollbackTopic(@Nullable Scope scope, @Nullable Long to, String reason, boolean keep) implements Command {
    public RollbackTopic {
        if (scope != null) {
            Scopes.check(scope);
        }
        if (to != null && to < 1) {
            throw new InvalidField("to", to, "a version's number");
        }
        Limits.checkSaid("reason", reason, Limits.REASON_LENGTH);
    }

    @Override
    public void apply(TopicEdit edit) {
        edit.requireTopic();
        Map<Scope, Long> running = scope == null && to == null ? newest(edit.standing()) : named(edit.standing());
        Map<Scope, Long> targets = new TreeMap<>(Scopes.ORDER);
        long left = 0;
        for (Map.Entry<Scope, Long> entry : running.entrySet()) {
            targets.put(entry.getKey(), target(edit, entry.getKey(), entry.getValue()));
            left = Math.max(left, entry.getValue());
        }
        List<Scope> pinned = new ArrayList<>(targets.keySet());
        pinned.removeIf(narrow -> isCovered(edit, narrow, targets));
        for (Scope each : pinned) {
            edit.pin(Pin.newBuilder()
                    .setScope(each)
                    .setVersion(targets.getOrDefault(each, 0L))
                    .setAtMs(edit.now())
                    .setBy(edit.who())
                    .setReason(reason)
                    .build());
        }
        quarantine(edit, left);
        edit.event(EventKind.ROLLED_BACK, left, pinned, reason);
    }

    @Override
    public List<Command> undo(TopicHead before, Committed done) {
        List<Command> commands = new ArrayList<>();
        VersionRecord left = done.version();
        if (left != null && left.hasQuarantine()) {
            commands.add(new LiftQuarantine(left.getVersion(), Undo.REASON));
        }
        done.head().getPinsList().stream()
                .filter(pin -> !before.getPinsList().contains(pin))
                .map(pin -> Undo.pin(before, pin.getScope(), done))
                .forEach(commands::add);
        return commands;
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("rollback")
                .add(scope == null ? "" : Scopes.format(scope))
                .add(to == null ? 0 : to)
                .add(reason)
                .add(keep ? 1 : 0);
    }

    @Override
    public boolean isEmergency() {
        return true;
    }

    /** What the named scope runs. */
    private Map<Scope, Long> named(TopicHead head) {
        Scope whom = scope == null ? Scopes.GLOBAL : scope;
        return Map.of(whom, Impact.highest(head, whom));
    }

    /** The newest version that a published scope runs, by the scopes that run it. */
    private static Map<Scope, Long> newest(TopicHead head) {
        Map<Scope, Long> running = new TreeMap<>(Scopes.ORDER);
        long newest = 0;
        for (Publication publication : head.getPublicationsList()) {
            long version = Impact.highest(head, publication.getScope());
            running.put(publication.getScope(), version);
            newest = Math.max(newest, version);
        }
        long left = newest;
        running.values().removeIf(version -> version != left);
        if (running.isEmpty()) {
            throw ServiceException.of(
                    ErrorCode.VERSION_NOT_FOUND,
                    "nothing of " + head.getTopic() + " is published (expected: a version to leave)");
        }
        return running;
    }

    private long target(TopicEdit edit, Scope whom, long from) {
        if (to != null) {
            if (to == from) {
                throw new InvalidField("to", to, "another version than " + Scopes.format(whom) + " runs already");
            }
            edit.requireServable(to);
            return to;
        }
        long target = from == 0 ? 0 : edit.publishedBelow(from, whom);
        if (target == 0) {
            throw ServiceException.of(
                    ErrorCode.VERSION_NOT_FOUND,
                    Scopes.format(whom) + " of " + edit.topic() + " runs "
                            + (from == 0 ? "nothing" : "version " + from + ", and none before it was published to it")
                            + " (expected: a version to go back to; name one that is there)");
        }
        return target;
    }

    /** Whether a wider scope moves to the same version, and no pin of its own keeps this one from following. */
    private static boolean isCovered(TopicEdit edit, Scope narrow, Map<Scope, Long> targets) {
        boolean hasPin = edit.pins().stream().anyMatch(pin -> pin.getScope().equals(narrow));
        return !hasPin
                && targets.keySet().stream()
                        .anyMatch(wide -> !wide.equals(narrow)
                                && Scopes.covers(wide, narrow)
                                && targets.getOrDefault(wide, 0L).equals(targets.get(narrow)));
    }

    private void quarantine(TopicEdit edit, long left) {
        boolean isNamed = edit.pins().stream().anyMatch(pin -> pin.getVersion() == left);
        if (keep || left == 0 || isNamed) {
            return;
        }
        VersionRecord row = edit.requireVersion(left);
        if (!row.hasQuarantine()) {
            edit.change(row.toBuilder()
                    .setQuarantine(Quarantine.newBuilder()
                            .setAtMs(edit.now())
                            .setBy(edit.who())
                            .setReason(reason))
                    .build());
        }
    }
}
