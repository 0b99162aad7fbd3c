package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.Hold;
import io.octavo.rules.InvalidField;
import java.time.Instant;
import java.util.List;

/**
 * Keeps a version from retention in the name of who asks; asking again replaces reason and expiry.
 *
 * @param expiresAtMillis 0 = no expiry
 */
public record HoldVersion(long version, String reason, long expiresAtMillis) implements Command {
    public HoldVersion {
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
                .setHolder(edit.who())
                .setReason(reason)
                .setAtMs(edit.now())
                .setExpiresAtMs(expiresAtMillis)
                .build());
        edit.event(EventKind.HELD, version, List.of(), reason);
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("hold").add(version).add(reason).add(expiresAtMillis);
    }
}
