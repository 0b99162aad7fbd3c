package io.octavo.server.web;

import io.octavo.protocol.TopicHead;
import io.octavo.server.security.Right;
import io.octavo.server.topic.Limits;
import io.octavo.server.web.TopicView.Topics;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The list of topics. */
@RestController
final class TopicsController {
    private static final char LIST = 't';

    private final TopicIndex index;

    TopicsController(TopicIndex index) {
        this.index = index;
    }

    @Call(
            value = "The topics, by name.",
            query = {"query", "owner", "limit", "pageToken"})
    @GetMapping(Addresses.TOPICS)
    @Needs(Right.LIST)
    ResponseEntity<Topics> list(HttpServletRequest request) {
        Query query = Query.of(request, "query", "owner", "limit", PageToken.PARAMETER);
        int limit = Paging.limit(query);
        String part = query.text("query");
        Predicate<String> readable = Access.readable(request);
        List<TopicHead> heads = page(
                part == null ? "" : Limits.checkText("query", part, Limits.NAME_LENGTH),
                query.text("owner"),
                PageToken.afterTopic(LIST, query),
                limit + 1,
                readable);
        boolean more = heads.size() > limit;
        List<TopicHead> page = more ? heads.subList(0, limit) : heads;
        return Answers.ok()
                .body(new Topics(
                        page.stream().map(TopicView::of).toList(),
                        more ? PageToken.after(LIST, page.get(limit - 1).getTopic()) : null));
    }

    /** What the caller may not read is left out before the page is cut. */
    private List<TopicHead> page(
            String part, @Nullable String owner, String after, int limit, @Nullable Predicate<String> readable) {
        if (readable == null) {
            return index.page(part, owner, after, limit);
        }
        return index.page(part, owner, after, Integer.MAX_VALUE).stream()
                .filter(head -> readable.test(head.getTopic()))
                .limit(limit)
                .toList();
    }
}
