package io.octavo.server.retention;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Hold;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Publication;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Scopes;
import io.octavo.server.retention.Why.Reason;
import io.octavo.server.topic.RandomCommands;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The rule of retention once more, slow and plain: each version is held against everything, each consumer there can be is
 * asked what it could be given, and what was run is read from the heads that there were.
 *
 * @param rows  in any order
 * @param heads all heads that there ever were, by their revision
 */
public record SlowRetention(
        List<VersionRecord> rows, List<TopicHead> heads, RetentionPolicy policy, Evidence evidence, Instant now) {

    /** Why each version that isn't deleted stays. */
    public Map<Long, Set<Reason>> reasons() {
        Map<Long, Set<Reason>> reasons = new TreeMap<>();
        for (VersionRecord row : rows) {
            if (!row.hasDeletion()) {
                reasons.put(row.getVersion(), reasons(row));
            }
        }
        return reasons;
    }

    private TopicHead head() {
        return heads.get(heads.size() - 1);
    }

    private Set<Reason> reasons(VersionRecord row) {
        long version = row.getVersion();
        Set<Reason> reasons = EnumSet.noneOf(Reason.class);
        boolean thisLife = version > head().getBaseVersion();
        if (thisLife && head().hasDeletion()) {
            addOfDeleted(reasons);
        } else if (thisLife) {
            addOfThisLife(row, reasons);
        }
        boolean isNamed = names(head(), version);
        if (!isNamed && wasRunInGrace(version) && !(thisLife && head().hasDeletion())) {
            reasons.add(Reason.SUPERSEDED);
        }
        if (evidence.running() == null || evidence.exported() == null) {
            reasons.add(Reason.UNKNOWN);
        }
        if (evidence.running() != null && evidence.running().contains(version)) {
            reasons.add(Reason.RUNNING);
        }
        if (evidence.exported() != null && evidence.exported().contains(version)) {
            reasons.add(Reason.EXPORTED);
        }
        return reasons;
    }

    private void addOfDeleted(Set<Reason> reasons) {
        if (now.toEpochMilli() - head().getDeletion().getAtMs() < policy.grace().toMillis()) {
            reasons.add(Reason.UNDOABLE);
        } else if (head().getHoldsList().stream()
                .anyMatch(hold -> hold.getExpiresAtMs() == 0 || hold.getExpiresAtMs() > now.toEpochMilli())) {
            reasons.add(Reason.HELD);
        }
    }

    private void addOfThisLife(VersionRecord row, Set<Reason> reasons) {
        long version = row.getVersion();
        long newer = rows.stream()
                .filter(other -> !other.hasDeletion() && other.getVersion() > version)
                .count();
        if (newer < policy.maxVersions()) {
            reasons.add(Reason.NEWEST);
        }
        if (now.toEpochMilli() - row.getAtMs() < policy.maxAge().toMillis()) {
            reasons.add(Reason.YOUNG);
        }
        if (head().getPublicationsList().stream().anyMatch(each -> each.getVersion() == version)) {
            reasons.add(Reason.PUBLISHED);
        }
        if (head().getPinsList().stream().anyMatch(each -> each.getVersion() == version)) {
            reasons.add(Reason.PINNED);
        }
        if (head().getHoldsList().stream().map(Hold::getVersion).anyMatch(each -> each == version)) {
            reasons.add(Reason.HELD);
        }
        if (consumers().anyMatch(consumer -> newestTwo(consumer).contains(version))) {
            reasons.add(Reason.SERVABLE);
        }
    }

    private static Stream<Consumer> consumers() {
        return RandomCommands.resolved(TopicHead.getDefaultInstance()).keySet().stream()
                .filter(consumer -> consumer.getInstance().equals("host-0"));
    }

    private List<Long> newestTwo(Consumer consumer) {
        return rows.stream()
                .filter(row -> row.getVersion() > head().getBaseVersion())
                .filter(row -> !row.hasDeletion() && !row.hasQuarantine())
                .filter(row -> row.getPublicationsList().stream()
                        .anyMatch(publication -> !publication.hasWithdrawal()
                                && !publication.hasShare()
                                && Scopes.matches(publication.getScope(), consumer)))
                .map(VersionRecord::getVersion)
                .sorted(Comparator.reverseOrder())
                .limit(2)
                .toList();
    }

    private boolean wasRunInGrace(long version) {
        for (int i = 1; i < heads.size(); i++) {
            TopicHead before = heads.get(i - 1);
            TopicHead after = heads.get(i);
            // A deletion takes nothing away yet; when it becomes final, nobody has been given anything since.
            boolean becameFinal =
                    after.getDeletion().getFinalMs() > 0 && before.getDeletion().getFinalMs() == 0;
            if (!becameFinal
                    && names(before, version)
                    && !names(after, version)
                    && now.toEpochMilli() - after.getLastEventMs()
                            < policy.grace().toMillis()) {
                return true;
            }
        }
        return false;
    }

    private static boolean names(TopicHead head, long version) {
        List<Long> named = new ArrayList<>();
        head.getPublicationsList().stream().map(Publication::getVersion).forEach(named::add);
        head.getPinsList().stream().map(Pin::getVersion).forEach(named::add);
        return named.contains(version);
    }
}
