package io.octavo.server.web;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.octavo.protocol.Pin;
import io.octavo.rules.Scopes;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A scope held at a version. */
record PinView(
        String scope,
        long version,
        Instant at,
        String by,
        String reason,
        @Nullable Instant expiresAt) {
    static PinView of(Pin pin) {
        return new PinView(
                Scopes.format(pin.getScope()),
                pin.getVersion(),
                Instant.ofEpochMilli(pin.getAtMs()),
                pin.getBy(),
                pin.getReason(),
                pin.getExpiresAtMs() == 0 ? null : Instant.ofEpochMilli(pin.getExpiresAtMs()));
    }

    /** The pins of a topic. */
    record Pins(List<PinView> pins) {}

    /**
     * The answer to pinning.
     *
     * @param newerVersions how many versions wait above the pinned one
     */
    record Pinned(
            String topic,
            long revision,
            PinView pin,
            long newerVersions,
            String ui,
            @JsonUnwrapped Written write) {}

    /** The answer to unpinning. */
    record Unpinned(
            String topic,
            long revision,
            String scope,
            String ui,
            @JsonUnwrapped Written write) {}
}
