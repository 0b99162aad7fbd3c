package io.octavo.server.web;

import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.TopicNames;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.Publisher;
import io.octavo.server.security.Right;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.Limits;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** What became of a request, by its idempotency key. */
@RestController
final class RequestsController {
    private final Publisher publisher;
    private final TopicCommits commits;

    RequestsController(Publisher publisher, TopicCommits commits) {
        this.publisher = publisher;
        this.commits = commits;
    }

    /** A request that is being carried out on this node. */
    record Running(String topic, String key, String state) {}

    @Call(
            value =
                    "What an idempotency key did: the version; or the topic, if no version was concerned; 202 while this"
                            + " node carries it out; 404 if it is safe to repeat.",
            status = {200, 202},
            answers = {VersionView.class, TopicView.class, Running.class})
    @GetMapping(Addresses.REQUEST)
    @Needs(Right.READ)
    ResponseEntity<?> get(HttpServletRequest request, @PathVariable String topic, @PathVariable String key) {
        Query.of(request);
        TopicNames.check(topic);
        Limits.checkSaid("key", key, Limits.NAME_LENGTH);
        // In this order: a publish that ends in between is found in the log.
        if (publisher.isRunning(topic, key)) {
            return Answers.with(202).header("Retry-After", "1").body(new Running(topic, key, "RUNNING"));
        }
        Committed made = commits.made(topic, key);
        if (made == null) {
            throw ServiceException.of(
                    ErrorCode.NOT_FOUND,
                    "no request " + key + " of " + topic + " is committed, nor is this node carrying it out: it is safe"
                            + " to repeat it with this key (keys are kept for seven days)");
        }
        VersionRecord version = made.version();
        return version == null
                ? Answers.ok().body(TopicView.of(made.head()))
                : Answers.ok().body(VersionView.of(made.head(), version));
    }
}
