package io.octavo.server.web;

import io.octavo.protocol.TopicHead;
import io.octavo.server.retention.Evidence;
import io.octavo.server.retention.Retention;
import io.octavo.server.retention.Verdict;
import io.octavo.server.security.Right;
import io.octavo.server.topic.ReadableLog;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.web.KeptView.KeptVersion;
import io.octavo.server.web.KeptView.TopicTotals;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** What retention would delete, and why it keeps the rest. Changes nothing. */
@RestController
final class RetentionController {
    private static final char OF_TOPIC = 'r';
    private static final char OF_ALL = 'R';

    private final Retention retention;
    private final TopicReads reads;
    private final AllHeads heads;

    RetentionController(Retention retention, ReadableLog log, AllHeads heads) {
        this.retention = retention;
        this.reads = new TopicReads(log);
        this.heads = heads;
    }

    /** Asks all subscribe nodes what they run, for a second at most. */
    @Call(
            value = "Why each version of a topic stays, or that it goes, and when at the earliest; the newest first.",
            query = {"limit", "pageToken"})
    @GetMapping(Addresses.TOPIC_RETENTION)
    @Needs(Right.READ)
    ResponseEntity<KeptView> ofTopic(HttpServletRequest request, @PathVariable String topic) {
        Query query = Query.of(request, "limit", PageToken.PARAMETER);
        int limit = Paging.limit(query);
        long below = PageToken.below(OF_TOPIC, query);
        TopicHead head = reads.require(topic);
        List<Verdict> page = new ArrayList<>();
        retention.judge(head, retention.evidence(topic), Read.LOCAL, verdict -> {
            if (verdict.version() < below && page.size() <= limit) {
                page.add(verdict);
            }
        });
        boolean more = page.size() > limit;
        List<KeptVersion> versions =
                page.stream().limit(limit).map(KeptVersion::of).toList();
        return Answers.ok()
                .body(KeptView.of(
                        head,
                        retention.policy(head),
                        versions,
                        more ? PageToken.after(OF_TOPIC, versions.get(limit - 1).version()) : null));
    }

    /** Doesn't ask who else uses versions, so that fewer may go than it says. */
    @Call(
            value =
                    "How many versions of each topic there are, and how many would go at most; by name, deleted topics too.",
            query = {"limit", "pageToken"})
    @GetMapping(Addresses.RETENTION)
    @Needs(Right.LIST)
    ResponseEntity<TopicTotals> ofAll(HttpServletRequest request) {
        Query query = Query.of(request, "limit", PageToken.PARAMETER);
        int limit = Paging.limit(query);
        NamedPage<TopicHead> page = new NamedPage<>(PageToken.afterTopic(OF_ALL, query), limit);
        Predicate<String> readable = Access.readable(request);
        heads.forEach(head -> {
            if (readable == null || readable.test(head.getTopic())) {
                page.add(head.getTopic(), head);
            }
        });
        return Answers.ok()
                .body(new TopicTotals(page.entries().stream().map(this::total).toList(), page.next(OF_ALL)));
    }

    private KeptView.TopicTotal total(TopicHead head) {
        KeptView.Sum sum = new KeptView.Sum();
        retention.judge(head, Evidence.NONE, Read.LOCAL, sum);
        return sum.of(head);
    }
}
