package io.octavo.client;

import io.octavo.client.SubscriptionState.Phase;
import org.jspecify.annotations.Nullable;

/** What a subscription was built with; see {@link SubscriptionBuilder} for the meaning of each. */
record SubscriptionOptions<T>(
        Deserializer<? extends T> deserializer,
        @Nullable Snapshot<T> ifUnpublished,
        @Nullable Snapshot<T> onError,
        int older,
        boolean required) {
    /** The default to be given while there is no version's value; null if there is none. */
    @Nullable
    Snapshot<T> given(Phase phase) {
        return switch (phase) {
            case UNRESOLVED -> ifUnpublished;
            case CLOSED -> null;
            default -> onError;
        };
    }
}
