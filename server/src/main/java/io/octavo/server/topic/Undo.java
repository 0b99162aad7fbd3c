package io.octavo.server.topic;

import io.octavo.protocol.Hold;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;

/** What gives a scope back the pin, and a version the hold, that it had. */
final class Undo {
    static final String REASON = "undo";

    private Undo() {}

    /** Pins a scope as it was pinned, or unpins it. */
    static Command pin(TopicHead before, Scope scope, Committed done) {
        return before.getPinsList().stream()
                .filter(pin -> pin.getScope().equals(scope) && isAhead(pin.getExpiresAtMs(), done))
                .findFirst()
                .<Command>map(Undo::again)
                .orElseGet(() -> new UnpinScope(scope, REASON));
    }

    /** Holds a version as it was held, or lets go of it. */
    static Command hold(TopicHead before, long version, String holder, Committed done) {
        return before.getHoldsList().stream()
                .filter(hold -> hold.getVersion() == version && hold.getHolder().equals(holder))
                .filter(hold -> isAhead(hold.getExpiresAtMs(), done))
                .findFirst()
                .<Command>map(Undo::again)
                .orElseGet(() -> new ReleaseHold(version, holder, REASON));
    }

    private static PinScope again(Pin pin) {
        return new PinScope(pin.getScope(), pin.getVersion(), pin.getReason(), pin.getExpiresAtMs());
    }

    private static HoldVersion again(Hold hold) {
        return new HoldVersion(hold.getVersion(), hold.getHolder(), hold.getReason(), hold.getExpiresAtMs());
    }

    private static boolean isAhead(long expiresAtMillis, Committed done) {
        return expiresAtMillis == 0 || expiresAtMillis > done.head().getLastEventMs();
    }
}
