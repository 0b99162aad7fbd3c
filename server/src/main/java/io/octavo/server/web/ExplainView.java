package io.octavo.server.web;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Publication;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import io.octavo.server.web.HeldVersions.Held;
import io.octavo.server.web.PastHeads.Moment;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a consumer is to run, or was to, and why.
 *
 * @param revision    of the topic, at the time that is asked for
 * @param at          the instant that is asked for; null = now
 * @param version     null = nothing
 * @param scope       of the pin or publication that decides; null if none does
 * @param withoutPins what it would run if there were no pins; null unless a pin decides, or if that is nothing
 * @param heldBack    present if the consistency check holds that version back
 * @param because     each rule that played a part, the one that decides first
 */
record ExplainView(
        String topic,
        long revision,
        @Nullable Instant at,
        @Nullable Long version,
        Kind kind,
        @Nullable String scope,
        @Nullable PinView pin,
        @Nullable PublicationView publication,
        @Nullable Long withoutPins,
        @Nullable HeldBack heldBack,
        List<String> because) {
    /** What decides. */
    enum Kind {
        PIN,
        PUBLICATION,
        NOTHING
    }

    /**
     * A version that nobody is moved to, for its payload is missing.
     *
     * @param since   when that was found out
     * @param standIn the version that is given to who has nothing; null = there is none
     */
    record HeldBack(long version, Instant since, @Nullable Long standIn) {
        static HeldBack of(Held held) {
            long standIn = held.standIn().version();
            return new HeldBack(held.version(), held.since(), standIn == 0 ? null : standIn);
        }

        String sentence() {
            return "Version " + version + " is held back by the consistency check since " + since
                    + ": its payload is missing. Who has a value keeps it; who has none is given "
                    + (standIn == null ? "nothing, for no older version can stand in." : "version " + standIn + ".");
        }
    }

    static ExplainView of(Moment moment, Consumer consumer, PassedOver passedOver, @Nullable Held held) {
        TopicHead head = moment.then();
        Resolution resolution = Resolution.of(head, consumer);
        long withoutPins = Resolution.ignoringPins(head, consumer).version();
        Kind kind = resolution.version() == 0 ? Kind.NOTHING : resolution.pinned() ? Kind.PIN : Kind.PUBLICATION;
        Pin pin = kind == Kind.PIN ? pin(head, resolution) : null;
        Publication publication = kind == Kind.PUBLICATION ? publication(head, resolution) : null;
        HeldBack heldBack = held == null ? null : HeldBack.of(held);
        List<String> because = new Because(head, consumer, passedOver).sentences(resolution, pin, publication);
        if (heldBack != null) {
            because.add(0, heldBack.sentence());
        }
        return new ExplainView(
                head.getTopic(),
                head.getRevision(),
                moment.at(),
                kind == Kind.NOTHING ? null : resolution.version(),
                kind,
                resolution.scope() == null ? null : Scopes.format(resolution.scope()),
                pin == null ? null : PinView.of(pin),
                publication == null ? null : PublicationView.inTopic(publication),
                kind == Kind.PIN && withoutPins != 0 ? withoutPins : null,
                heldBack,
                because);
    }

    private static @Nullable Pin pin(TopicHead head, Resolution resolution) {
        return head.getPinsList().stream()
                .filter(pin -> pin.getScope().equals(resolution.scope()))
                .findFirst()
                .orElse(null);
    }

    private static @Nullable Publication publication(TopicHead head, Resolution resolution) {
        return head.getPublicationsList().stream()
                .filter(publication -> publication.getVersion() == resolution.version()
                        && publication.getScope().equals(resolution.scope()))
                .findFirst()
                .orElse(null);
    }
}
