package io.octavo.server.subscribe;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Publication;
import io.octavo.protocol.Scope;
import io.octavo.protocol.Share;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Heads;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import io.octavo.rules.Shares;
import io.octavo.server.consumers.Given;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A head made ready for resolution: what can decide, in the order in which it decides, so that the first match is the
 * answer. Gives the same answers as {@link Resolution#of}, without allocating (but for shares, which are hashed).
 * Knows, too, which of the versions are held back. Immutable.
 */
final class CachedTopic {
    private static final Rule[] NONE = {};

    private final String topic;
    private final PackedHead head;
    private final long epoch;
    private final long revision;
    private final Rule[] pins;
    private final Rule[] publications;
    private final HeldBack heldBack;

    CachedTopic(TopicHead head) {
        this.topic = head.getTopic();
        this.head = new PackedHead(head);
        this.epoch = head.getEpoch();
        this.revision = head.getRevision();
        this.pins = head.hasDeletion() ? NONE : pins(head);
        this.publications = head.hasDeletion() ? NONE : publications(head);
        this.heldBack = HeldBack.NOTHING;
    }

    private CachedTopic(CachedTopic other, HeldBack heldBack) {
        this.topic = other.topic;
        this.head = other.head;
        this.epoch = other.epoch;
        this.revision = other.revision;
        this.pins = other.pins;
        this.publications = other.publications;
        this.heldBack = heldBack;
    }

    /** The same head, of which other versions are held back. */
    CachedTopic with(HeldBack others) {
        return new CachedTopic(this, others);
    }

    /** This, with what is known to be missing of the versions that an older head has in common with it. */
    CachedTopic after(CachedTopic before) {
        return before.heldBack.isEmpty() ? this : with(before.heldBack.after(before, this));
    }

    HeldBack heldBack() {
        return heldBack;
    }

    /** The topic's name. */
    String topic() {
        return topic;
    }

    /** The whole head; may have to be read from its bytes. */
    TopicHead head() {
        return head.whole();
    }

    long epoch() {
        return epoch;
    }

    long revision() {
        return revision;
    }

    /** Negative if this is older than the position, 0 if it is at it. */
    int compareTo(long otherEpoch, long otherRevision) {
        return Heads.compare(epoch, revision, otherEpoch, otherRevision);
    }

    Resolution resolve(Consumer consumer) {
        Rule pinned = first(pins, consumer);
        return pinned == null ? resolveIgnoringPins(consumer) : pinned.resolution;
    }

    Resolution resolveIgnoringPins(Consumer consumer) {
        Rule published = first(publications, consumer);
        return published == null ? Resolution.NOTHING : published.resolution;
    }

    /** What was given to a consumer, and when: by the pin or the publication that decides; null if nothing was. */
    @Nullable
    Given given(Consumer consumer) {
        Rule pinned = first(pins, consumer);
        Rule rule = pinned == null ? first(publications, consumer) : pinned;
        return rule == null ? null : new Given(rule.resolution.version(), rule.atMillis, rule.resolution.pinned());
    }

    /**
     * What is offered to a process: what it is to run or, if it runs nothing and the payload of that is missing, what
     * stands in for it.
     *
     * @param running 0 = nothing
     * @return null if it goes on with what it runs, for the payload of what it is to run is missing
     */
    @Nullable
    Resolution offered(Consumer consumer, long running) {
        Resolution resolution = resolve(consumer);
        if (heldBack.isEmpty() || resolution.version() == running || heldBack.of(resolution.version()) == null) {
            return resolution;
        }
        return running == 0 ? heldBack.standIn(consumer, resolution.version()) : null;
    }

    /** The record of a version that the head names, or that stands in for one; null for others. */
    @Nullable
    VersionRecord version(long version) {
        VersionRecord named = named(version);
        return named != null || heldBack.isEmpty() ? named : heldBack.record(version);
    }

    /** The record of a version that the head names; null if it doesn't. */
    @Nullable
    VersionRecord named(long version) {
        return Heads.record(head(), version);
    }

    /** Whether a version that both name consists of the same bytes; numbers may be used again after a restore. */
    boolean hasSamePayload(CachedTopic other, long version) {
        VersionRecord mine = named(version);
        VersionRecord others = other.named(version);
        return mine != null && others != null && mine.getPartsList().equals(others.getPartsList());
    }

    /** The scopes to which pins and publications give a version. */
    List<Scope> scopesOf(long version) {
        return rules().filter(rule -> rule.resolution.version() == version)
                .map(Rule::scope)
                .toList();
    }

    /** The versions that pins and publications may give somebody. */
    Set<Long> deciding() {
        return rules().map(rule -> rule.resolution.version()).collect(Collectors.toSet());
    }

    private Stream<Rule> rules() {
        return Stream.concat(Arrays.stream(pins), Arrays.stream(publications));
    }

    private static @Nullable Rule first(Rule[] rules, Consumer consumer) {
        for (Rule rule : rules) {
            if (rule.matches(consumer)) {
                return rule;
            }
        }
        return null;
    }

    private static Rule[] pins(TopicHead head) {
        return rules(head.getPinsList().stream()
                .filter(pin -> isServable(head, pin.getVersion()))
                .sorted(Comparator.comparingInt((Pin pin) -> Scopes.specificity(pin.getScope()))
                        .reversed())
                .map(pin -> Rule.of(pin.getScope(), null, pin.getVersion(), true, pin.getAtMs())));
    }

    private static Rule[] publications(TopicHead head) {
        return rules(head.getPublicationsList().stream()
                .filter(publication -> isServable(head, publication.getVersion()))
                .sorted(Comparator.comparingLong(Publication::getVersion).reversed())
                .map(publication -> Rule.of(
                        publication.getScope(),
                        publication.hasShare() ? publication.getShare() : null,
                        publication.getVersion(),
                        false,
                        publication.getAtMs())));
    }

    private static Rule[] rules(Stream<Rule> rules) {
        Rule[] all = rules.toArray(Rule[]::new);
        return all.length == 0 ? NONE : all;
    }

    private static boolean isServable(TopicHead head, long version) {
        VersionRecord record = Heads.record(head, version);
        return record == null || !record.hasQuarantine();
    }

    /** Something that decides for the consumers that it matches. */
    private record Rule(Scope scope, @Nullable Share share, Resolution resolution, long atMillis) {
        static Rule of(Scope scope, @Nullable Share share, long version, boolean pinned, long atMillis) {
            return new Rule(scope, share, new Resolution(version, pinned, scope), atMillis);
        }

        boolean matches(Consumer consumer) {
            return Scopes.matches(scope, consumer)
                    && (share == null || Shares.bucket(share.getSalt(), consumer.getInstance()) < share.getBound());
        }
    }
}
