package io.octavo.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.client.Snapshot;
import io.octavo.client.SubscriptionListener;
import io.octavo.client.SubscriptionState;
import io.octavo.client.SubscriptionState.Phase;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a subscription tells. */
final class Heard implements SubscriptionListener<String> {
    private static final long SECONDS = 20;

    private final BlockingQueue<String> values = new LinkedBlockingQueue<>();
    private final BlockingQueue<SubscriptionState> failures = new LinkedBlockingQueue<>();

    @Override
    public void updated(Snapshot<String> snapshot) {
        values.add(snapshot.value());
    }

    @Override
    public void failed(SubscriptionState state) {
        failures.add(state);
    }

    /** Blocks; the text "null" if nothing comes. */
    String next() throws InterruptedException {
        return String.valueOf(values.poll(SECONDS, TimeUnit.SECONDS));
    }

    SubscriptionState nextFailure() throws InterruptedException {
        SubscriptionState state = failures.poll(SECONDS, TimeUnit.SECONDS);
        assertThat(state).isNotNull();
        return state == null ? new SubscriptionState(Phase.CLOSED, 0, 0, null) : state;
    }
}
