package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.Hold;
import java.util.List;

/**
 * Takes a hold away whose time is over. Does nothing if it was prolonged, or is gone.
 *
 * @param holder          whose hold it is
 * @param expiresAtMillis as in the hold that was seen to expire
 */
public record ExpireHold(long version, String holder, long expiresAtMillis) implements Command {
    public ExpireHold {
        Limits.checkSaid("holder", holder, Limits.NAME_LENGTH);
        ExpirePin.checkExpiry(expiresAtMillis);
    }

    @Override
    public void apply(TopicEdit edit) {
        Hold hold = edit.standing().getHoldsList().stream()
                .filter(this::isMeant)
                .findFirst()
                .orElse(null);
        if (hold == null || edit.isDeleted() || expiresAtMillis > edit.now()) {
            edit.nothingToDo(0);
            return;
        }
        edit.releaseHold(version, holder);
        edit.event(EventKind.HOLD_RELEASED, version, List.of(), ExpirePin.reason(hold.getReason()));
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("expire-hold").add(version).add(holder).add(expiresAtMillis);
    }

    @Override
    public boolean isEmergency() {
        return true;
    }

    private boolean isMeant(Hold hold) {
        return hold.getVersion() == version
                && hold.getHolder().equals(holder)
                && hold.getExpiresAtMs() == expiresAtMillis;
    }
}
