package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import java.time.Instant;
import java.util.List;

/**
 * Holds a scope at a version, in place of a pin that the scope may have.
 *
 * @param expiresAtMillis 0 = no expiry
 */
public record PinScope(Scope scope, long version, String reason, long expiresAtMillis) implements Command {
    public PinScope {
        scope = Scopes.check(scope);
        Limits.checkSaid("reason", reason, Limits.REASON_LENGTH);
    }

    @Override
    public void apply(TopicEdit edit) {
        edit.requireServable(version);
        if (expiresAtMillis != 0 && expiresAtMillis <= edit.now()) {
            throw new InvalidField("expiresAt", Instant.ofEpochMilli(expiresAtMillis), "a time in the future, or none");
        }
        edit.pin(Pin.newBuilder()
                .setScope(scope)
                .setVersion(version)
                .setAtMs(edit.now())
                .setBy(edit.who())
                .setReason(reason)
                .setExpiresAtMs(expiresAtMillis)
                .build());
        edit.event(EventKind.PINNED, version, List.of(scope), reason);
    }

    @Override
    public List<Command> undo(TopicHead before, Committed done) {
        return List.of(Undo.pin(before, scope, done));
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("pin").add(scope).add(version).add(reason).add(expiresAtMillis);
    }

    @Override
    public boolean isEmergency() {
        return true;
    }
}
