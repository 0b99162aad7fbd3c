package io.octavo.server.web;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Publication;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Heads;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import io.octavo.rules.Shares;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tells in sentences which rules of resolution decide for a consumer, and which would have if others hadn't. */
final class Because {
    /** Of a kind that there can be many of. */
    private static final int MOST_TOLD = 20;

    private final TopicHead head;
    private final Consumer consumer;
    private final PassedOver passedOver;
    private final List<String> sentences = new ArrayList<>();

    Because(TopicHead head, Consumer consumer, PassedOver passedOver) {
        this.head = head;
        this.consumer = consumer;
        this.passedOver = passedOver;
    }

    /**
     * All sentences.
     *
     * @param pin         the one that decides; null = none does
     * @param publication the one that decides; null = none does
     */
    List<String> sentences(Resolution resolution, @Nullable Pin pin, @Nullable Publication publication) {
        if (head.hasDeletion()) {
            sentences.add("The topic was deleted by " + head.getDeletion().getBy() + " at "
                    + time(head.getDeletion().getAtMs()) + ": "
                    + PassedOver.said(head.getDeletion().getReason()) + " A deleted topic gives nothing to anybody.");
            return sentences;
        }
        if (pin != null) {
            ofPin(pin);
        }
        otherPins(resolution);
        Resolution published = Resolution.ignoringPins(head, consumer);
        if (publication != null) {
            sentences.add("Version " + publication.getVersion() + " is the highest that is published for "
                    + Consumers.described(consumer) + ": to " + Scopes.format(publication.getScope()) + " by "
                    + publication.getBy() + " at " + time(publication.getAtMs()) + ".");
            if (publication.hasShare()) {
                sentences.add(share(publication, true));
            }
        } else if (pin == null) {
            sentences.add("No version is published for " + Consumers.described(consumer) + ".");
        }
        notIncluded(published.version());
        passedOver.sentences().stream()
                .filter(sentence -> sentence.version() > published.version())
                .forEach(sentence -> sentences.add(sentence.text()));
        unpublished(published.version());
        return sentences;
    }

    private void ofPin(Pin pin) {
        sentences.add("Version " + pin.getVersion() + " is pinned for " + Scopes.format(pin.getScope()) + " by "
                + pin.getBy() + " since " + time(pin.getAtMs()) + ": " + PassedOver.said(pin.getReason())
                + (pin.getExpiresAtMs() == 0 ? "" : " The pin expires at " + time(pin.getExpiresAtMs()) + "."));
        Resolution without = Resolution.ignoringPins(head, consumer);
        sentences.add(
                without.scope() == null
                        ? "Without pins nothing is published for it."
                        : "Without pins it would run version " + without.version() + ", published to "
                                + Scopes.format(without.scope()) + ".");
    }

    private void otherPins(Resolution resolution) {
        for (Pin pin : head.getPinsList()) {
            boolean decides = resolution.pinned() && pin.getScope().equals(resolution.scope());
            if (decides || !Scopes.matches(pin.getScope(), consumer)) {
                continue;
            }
            String which = "The pin of " + Scopes.format(pin.getScope()) + " to version " + pin.getVersion();
            VersionRecord record = Heads.record(head, pin.getVersion());
            sentences.add(
                    record != null && record.hasQuarantine()
                            ? which + " does not count: the version is quarantined."
                            : which + " matches too, but the one that decides is more specific.");
        }
    }

    /** Publications above the one that counts, for others: by their scope or their share. */
    private void notIncluded(long version) {
        List<String> elsewhere = new ArrayList<>();
        for (Publication publication : head.getPublicationsList()) {
            if (publication.getVersion() <= version) {
                continue;
            }
            VersionRecord record = Heads.record(head, publication.getVersion());
            if (!Scopes.matches(publication.getScope(), consumer)) {
                elsewhere.add(publication.getVersion() + " to " + Scopes.format(publication.getScope()));
            } else if (record != null && record.hasQuarantine()) {
                sentences.add("Version " + publication.getVersion() + " does not count: it is quarantined.");
            } else {
                sentences.add(share(publication, false));
            }
        }
        if (!elsewhere.isEmpty()) {
            int rest = elsewhere.size() - MOST_TOLD;
            sentences.add("Published only to other scopes: "
                    + elsewhere.stream().limit(MOST_TOLD).collect(Collectors.joining("; "))
                    + (rest > 0 ? " and " + rest + " more" : "") + ".");
        }
    }

    private String share(Publication publication, boolean isIn) {
        int bucket = Shares.bucket(publication.getShare().getSalt(), consumer.getInstance());
        String who = consumer.getInstance().isEmpty() ? "an instance without a name" : consumer.getInstance();
        return "Version " + publication.getVersion() + " is published to "
                + Scopes.format(publication.getScope()) + " for "
                + publication.getShare().getBound() / 100.0 + " % of the instances only; " + who
                + (isIn ? " is one of them" : " is not one of them") + " (its bucket is " + bucket
                + ", those below " + publication.getShare().getBound() + " are in).";
    }

    /** The newest version, if there is nothing to be seen of it so far. */
    private void unpublished(long version) {
        long newest = TopicView.newestVersion(head);
        boolean isKnown = newest <= version
                || head.getWithdrawnList().contains(newest)
                || head.getPublicationsList().stream().anyMatch(p -> p.getVersion() == newest);
        if (newest == 0) {
            sentences.add("The topic has no version yet.");
        } else if (!isKnown) {
            sentences.add("Version " + newest + ", the newest, is published to nobody now.");
        }
    }

    private static Instant time(long millis) {
        return Instant.ofEpochMilli(millis);
    }
}
