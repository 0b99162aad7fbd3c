package io.octavo.spring;

import io.octavo.client.Subscription;
import io.octavo.client.SubscriptionState;
import io.octavo.client.SubscriptionState.Phase;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Down only while a required subscription has no value at all: one that can't be renewed is served on. */
final class SubscriptionsHealth implements HealthIndicator {
    private final Subscriptions subscriptions;

    SubscriptionsHealth(Subscriptions subscriptions) {
        this.subscriptions = subscriptions;
    }

    @Override
    public Health health() {
        Health.Builder health = Health.up();
        for (Subscriptions.Injected injected : subscriptions.all()) {
            Subscription<?> subscription = injected.subscription();
            SubscriptionState state = subscription.state();
            if (injected.required() && state.version() == 0 && state.phase() != Phase.CLOSED) {
                health.down();
            }
            health.withDetail(subscription.topic(), state.phase() + ", version " + state.version());
        }
        return health.build();
    }
}
