package io.octavo.server.web;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Scopes;
import io.octavo.server.publish.LiveReaders;
import io.octavo.server.security.Right;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.RollbackTopic;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** The one button: consumers go back from a bad version, in one step. */
@RestController
final class RollbackController {
    private static final List<String> FIELDS = List.of("to", "scope", "reason", "keep");

    private final Writes writes;

    RollbackController(TopicCommits commits, LiveReaders readers) {
        this.writes = new Writes(commits, readers);
    }

    /**
     * What a rollback reads.
     *
     * @param to    the version to go back to; absent = what was published to the scope before
     * @param scope whom to move; absent = each scope that runs the newest published version, or everybody if there is
     *     a version to go back to
     * @param keep  the version left is not quarantined
     */
    record RollbackBody(
            @Nullable Long to,
            @Nullable String scope,
            String reason,
            @Nullable Boolean keep) {}

    /**
     * The answer to a rollback.
     *
     * @param moves             each scope that was pinned, from which version, to which
     * @param staying           pins of narrower scopes, which are as they were
     * @param quarantined       the version left, if it is quarantined now
     * @param quarantineOmitted why it isn't; null if it is
     */
    record RolledBack(
            String topic,
            long revision,
            List<Written.Move> moves,
            List<PinView> staying,
            @Nullable Long quarantined,
            @Nullable String quarantineOmitted,
            String ui,
            @JsonUnwrapped Written write) {}

    @Call(
            value = "Moves consumers back from a bad version, in one step.",
            query = {"dryRun"},
            headers = {"Idempotency-Key", "Octavo-Who"},
            body = RollbackBody.class)
    @PostMapping(path = Addresses.TOPIC + "/rollback", consumes = "application/json")
    @Needs(value = Right.ROLLBACK, scopesInBody = true)
    ResponseEntity<RolledBack> rollBack(HttpServletRequest request, @PathVariable String topic) throws IOException {
        Query query = Writes.query(request);
        JsonBody body = JsonBody.of(request, FIELDS);
        String scope = body.text("scope");
        RollbackTopic command = new RollbackTopic(
                scope == null ? null : Scopes.parse(scope),
                body.number("to", 1),
                body.requiredText("reason"),
                body.flag("keep"));
        checkRights(request, topic, command);
        Committed done = writes.carryOut(request, query, topic, command);
        return Answers.written(200, done).body(view(command, done, writes.written(command, done)));
    }

    /** A quarantine concerns everybody, also where only one scope is moved. */
    private static void checkRights(HttpServletRequest request, String topic, RollbackTopic command) {
        Scope scope = command.scope();
        Access.require(request, Right.ROLLBACK, topic, scope == null ? List.of() : List.of(scope));
        if (!command.keep()) {
            Access.require(request, Right.QUARANTINE, topic, List.of());
        }
    }

    private static RolledBack view(RollbackTopic command, Committed done, Written written) {
        TopicHead head = done.head();
        VersionRecord left = done.version();
        List<Pin> pinned = pinned(done);
        return new RolledBack(
                head.getTopic(),
                done.revision(),
                pinned.stream()
                        .map(pin -> new Written.Move(
                                Scopes.format(pin.getScope()),
                                left == null ? null : left.getVersion(),
                                pin.getVersion(),
                                null,
                                written.instances(pin.getScope(), pin.getVersion())))
                        .toList(),
                staying(head, pinned).map(PinView::of).toList(),
                left != null && left.hasQuarantine() ? left.getVersion() : null,
                omitted(command, head, left),
                Addresses.page(head.getTopic()),
                written);
    }

    /** The pins that the rollback made; none if that can't be known any more. */
    private static List<Pin> pinned(Committed done) {
        TopicHead before = done.before();
        return done.head().getPinsList().stream()
                .filter(pin -> before != null && !before.getPinsList().contains(pin))
                .toList();
    }

    private static Stream<Pin> staying(TopicHead head, List<Pin> pinned) {
        List<Scope> moved = pinned.stream().map(Pin::getScope).toList();
        return head.getPinsList().stream()
                .filter(pin -> !moved.contains(pin.getScope()))
                .filter(pin -> moved.stream().anyMatch(wide -> Scopes.covers(wide, pin.getScope())));
    }

    private static @Nullable String omitted(RollbackTopic command, TopicHead head, @Nullable VersionRecord left) {
        if (left == null) {
            return "nothing was running";
        }
        if (left.hasQuarantine()) {
            return null;
        }
        return command.keep()
                ? "it was asked to keep version " + left.getVersion()
                : "version " + left.getVersion() + " is pinned for "
                        + head.getPinsList().stream()
                                .filter(pin -> pin.getVersion() == left.getVersion())
                                .map(pin -> Scopes.format(pin.getScope()))
                                .collect(Collectors.joining(" and "));
    }
}
