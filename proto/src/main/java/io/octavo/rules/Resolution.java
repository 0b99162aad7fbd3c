package io.octavo.rules;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Publication;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import org.jspecify.annotations.Nullable;

/**
 * What a consumer is to run of a topic, and why. There is no clock in it: the same head gives the same answer at any
 * time and on either end.
 *
 * <ol>
 *   <li>Of the pins whose scope matches and whose version is not quarantined, the most specific wins.
 *   <li>Else, of the publications whose scope and share match, the highest version that is not quarantined.
 *   <li>Else nothing.
 * </ol>
 *
 * @param version the version to run; 0 = nothing
 * @param pinned  whether a pin decided
 * @param scope   the scope of the pin or publication that decided; null if nothing did
 */
public record Resolution(
        long version, boolean pinned, @Nullable Scope scope) {
    /** Nothing was published for this consumer, or the topic is deleted. */
    public static final Resolution NOTHING = new Resolution(0, false, null);

    /** Resolves a head, whole or narrowed to this consumer. */
    public static Resolution of(TopicHead head, Consumer consumer) {
        if (head.hasDeletion()) {
            return NOTHING;
        }
        Pin pin = pin(head, consumer);
        if (pin != null) {
            return new Resolution(pin.getVersion(), true, pin.getScope());
        }
        return published(head, consumer);
    }

    /** Resolves a head as if it had no pins. */
    public static Resolution ignoringPins(TopicHead head, Consumer consumer) {
        return head.hasDeletion() ? NOTHING : published(head, consumer);
    }

    private static @Nullable Pin pin(TopicHead head, Consumer consumer) {
        Pin best = null;
        for (Pin pin : head.getPinsList()) {
            if (Scopes.matches(pin.getScope(), consumer)
                    && (best == null || Scopes.specificity(pin.getScope()) > Scopes.specificity(best.getScope()))
                    && !isQuarantined(head, pin.getVersion())) {
                best = pin;
            }
        }
        return best;
    }

    private static Resolution published(TopicHead head, Consumer consumer) {
        Publication best = null;
        for (Publication publication : head.getPublicationsList()) {
            if ((best == null || publication.getVersion() > best.getVersion())
                    && Scopes.matches(publication.getScope(), consumer)
                    && Shares.includes(publication, consumer.getInstance())
                    && !isQuarantined(head, publication.getVersion())) {
                best = publication;
            }
        }
        return best == null ? NOTHING : new Resolution(best.getVersion(), false, best.getScope());
    }

    private static boolean isQuarantined(TopicHead head, long version) {
        VersionRecord record = Heads.record(head, version);
        return record != null && record.hasQuarantine();
    }
}
