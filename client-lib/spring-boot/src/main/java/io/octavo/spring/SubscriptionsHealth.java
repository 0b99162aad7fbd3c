package io.octavo.spring;

import io.octavo.client.OctavoClient;
import io.octavo.client.Subscription;
import io.octavo.client.SubscriptionState;
import io.octavo.client.SubscriptionState.Phase;
import java.util.List;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Down only while a required subscription, injected or made by the client bean, has no value at all: one that can't be
 * renewed is served on.
 */
final class SubscriptionsHealth implements HealthIndicator {
    private final OctavoClient client;
    private final Subscriptions subscriptions;

    SubscriptionsHealth(OctavoClient client, Subscriptions subscriptions) {
        this.client = client;
        this.subscriptions = subscriptions;
    }

    @Override
    public Health health() {
        List<String> missing = client.health().missing();
        Health.Builder health = missing.isEmpty() ? Health.up() : Health.down();
        missing.forEach(topic -> health.withDetail(topic, "no value"));
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
