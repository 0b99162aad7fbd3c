package io.octavo.server.web;

import io.octavo.server.publish.LiveReaders;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.TopicCommits;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Carries out what requests ask for: in the name of who asks, once per idempotency key, or only for show. */
final class Writes {
    /** The parameter of all writes that asks for all checks and no change. */
    static final String DRY_RUN = "dryRun";

    private final TopicCommits commits;
    private final LiveReaders readers;

    Writes(TopicCommits commits, LiveReaders readers) {
        this.commits = commits;
        this.readers = readers;
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

    /** Refuses what would leave live instances without any version. */
    void requireVersionsLeft(HttpServletRequest request, String topic, Command command) {
        readers.requireVersionsLeft(topic, command, Headers.who(request));
    }

    /** What the answer says of what was done, or would be. */
    Written written(Command command, Committed done) {
        return Written.of(command, done, readers.count(done));
    }

    /** The same, of what is taken back in a way of its own. */
    Written written(Committed done, @Nullable String undo) {
        return Written.of(done, readers.count(done), undo);
    }
}
