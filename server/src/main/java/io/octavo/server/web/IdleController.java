package io.octavo.server.web;

import io.octavo.server.idle.Idle;
import io.octavo.server.idle.IdleRule;
import io.octavo.server.idle.IdleTopics;
import io.octavo.server.security.Right;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Topics that nobody uses. */
@RestController
final class IdleController {
    private static final char LIST = 'i';

    private final IdleTopics idle;
    private final AllHeads heads;

    IdleController(IdleTopics idle, AllHeads heads) {
        this.idle = idle;
        this.heads = heads;
    }

    /**
     * A page of topics, by name.
     *
     * @param knownSince since when it is noted without a gap who consumes what; absent = that can't be said now, and topics
     *     are listed only that were archived before
     */
    record IdleView(
            List<IdleTopic> topics,
            @Nullable Instant knownSince,
            @Nullable String nextPageToken) {}

    /**
     * A topic that nobody uses.
     *
     * @param consumedAt to about a day; absent if it was not consumed since that is noted
     * @param nextAt     when it comes to the next state; absent if there is none
     */
    record IdleTopic(
            String topic,
            @Nullable String owner,
            Instant publishedAt,
            @Nullable Instant consumedAt,
            Idle.State state,
            Instant since,
            @Nullable Instant nextAt) {
        static IdleTopic of(Idle idle) {
            return new IdleTopic(
                    idle.topic(),
                    idle.owner().isEmpty() ? null : idle.owner(),
                    idle.published(),
                    idle.consumed(),
                    idle.state(),
                    idle.since(),
                    idle.next());
        }
    }

    @Call(
            value = "Topics that nobody has published or consumed for long, by name.",
            query = {"owner", "limit", "pageToken"})
    @GetMapping(Addresses.IDLE)
    @Needs(Right.LIST)
    ResponseEntity<IdleView> list(HttpServletRequest request) {
        Query query = Query.of(request, "owner", "limit", PageToken.PARAMETER);
        int limit = Paging.limit(query);
        String owner = query.text("owner");
        Predicate<String> readable = Access.readable(request);
        IdleRule rule = idle.rule();
        NamedPage<IdleTopic> page = new NamedPage<>(PageToken.afterTopic(LIST, query), limit);
        heads.forEach(head -> {
            boolean isShown = (readable == null || readable.test(head.getTopic()))
                    && (owner == null || owner.equals(head.getSettings().getOwner()));
            Idle found = isShown && page.takes(head.getTopic()) ? idle.of(rule, head) : null;
            if (found != null) {
                page.add(found.topic(), IdleTopic.of(found));
            }
        });
        return Answers.ok().body(new IdleView(page.entries(), rule.knownSince(), page.next(LIST)));
    }
}
