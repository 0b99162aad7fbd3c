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
import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A head made ready for resolution: what can decide, in the order in which it decides, so that the first match is the
 * answer. Gives the same answers as {@link Resolution#of}, without allocating (but for shares, which are hashed).
 * Immutable.
 */
final class CachedTopic {
    private static final Rule[] NONE = {};

    private final TopicHead head;
    private final long epoch;
    private final long revision;
    private final Rule[] pins;
    private final Rule[] publications;

    CachedTopic(TopicHead head) {
        this.head = head;
        this.epoch = head.getEpoch();
        this.revision = head.getRevision();
        this.pins = head.hasDeletion() ? NONE : pins(head);
        this.publications = head.hasDeletion() ? NONE : publications(head);
    }

    TopicHead head() {
        return head;
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
        Resolution pinned = first(pins, consumer);
        return pinned == null ? resolveIgnoringPins(consumer) : pinned;
    }

    Resolution resolveIgnoringPins(Consumer consumer) {
        Resolution published = first(publications, consumer);
        return published == null ? Resolution.NOTHING : published;
    }

    /** The record of a version that the head names; null if it doesn't. */
    @Nullable
    VersionRecord version(long version) {
        return Heads.record(head, version);
    }

    /** The versions that pins and publications may give somebody. */
    Set<Long> deciding() {
        return Stream.concat(Arrays.stream(pins), Arrays.stream(publications))
                .map(rule -> rule.resolution.version())
                .collect(Collectors.toSet());
    }

    private static @Nullable Resolution first(Rule[] rules, Consumer consumer) {
        for (Rule rule : rules) {
            if (rule.matches(consumer)) {
                return rule.resolution;
            }
        }
        return null;
    }

    private static Rule[] pins(TopicHead head) {
        return head.getPinsList().stream()
                .filter(pin -> isServable(head, pin.getVersion()))
                .sorted(Comparator.comparingInt((Pin pin) -> Scopes.specificity(pin.getScope()))
                        .reversed())
                .map(pin -> Rule.of(pin.getScope(), null, pin.getVersion(), true))
                .toArray(Rule[]::new);
    }

    private static Rule[] publications(TopicHead head) {
        return head.getPublicationsList().stream()
                .filter(publication -> isServable(head, publication.getVersion()))
                .sorted(Comparator.comparingLong(Publication::getVersion).reversed())
                .map(publication -> Rule.of(
                        publication.getScope(),
                        publication.hasShare() ? publication.getShare() : null,
                        publication.getVersion(),
                        false))
                .toArray(Rule[]::new);
    }

    private static boolean isServable(TopicHead head, long version) {
        VersionRecord record = Heads.record(head, version);
        return record == null || !record.hasQuarantine();
    }

    /** Something that decides for the consumers that it matches. */
    private record Rule(Scope scope, @Nullable Share share, Resolution resolution) {
        static Rule of(Scope scope, @Nullable Share share, long version, boolean pinned) {
            return new Rule(scope, share, new Resolution(version, pinned, scope));
        }

        boolean matches(Consumer consumer) {
            return Scopes.matches(scope, consumer)
                    && (share == null || Shares.bucket(share.getSalt(), consumer.getInstance()) < share.getBound());
        }
    }
}
