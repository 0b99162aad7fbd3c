package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.Hold;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.InvalidField;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a version from retention; holding again in the same name replaces reason and expiry.
 *
 * @param holder          in whose name; null = who asks
 * @param expiresAtMillis 0 = no expiry
 */
public record HoldVersion(long version, @Nullable String holder, String reason, long expiresAtMillis)
        implements Command {
    public HoldVersion {
        if (holder != null) {
            Limits.checkSaid("holder", holder, Limits.NAME_LENGTH);
        }
        Limits.checkSaid("reason", reason, Limits.REASON_LENGTH);
    }

    @Override
    public void apply(TopicEdit edit) {
        edit.requireVersion(version);
        if (expiresAtMillis != 0 && expiresAtMillis <= edit.now()) {
            throw new InvalidField("expiresAt", Instant.ofEpochMilli(expiresAtMillis), "a time in the future, or none");
        }
        edit.hold(Hold.newBuilder()
                .setVersion(version)
                .setHolder(holder == null ? edit.who() : holder)
                .setReason(reason)
                .setAtMs(edit.now())
                .setExpiresAtMs(expiresAtMillis)
                .build());
        edit.event(EventKind.HELD, version, List.of(), reason);
    }

    @Override
    public List<Command> undo(TopicHead before, Committed done) {
        return done.head().getHoldsList().stream()
                .filter(hold ->
                        hold.getVersion() == version && !before.getHoldsList().contains(hold))
                .map(hold -> Undo.hold(before, version, hold.getHolder(), done))
                .toList();
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("hold")
                .add(version)
                .add(holder == null ? "" : holder)
                .add(reason)
                .add(expiresAtMillis);
    }
}
