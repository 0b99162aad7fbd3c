package io.octavo.server.web;

import io.octavo.protocol.Pin;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Scopes;
import io.octavo.rules.TopicNames;
import io.octavo.server.security.Right;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The pins of all topics: what is held, for how long already, and how much waits behind it. */
@RestController
final class AllPinsController {
    private static final char LIST = 'p';

    private final AllHeads heads;
    private final InstantSource clock;

    AllPinsController(AllHeads heads, InstantSource clock) {
        this.heads = heads;
        this.clock = clock;
    }

    /** A page of pins, by topic and scope. */
    record AllPins(List<PinOfTopic> pins, @Nullable String nextPageToken) {}

    /**
     * A pin.
     *
     * @param newerVersions how many versions wait above the pinned one
     * @param ageSeconds    how long it has been there
     */
    record PinOfTopic(
            String topic,
            String scope,
            long version,
            Instant at,
            String by,
            String reason,
            @Nullable Instant expiresAt,
            long newerVersions,
            long ageSeconds) {
        /** What the list is ordered by: no topic and no scope has a blank in it. */
        String key() {
            return topic + " " + scope;
        }
    }

    @Call(
            value = "The pins of all topics, by topic and scope.",
            query = {"limit", "pageToken"})
    @GetMapping(Addresses.ALL_PINS)
    @Needs(Right.LIST)
    ResponseEntity<AllPins> list(HttpServletRequest request) {
        Query query = Query.of(request, "limit", PageToken.PARAMETER);
        int limit = Paging.limit(query);
        String last = PageToken.read(LIST, query);
        if (last != null && !TopicNames.isValid(last.split(" ", 2)[0])) {
            throw PageToken.invalid(last);
        }
        Instant now = clock.instant();
        NamedPage<PinOfTopic> page = new NamedPage<>(last == null ? "" : last, limit);
        Predicate<String> readable = Access.readable(request);
        heads.forEach(head -> {
            boolean isHidden = head.hasDeletion() || (readable != null && !readable.test(head.getTopic()));
            for (Pin pin : isHidden ? List.<Pin>of() : head.getPinsList()) {
                PinOfTopic view = view(head, pin, now);
                page.add(view.key(), view);
            }
        });
        return Answers.ok().body(new AllPins(page.entries(), page.next(LIST)));
    }

    private static PinOfTopic view(TopicHead head, Pin pin, Instant now) {
        Instant at = Instant.ofEpochMilli(pin.getAtMs());
        return new PinOfTopic(
                head.getTopic(),
                Scopes.format(pin.getScope()),
                pin.getVersion(),
                at,
                pin.getBy(),
                pin.getReason(),
                pin.getExpiresAtMs() == 0 ? null : Instant.ofEpochMilli(pin.getExpiresAtMs()),
                head.getNewestVersion() - pin.getVersion(),
                Math.max(0, Duration.between(at, now).toSeconds()));
    }
}
