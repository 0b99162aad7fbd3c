package io.octavo.server.topic;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Deletion;
import io.octavo.protocol.EventKind;
import io.octavo.protocol.Hold;
import io.octavo.protocol.Horizon;
import io.octavo.protocol.Idleness;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Publication;
import io.octavo.protocol.RequestRecord;
import io.octavo.protocol.Scope;
import io.octavo.protocol.Settings;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Heads;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.validation.SizeRules;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One change of a topic in the making: a command edits the head and version rows here, and {@link #finish} makes the
 * commit of it. Serves one command on one head, in one thread.
 */
final class TopicEdit {
    private final TopicHead before;
    private final TopicHead.Builder head;
    private final VersionRows rows;
    private final String who;
    private final long now;
    private final TreeMap<Long, VersionRecord> changed = new TreeMap<>();
    private Commit.Removal removal = Commit.Removal.NONE;
    private boolean rowsDecide;
    private @Nullable Long unchanged;
    private TopicEvent.@Nullable Builder event;

    /**
     * @param before the head that stands; one of revision 0 if the name was never used
     * @param now    the node's time in ms
     */
    TopicEdit(TopicHead before, VersionRows rows, String who, long now) {
        this.before = before;
        this.head = before.toBuilder();
        this.rows = rows;
        this.who = who;
        this.now = now >= before.getLastEventMs() ? now : before.getLastEventMs() + 1;
    }

    String topic() {
        return before.getTopic();
    }

    /** The revision that this change makes. */
    long revision() {
        return before.getRevision() + 1;
    }

    String who() {
        return who;
    }

    /** When the change happens, never before the event that came last. */
    long now() {
        return now;
    }

    boolean exists() {
        return before.getRevision() > 0;
    }

    boolean isDeleted() {
        return before.hasDeletion();
    }

    /** The newest version; 0 = none since the topic was made, or made anew. */
    long newestOfThisLife() {
        boolean none = before.hasDeletion() || before.getNewestVersion() == before.getBaseVersion();
        return none ? 0 : before.getNewestVersion();
    }

    long nextVersion() {
        return before.getNewestVersion() + 1;
    }

    /** The pins, those of this change with them. */
    List<Pin> pins() {
        return head.getPinsList();
    }

    Settings settings() {
        return head.getSettings();
    }

    /** How large the next payload may be. */
    SizeRules sizeRules() {
        return SizeRules.of(head);
    }

    void requireTopic() {
        if (!exists()) {
            throw ServiceException.of(ErrorCode.TOPIC_NOT_FOUND, "no topic " + topic());
        }
        if (isDeleted()) {
            throw ServiceException.of(
                    ErrorCode.TOPIC_NOT_FOUND,
                    "topic " + topic() + " was deleted by "
                            + before.getDeletion().getBy() + ": "
                            + before.getDeletion().getReason());
        }
    }

    /** The row of a version that is there. */
    VersionRecord requireVersion(long version) {
        requireTopic();
        boolean wasGiven = version > before.getBaseVersion() && version <= before.getNewestVersion();
        VersionRecord row = wasGiven ? rows.get(version) : null;
        if (row == null && wasGiven) {
            throw Gone.record(topic(), version);
        }
        if (row == null) {
            throw ServiceException.of(
                    ErrorCode.VERSION_NOT_FOUND,
                    "no version " + version + " of " + topic() + " (expected: "
                            + (newestOfThisLife() == 0
                                    ? "nothing, it has none yet"
                                    : (before.getBaseVersion() + 1) + " to " + before.getNewestVersion())
                            + ")");
        }
        if (row.hasDeletion()) {
            throw Gone.version(topic(), row);
        }
        return row;
    }

    /** The row of a version, deleted or not; null if there is none. */
    @Nullable
    VersionRecord row(long version) {
        return rows.get(version);
    }

    /** The row of a version that may be served. */
    VersionRecord requireServable(long version) {
        VersionRecord row = requireVersion(version);
        if (row.hasQuarantine()) {
            throw ServiceException.of(
                    ErrorCode.QUARANTINED,
                    "version " + version + " of " + topic() + " is quarantined by "
                            + row.getQuarantine().getBy() + ": "
                            + row.getQuarantine().getReason()
                            + " (expected: a version that is not; or lift the quarantine first)");
        }
        return row;
    }

    /** The newest servable version below a number that was published to all of a scope; 0 = none. */
    long publishedBelow(long version, Scope scope) {
        Consumer member = Impact.member(scope);
        Iterator<VersionRecord> newestFirst = rows.newestFirst(changed);
        while (newestFirst.hasNext()) {
            VersionRecord row = newestFirst.next();
            if (row.getVersion() <= before.getBaseVersion()) {
                return 0;
            }
            if (row.getVersion() < version && Publications.isPublishedTo(row, member)) {
                return row.getVersion();
            }
        }
        return 0;
    }

    /** Nothing is to be changed: what is asked for stands already, in this version if one is concerned. */
    void nothingToDo(long version) {
        unchanged = version;
    }

    /** Uses the name of a deleted topic again: numbers go on, all else starts from nothing. */
    void startNewLifeIfDeleted() {
        if (isDeleted()) {
            head.clearDeletion()
                    .clearPublications()
                    .clearPins()
                    .clearHolds()
                    .clearWithdrawn()
                    .clearVersions()
                    .clearSettings()
                    .setBaseVersion(before.getNewestVersion());
        }
    }

    /** Adds a version above all others, with its publications: the topic is in use. */
    void addNewest(VersionRecord row) {
        head.setNewestVersion(row.getVersion());
        unarchive();
        changed.put(row.getVersion(), row);
        List<Publication> publications = new ArrayList<>(head.getPublicationsList());
        publications.addAll(row.getPublicationsList());
        publish(new Publications.Fold(Publications.prune(publications), head.getWithdrawnList()));
    }

    /** Replaces the row of a version that was there; what the head says of publications is folded from the rows. */
    void change(VersionRecord row) {
        changed.put(row.getVersion(), row);
        rowsDecide = true;
    }

    /**
     * Replaces the row of a version that the head doesn't name, and that counts for nothing in it.
     *
     * @throws IllegalStateException if the head names it: whoever decided this is wrong
     */
    void changeUnnamed(VersionRecord row) {
        long version = row.getVersion();
        if (!NamedVersions.why(head, version).isEmpty()) {
            throw new IllegalStateException("version " + version + " of " + topic() + " is named by the head");
        }
        changed.put(version, row);
    }

    /** The versions of a deleted topic are given up: nothing is left that could be restored. */
    void endDeletion() {
        head.setDeletion(head.getDeletion().toBuilder().setFinalMs(now))
                .clearPublications()
                .clearPins()
                .clearHolds()
                .clearWithdrawn()
                .setBaseVersion(before.getNewestVersion());
    }

    /** Takes rows away, and what is before the horizon with them. */
    void remove(Commit.Removal rowsThatGo, Horizon horizon) {
        removal = rowsThatGo;
        head.setHorizon(horizon);
    }

    void pin(Pin pin) {
        List<Pin> pins = pinsWithout(pin.getScope());
        pins.add(pin);
        if (pins.size() > Limits.PINS) {
            throw ServiceException.of(
                    ErrorCode.HEAD_FULL,
                    "pins of " + topic() + ": " + pins.size() + " (expected: at most " + Limits.PINS
                            + "); unpin a scope that needs none");
        }
        pins.sort(HeadDeltas.PINS_ORDER);
        head.clearPins().addAllPins(pins);
    }

    Pin unpin(Scope scope) {
        Pin gone = head.getPinsList().stream()
                .filter(pin -> pin.getScope().equals(scope))
                .findFirst()
                .orElseThrow(() -> ServiceException.of(
                        ErrorCode.PIN_NOT_FOUND, "no pin of " + topic() + " for " + Scopes.format(scope)));
        List<Pin> pins = pinsWithout(scope);
        head.clearPins().addAllPins(pins);
        return gone;
    }

    void hold(Hold hold) {
        List<Hold> holds = holdsWithout(hold.getVersion(), hold.getHolder());
        holds.add(hold);
        if (holds.size() > Limits.HOLDS) {
            throw ServiceException.of(
                    ErrorCode.HEAD_FULL,
                    "holds of " + topic() + ": " + holds.size() + " (expected: at most " + Limits.HOLDS
                            + "); release one that is not needed");
        }
        holds.sort(HeadDeltas.HOLDS_ORDER);
        head.clearHolds().addAllHolds(holds);
    }

    /** False if there is no such hold. */
    boolean releaseHold(long version, String holder) {
        List<Hold> holds = holdsWithout(version, holder);
        boolean released = holds.size() < head.getHoldsCount();
        head.clearHolds().addAllHolds(holds);
        return released;
    }

    void settings(Settings settings) {
        head.setSettings(settings);
    }

    /** Says what is known of nobody's using it. */
    void idleness(Idleness idleness) {
        Settings.Builder settings = head.getSettings().toBuilder();
        if (idleness.equals(Idleness.getDefaultInstance())) {
            settings.clearIdleness();
        } else {
            settings.setIdleness(idleness);
        }
        if (settings.build().equals(Settings.getDefaultInstance())) {
            head.clearSettings();
        } else {
            head.setSettings(settings);
        }
    }

    /** A version says that it is used: of that, only whether its owner keeps it is left. */
    private void unarchive() {
        Idleness idleness = head.getSettings().getIdleness();
        if (head.getSettings().hasIdleness()) {
            idleness(idleness.toBuilder()
                    .clearArchivedMs()
                    .clearSinceMs()
                    .clearUsedMs()
                    .build());
        }
    }

    void deletion(Deletion deletion) {
        head.setDeletion(deletion);
    }

    void undelete() {
        head.clearDeletion();
    }

    /** Goes on in a later epoch. */
    void epoch(long epoch) {
        head.setEpoch(epoch);
    }

    /** Takes over what a newer head says that the log has lost, with rows of the versions that it names. */
    void adopt(TopicHead lost) {
        lost.getVersionsList()
                .forEach(record -> changed.put(
                        record.getVersion(), LostVersions.row(rows.get(record.getVersion()), record, lost)));
        head.clear()
                .mergeFrom(lost)
                .setNewestVersion(Math.max(lost.getNewestVersion(), before.getNewestVersion()))
                .setBaseVersion(Math.max(lost.getBaseVersion(), before.getBaseVersion()))
                .clearHorizon();
        if (before.hasHorizon()) {
            // It speaks of the events that are in this log.
            head.setHorizon(before.getHorizon());
        }
        changed.putAll(new LostVersions(changed, rows).takenBack(lost, who, now));
    }

    /** Says what happened; once per change. */
    void event(EventKind kind, long version, List<Scope> scopes, String reason) {
        event = TopicEvent.newBuilder()
                .setRevision(revision())
                .setAtMs(now)
                .setBy(who)
                .setKind(kind)
                .setVersion(version)
                .addAllScopes(scopes)
                .setReason(reason);
    }

    /** The head as it is without this change. */
    TopicHead standing() {
        return before;
    }

    /** The version in which all that was asked for stands already, 0 = in none; null if there is a change. */
    @Nullable
    Long unchanged() {
        return unchanged;
    }

    /** The commit of what was edited. */
    Commit finish(Command command, RequestRecord request) {
        if (event == null) {
            throw new IllegalStateException("a change without an event: " + command);
        }
        if (rowsDecide) {
            publish(Publications.fold(rows.newestFirst(changed), head.getBaseVersion()));
        }
        head.setFormat(Heads.FORMAT)
                .setRevision(revision())
                .setLastEventMs(now)
                .clearVersions()
                .addAllVersions(new NamedVersions(before, changed, rows).of(head));
        TopicHead after = HeadLimits.fit(head.build(), command.isEmergency());
        event.setDelta(HeadDeltas.between(before, after));
        RequestRecord row = request.toBuilder()
                .setRevision(revision())
                .setVersion(event.getVersion())
                .setAtMs(now)
                .build();
        return new Commit(
                before.getRevision(),
                after,
                List.copyOf(changed.values()),
                event.build(),
                row,
                command.uploadId(),
                removal);
    }

    private void publish(Publications.Fold fold) {
        head.clearPublications()
                .addAllPublications(fold.publications())
                .clearWithdrawn()
                .addAllWithdrawn(Publications.withdrawn(fold.withdrawn(), fold.publications()));
    }

    private List<Pin> pinsWithout(Scope scope) {
        List<Pin> pins = new ArrayList<>(head.getPinsList());
        pins.removeIf(pin -> pin.getScope().equals(scope));
        return pins;
    }

    private List<Hold> holdsWithout(long version, String holder) {
        List<Hold> holds = new ArrayList<>(head.getHoldsList());
        holds.removeIf(hold -> hold.getVersion() == version && hold.getHolder().equals(holder));
        return holds;
    }
}
