package io.octavo.client;

import java.util.List;

/**
 * Whether a process has what it needs from Octavo. It belongs in a readiness check at most, never in a liveness check: to
 * start a process again doesn't bring values.
 *
 * @param missing topics with a subscription that has no value at all and is not {@linkplain SubscriptionBuilder#optional
 *     optional}, in the order of subscribing
 */
public record ClientHealth(List<String> missing) {
    public ClientHealth {
        missing = List.copyOf(missing);
    }

    /** Whether nothing is missing. However old values are, they are there. */
    public boolean isUp() {
        return missing.isEmpty();
    }
}
