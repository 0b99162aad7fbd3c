package io.octavo.server.web;

import io.octavo.protocol.Pin;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Scopes;
import io.octavo.rules.TopicNames;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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

    @GetMapping(Addresses.ALL_PINS)
    ResponseEntity<AllPins> list(HttpServletRequest request) {
        Query query = Query.of(request, "limit", PageToken.PARAMETER);
        int limit = Paging.limit(query);
        String last = PageToken.read(LIST, query);
        if (last != null && !TopicNames.isValid(last.split(" ", 2)[0])) {
            throw PageToken.invalid(last);
        }
        String after = last == null ? "" : last;
        Instant now = clock.instant();
        List<PinOfTopic> pins = new ArrayList<>();
        heads.forEach(head -> {
            if (!head.hasDeletion()) {
                head.getPinsList().forEach(pin -> pins.add(view(head, pin, now)));
            }
        });
        List<PinOfTopic> page = pins.stream()
                .filter(pin -> pin.key().compareTo(after) > 0)
                .sorted(Comparator.comparing(PinOfTopic::key))
                .limit(limit + 1L)
                .toList();
        boolean more = page.size() > limit;
        return Answers.ok()
                .body(new AllPins(
                        more ? page.subList(0, limit) : page,
                        more ? PageToken.after(LIST, page.get(limit - 1).key()) : null));
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
