package io.octavo.server.web;

import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.server.security.Right;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** A topic's history, and its versions one by one. */
@RestController
final class VersionsController {
    private static final char LIST = 'v';

    private final TopicLog log;
    private final TopicReads reads;

    VersionsController(TopicLog log) {
        this.log = log;
        this.reads = new TopicReads(log);
    }

    /** A page of versions, newest first. */
    record Versions(List<VersionView> versions, @Nullable String nextPageToken) {}

    @GetMapping(Addresses.VERSIONS)
    @Needs(Right.READ)
    ResponseEntity<Versions> list(HttpServletRequest request, @PathVariable String topic) {
        Query query = Query.of(request, "limit", PageToken.PARAMETER);
        int limit = Paging.limit(query);
        long below = below(query);
        TopicHead head = reads.require(topic);
        List<VersionRecord> records = log.versionsBelow(topic, below, limit + 1, Read.LOCAL).stream()
                .filter(record -> record.getVersion() > head.getBaseVersion())
                .toList();
        boolean more = records.size() > limit;
        List<VersionRecord> page = more ? records.subList(0, limit) : records;
        return Answers.ok()
                .body(new Versions(
                        page.stream()
                                .map(record -> VersionView.of(head, record))
                                .toList(),
                        more ? PageToken.after(LIST, page.get(limit - 1).getVersion()) : null));
    }

    @GetMapping(Addresses.VERSIONS + "/{version}")
    @Needs(Right.READ)
    ResponseEntity<VersionView> get(
            HttpServletRequest request, @PathVariable String topic, @PathVariable String version) {
        Query.of(request);
        long number = TopicReads.number(version);
        TopicHead head = reads.require(topic);
        return Answers.ok().body(VersionView.of(head, reads.requireVersion(head, number)));
    }

    private static long below(Query query) {
        String last = PageToken.read(LIST, query);
        return last == null
                ? Long.MAX_VALUE
                : Query.wholeNumber(PageToken.PARAMETER, last, "the nextPageToken of an earlier answer");
    }
}
