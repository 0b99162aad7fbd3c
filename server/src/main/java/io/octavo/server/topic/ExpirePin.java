package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Scope;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import java.util.List;

/**
 * Takes a pin away whose time is over. Does nothing if the scope's pin is another one by now, lasts longer, or is gone.
 *
 * @param version         as in the pin that was seen to expire
 * @param expiresAtMillis as in that pin
 */
public record ExpirePin(Scope scope, long version, long expiresAtMillis) implements Command {
    /** Whom the audit trail names. */
    public static final String WHO = "octavo:expiry";

    public ExpirePin {
        scope = Scopes.check(scope);
        checkExpiry(expiresAtMillis);
    }

    @Override
    public void apply(TopicEdit edit) {
        Pin pin = edit.pins().stream().filter(this::isMeant).findFirst().orElse(null);
        if (pin == null || edit.isDeleted() || expiresAtMillis > edit.now()) {
            edit.nothingToDo(0);
            return;
        }
        edit.unpin(scope);
        edit.event(EventKind.UNPINNED, version, List.of(scope), reason(pin.getReason()));
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("expire-pin").add(scope).add(version).add(expiresAtMillis);
    }

    @Override
    public boolean isEmergency() {
        return true;
    }

    private boolean isMeant(Pin pin) {
        return pin.getScope().equals(scope) && pin.getVersion() == version && pin.getExpiresAtMs() == expiresAtMillis;
    }

    static void checkExpiry(long expiresAtMillis) {
        if (expiresAtMillis <= 0) {
            throw new InvalidField("expiresAt", expiresAtMillis, "when it expires, in ms");
        }
    }

    /** Why it is taken away: its own reason, marked. */
    static String reason(String original) {
        return "expired: " + original;
    }
}
