package io.octavo.server.web;

import io.octavo.protocol.TopicHead;
import io.octavo.server.security.Right;
import io.octavo.server.topic.Limits;
import io.octavo.server.topic.ReadableLog;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** A topic's history, and its versions one by one. */
@RestController
final class VersionsController {
    private static final char LIST = 'v';

    private final VersionSearch search;
    private final TopicReads reads;

    VersionsController(ReadableLog log) {
        this.search = new VersionSearch(log);
        this.reads = new TopicReads(log);
    }

    /** A page of versions, newest first. */
    record Versions(List<VersionView> versions, @Nullable String nextPageToken) {}

    @Call(
            value = "A topic's history, newest first; of those that have all the metadata that is named.",
            query = {"meta", "limit", "pageToken"})
    @GetMapping(Addresses.VERSIONS)
    @Needs(Right.READ)
    ResponseEntity<Versions> list(HttpServletRequest request, @PathVariable String topic) {
        Query query = Query.of(request, "meta", "limit", PageToken.PARAMETER);
        Map<String, String> metadata = Metadata.of("meta", query.all("meta"));
        Limits.checkMetadata("meta", metadata);
        int limit = Paging.limit(query);
        long below = PageToken.below(LIST, query);
        TopicHead head = reads.require(topic);
        VersionSearch.Page page = search.page(head, metadata, below, limit);
        Long next = page.next();
        return Answers.ok()
                .body(new Versions(
                        page.versions().stream()
                                .map(record -> VersionView.of(head, record))
                                .toList(),
                        next == null ? null : PageToken.after(LIST, next)));
    }

    @Call("A version.")
    @GetMapping(Addresses.VERSIONS + "/{version}")
    @Needs(Right.READ)
    ResponseEntity<VersionView> get(
            HttpServletRequest request, @PathVariable String topic, @PathVariable String version) {
        Query.of(request);
        long number = TopicReads.number(version);
        TopicHead head = reads.require(topic);
        return Answers.ok().body(VersionView.of(head, reads.requireVersion(head, number)));
    }
}
