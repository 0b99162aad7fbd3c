package io.octavo.server.web;

import io.octavo.server.topic.Command;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.TopicCommits;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;

/** Carries out what requests ask for: in the name of who asks, once per idempotency key, or only for show. */
final class Writes {
    /** The parameter of all writes that asks for all checks and no change. */
    static final String DRY_RUN = "dryRun";

    private final TopicCommits commits;

    Writes(TopicCommits commits) {
        this.commits = commits;
    }

    /** The parameters of a write: those named, and those that all writes have. */
    static Query query(HttpServletRequest request, String... known) {
        String[] all = Arrays.copyOf(known, known.length + 1);
        all[known.length] = DRY_RUN;
        return Query.of(request, all);
    }

    Committed carryOut(HttpServletRequest request, Query query, String topic, Command command) {
        String who = Headers.who(request);
        String key = Headers.one(request, Headers.IDEMPOTENCY_KEY);
        return query.flag(DRY_RUN) ? commits.dryRun(topic, command, who) : commits.commit(topic, command, who, key);
    }
}
