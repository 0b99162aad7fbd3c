package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Scopes;
import java.util.List;

/** Lets a scope go on from the version it was pinned to. */
public record UnpinScope(Scope scope, String reason) implements Command {
    public UnpinScope {
        scope = Scopes.check(scope);
        Limits.checkText("reason", reason, Limits.REASON_LENGTH);
    }

    @Override
    public void apply(TopicEdit edit) {
        edit.requireTopic();
        Pin gone = edit.unpin(scope);
        edit.event(EventKind.UNPINNED, gone.getVersion(), List.of(scope), reason);
    }

    @Override
    public List<Command> undo(TopicHead before, Committed done) {
        Command pin = Undo.pin(before, scope, done);
        return pin instanceof PinScope ? List.of(pin) : List.of();
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("unpin").add(scope);
    }

    @Override
    public boolean isEmergency() {
        return true;
    }
}
