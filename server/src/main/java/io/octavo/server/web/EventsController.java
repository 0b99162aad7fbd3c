package io.octavo.server.web;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import io.octavo.server.security.Right;
import io.octavo.server.topic.Gone;
import io.octavo.server.topic.Limits;
import io.octavo.server.topic.ReadableLog;
import io.octavo.server.web.EventTrail.Changed;
import io.octavo.server.web.EventTrail.Wanted;
import io.octavo.server.web.EventView.Events;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** The audit trail: what was done to a topic, or to all. */
@RestController
final class EventsController {
    private static final char OF_TOPIC = 'e';
    private static final char OF_ALL = 'a';
    private static final Duration USUAL = Duration.ofHours(1);
    private static final Duration LONGEST = Duration.ofDays(30);
    private static final List<EventKind> KINDS = Arrays.stream(EventKind.values())
            .filter(kind -> kind != EventKind.EVENT_KIND_UNSPECIFIED && kind != EventKind.UNRECOGNIZED)
            .toList();

    private final ReadableLog log;
    private final TopicReads reads;
    private final AllHeads heads;
    private final EventTrail trail;
    private final InstantSource clock;

    EventsController(ReadableLog log, AllHeads heads, Executor executor, InstantSource clock) {
        this.log = log;
        this.reads = new TopicReads(log);
        this.heads = heads;
        this.trail = new EventTrail(log, executor);
        this.clock = clock;
    }

    @Call(
            value = "What was done to a topic, newest first.",
            query = {"limit", "pageToken"})
    @GetMapping(Addresses.TOPIC_EVENTS)
    @Needs(Right.READ)
    ResponseEntity<Events> ofTopic(HttpServletRequest request, @PathVariable String topic) {
        Query query = Query.of(request, "limit", PageToken.PARAMETER);
        int limit = Paging.limit(query);
        long below = PageToken.below(OF_TOPIC, query);
        TopicHead head = reads.require(topic);
        if (below <= head.getHorizon().getRevision()) {
            throw Gone.history(head);
        }
        EventCursor cursor = EventCursor.below(log, topic, below);
        List<EventView> page = new ArrayList<>();
        TopicEvent event = cursor.peek();
        while (event != null && page.size() < limit) {
            page.add(EventView.of(topic, event));
            cursor.advance();
            event = cursor.peek();
        }
        return Answers.ok()
                .body(new Events(
                        page,
                        event == null
                                ? null
                                : PageToken.after(OF_TOPIC, page.get(limit - 1).revision()),
                        horizon(head).equals(Instant.EPOCH) ? null : horizon(head)));
    }

    /**
     * {@code completeSince} is there if the trail of some topic doesn't reach back to the time asked for. Of one topic that is
     * GONE: who asks for one wants to see all of it.
     */
    @Call(
            value = "What was done to all topics, newest first.",
            query = {"since", "topic", "who", "kind", "limit", "pageToken"})
    @GetMapping(Addresses.EVENTS)
    @Needs(Right.LIST)
    ResponseEntity<Events> ofAll(HttpServletRequest request) {
        Query query = Query.of(request, "since", "topic", "who", "kind", "limit", PageToken.PARAMETER);
        int limit = Paging.limit(query);
        Instant now = clock.instant();
        Instant since = Instants.since(query, "since", USUAL, LONGEST, now);
        Token token = Token.read(query);
        String who = query.text("who");
        Wanted wanted = new Wanted(
                token == null
                        ? since.toEpochMilli()
                        : Math.max(token.sinceMillis(), now.minus(LONGEST).toEpochMilli()),
                who == null ? null : Limits.checkSaid("who", who, Limits.NAME_LENGTH),
                kind(query));
        String topic = query.text("topic");
        Topics topics = topic == null
                ? changed(Access.readable(request), wanted.sinceMillis())
                : only(request, topic, wanted.sinceMillis());
        EventTrail.Page page = trail.page(topics.changed(), wanted, token == null ? null : token.after(), limit);
        EventPosition next = page.next();
        return Answers.ok()
                .body(new Events(
                        page.events(),
                        next == null ? null : new Token(wanted.sinceMillis(), next).written(),
                        topics.completeSince()));
    }

    /**
     * Those whose events are asked for.
     *
     * @param completeSince from when on all of their events are there; null = since the time that is asked for
     */
    private record Topics(List<Changed> changed, @Nullable Instant completeSince) {}

    private Topics only(HttpServletRequest request, String topic, long sinceMillis) {
        Access.require(request, Right.READ, topic, List.of());
        TopicHead head = reads.require(topic);
        if (horizon(head).toEpochMilli() > sinceMillis) {
            throw Gone.history(head);
        }
        return new Topics(List.of(Changed.of(head)), null);
    }

    private Topics changed(@Nullable Predicate<String> readable, long sinceMillis) {
        List<Changed> changed = new ArrayList<>();
        long[] complete = {sinceMillis};
        heads.forEach(head -> {
            boolean isShown = readable == null || readable.test(head.getTopic());
            if (isShown && head.getLastEventMs() >= sinceMillis) {
                changed.add(Changed.of(head));
                complete[0] = Math.max(complete[0], horizon(head).toEpochMilli());
            }
        });
        return new Topics(changed, complete[0] == sinceMillis ? null : Instant.ofEpochMilli(complete[0]));
    }

    /** From when on all that was done to a topic is told; the beginning of time if nothing of it is gone. */
    private static Instant horizon(TopicHead head) {
        return head.hasHorizon() ? Instant.ofEpochMilli(head.getHorizon().getAtMs() + 1) : Instant.EPOCH;
    }

    private static @Nullable EventKind kind(Query query) {
        String text = query.text("kind");
        if (text == null) {
            return null;
        }
        return KINDS.stream()
                .filter(kind -> kind.name().equals(text))
                .findFirst()
                .orElseThrow(() -> new InvalidField(
                        "kind",
                        text,
                        "one of " + KINDS.stream().map(EventKind::name).collect(Collectors.joining(", "))));
    }

    /** Where a list goes on; the time since which is asked stays that of its first page. */
    private record Token(long sinceMillis, EventPosition after) {
        static @Nullable Token read(Query query) {
            String text = PageToken.read(OF_ALL, query);
            if (text == null) {
                return null;
            }
            String[] fields = text.split("\\.", 4);
            if (fields.length < 4 || !TopicNames.isValid(fields[3])) {
                throw PageToken.invalid(text);
            }
            return new Token(number(fields[0]), new EventPosition(number(fields[1]), fields[3], number(fields[2])));
        }

        String written() {
            return PageToken.after(
                    OF_ALL, sinceMillis + "." + after.atMillis() + "." + after.revision() + "." + after.topic());
        }

        private static long number(String text) {
            return Query.wholeNumber(PageToken.PARAMETER, text, "the nextPageToken of an earlier answer");
        }
    }
}
