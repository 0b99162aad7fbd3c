package io.octavo.server.topic;

import io.octavo.protocol.Deletion;
import io.octavo.protocol.HeadDelta;
import io.octavo.protocol.Hold;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Publication;
import io.octavo.protocol.Settings;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Scopes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What changed between two heads of neighbouring revisions, so that either can be had from the other. */
final class HeadDeltas {
    /** The order in which heads list holds. */
    static final Comparator<Hold> HOLDS_ORDER =
            Comparator.comparingLong(Hold::getVersion).thenComparing(Hold::getHolder);

    /** The order in which heads list pins. */
    static final Comparator<Pin> PINS_ORDER = Comparator.comparing(Pin::getScope, Scopes.ORDER);

    private HeadDeltas() {}

    static HeadDelta between(TopicHead before, TopicHead after) {
        HeadDelta.Builder delta = HeadDelta.newBuilder()
                .addAllPublicationsAdded(minus(after.getPublicationsList(), before.getPublicationsList()))
                .addAllPublicationsRemoved(minus(before.getPublicationsList(), after.getPublicationsList()))
                .addAllPinsAdded(minus(after.getPinsList(), before.getPinsList()))
                .addAllPinsRemoved(minus(before.getPinsList(), after.getPinsList()))
                .addAllHoldsAdded(minus(after.getHoldsList(), before.getHoldsList()))
                .addAllHoldsRemoved(minus(before.getHoldsList(), after.getHoldsList()))
                .addAllWithdrawnAdded(minus(after.getWithdrawnList(), before.getWithdrawnList()))
                .addAllWithdrawnRemoved(minus(before.getWithdrawnList(), after.getWithdrawnList()))
                .setNewestVersionBefore(before.getNewestVersion())
                .setNewestVersionAfter(after.getNewestVersion())
                .setBaseVersionBefore(before.getBaseVersion())
                .setBaseVersionAfter(after.getBaseVersion())
                .setLastEventMsBefore(before.getLastEventMs())
                .setEpochBefore(before.getEpoch())
                .setEpochAfter(after.getEpoch());
        if (!before.getSettings().equals(after.getSettings())) {
            delta.setSettingsBefore(before.getSettings()).setSettingsAfter(after.getSettings());
        }
        if (!before.getDeletion().equals(after.getDeletion())) {
            if (before.hasDeletion()) {
                delta.setDeletionBefore(before.getDeletion());
            }
            if (after.hasDeletion()) {
                delta.setDeletionAfter(after.getDeletion());
            }
        }
        return delta.build();
    }

    /** The head after the change, but for the records of its versions, which are cleared. */
    static TopicHead redo(TopicHead before, HeadDelta delta, long atMillis) {
        return change(
                        before,
                        new Side(
                                delta.getPublicationsRemovedList(),
                                delta.getPinsRemovedList(),
                                delta.getHoldsRemovedList(),
                                delta.getWithdrawnRemovedList()),
                        new Side(
                                delta.getPublicationsAddedList(),
                                delta.getPinsAddedList(),
                                delta.getHoldsAddedList(),
                                delta.getWithdrawnAddedList()),
                        delta.hasSettingsAfter() ? delta.getSettingsAfter() : before.getSettings(),
                        delta.hasDeletionBefore() || delta.hasDeletionAfter()
                                ? delta.getDeletionAfter()
                                : before.getDeletion())
                .setRevision(before.getRevision() + 1)
                .setEpoch(delta.getEpochAfter())
                .setNewestVersion(delta.getNewestVersionAfter())
                .setBaseVersion(delta.getBaseVersionAfter())
                .setLastEventMs(atMillis)
                .build();
    }

    /** The head before the change, but for the records of its versions, which are cleared. */
    static TopicHead undo(TopicHead after, HeadDelta delta) {
        return change(
                        after,
                        new Side(
                                delta.getPublicationsAddedList(),
                                delta.getPinsAddedList(),
                                delta.getHoldsAddedList(),
                                delta.getWithdrawnAddedList()),
                        new Side(
                                delta.getPublicationsRemovedList(),
                                delta.getPinsRemovedList(),
                                delta.getHoldsRemovedList(),
                                delta.getWithdrawnRemovedList()),
                        delta.hasSettingsAfter() ? delta.getSettingsBefore() : after.getSettings(),
                        delta.hasDeletionBefore() || delta.hasDeletionAfter()
                                ? delta.getDeletionBefore()
                                : after.getDeletion())
                .setRevision(after.getRevision() - 1)
                .setEpoch(delta.getEpochBefore())
                .setNewestVersion(delta.getNewestVersionBefore())
                .setBaseVersion(delta.getBaseVersionBefore())
                .setLastEventMs(delta.getLastEventMsBefore())
                .build();
    }

    private record Side(List<Publication> publications, List<Pin> pins, List<Hold> holds, List<Long> withdrawn) {}

    private static TopicHead.Builder change(
            TopicHead head, Side without, Side with, Settings settings, Deletion deletion) {
        TopicHead.Builder changed =
                head.toBuilder().clearVersions().clearSettings().clearDeletion();
        if (!settings.equals(Settings.getDefaultInstance())) {
            changed.setSettings(settings);
        }
        if (!deletion.equals(Deletion.getDefaultInstance())) {
            changed.setDeletion(deletion);
        }
        return changed.clearPublications()
                .addAllPublications(
                        plus(minus(head.getPublicationsList(), without.publications()), with.publications()).stream()
                                .sorted(Publications.NEWEST_FIRST)
                                .toList())
                .clearPins()
                .addAllPins(plus(minus(head.getPinsList(), without.pins()), with.pins()).stream()
                        .sorted(PINS_ORDER)
                        .toList())
                .clearHolds()
                .addAllHolds(plus(minus(head.getHoldsList(), without.holds()), with.holds()).stream()
                        .sorted(HOLDS_ORDER)
                        .toList())
                .clearWithdrawn()
                .addAllWithdrawn(plus(minus(head.getWithdrawnList(), without.withdrawn()), with.withdrawn()).stream()
                        .sorted()
                        .toList());
    }

    private static <T> List<T> minus(List<T> list, List<T> taken) {
        Set<T> set = new HashSet<>(taken);
        return list.stream().filter(item -> !set.contains(item)).toList();
    }

    private static <T> List<T> plus(List<T> list, List<T> added) {
        List<T> all = new ArrayList<>(list);
        all.addAll(added);
        return all;
    }
}
