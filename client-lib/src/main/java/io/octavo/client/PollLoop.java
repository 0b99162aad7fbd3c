package io.octavo.client;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Offer;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.TopicState;
import io.octavo.rules.InvalidField;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the service for all subscriptions of this process at once: as soon as there is a new subscription (unless polls
 * fail just now), and then time after time. There is never more than one poll under way. Blocks nowhere.
 */
final class PollLoop implements AutoCloseable {
    static final int MOST_TOPICS = 10_000;

    private static final Logger LOG = System.getLogger("io.octavo.client");
    private static final Duration SHORTEST = Duration.ofMillis(50);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final double JITTER = 0.1;

    private final Function<PollRequest, CompletableFuture<PollResponse>> service;
    private final Supplier<Consumer> identity;
    private final Limits limits;
    private final World world;
    private final ClientMetrics metrics;
    private final Map<String, List<TopicSubscription<?>>> topics = new LinkedHashMap<>();
    private @Nullable Future<?> timer;
    private boolean polling;
    private boolean again;
    private boolean closed;
    private int failures;

    PollLoop(
            Function<PollRequest, CompletableFuture<PollResponse>> service,
            Supplier<Consumer> identity,
            Limits limits,
            World world,
            ClientMetrics metrics) {
        this.service = service;
        this.identity = identity;
        this.limits = limits;
        this.world = world;
        this.metrics = metrics;
    }

    /** Who polls; found out at the first use. */
    Consumer identity() {
        return identity.get();
    }

    synchronized void add(TopicSubscription<?> subscription) {
        if (closed) {
            throw new IllegalStateException("this client is closed");
        }
        if (!topics.containsKey(subscription.topic()) && topics.size() == MOST_TOPICS) {
            throw new InvalidField("topics of one client", topics.size() + 1, "at most " + MOST_TOPICS);
        }
        topics.computeIfAbsent(subscription.topic(), topic -> new ArrayList<>()).add(subscription);
        if (polling) {
            again = true;
        } else if (failures == 0) {
            poll();
        }
    }

    synchronized void remove(TopicSubscription<?> subscription) {
        List<TopicSubscription<?>> same = topics.get(subscription.topic());
        if (same != null && same.remove(subscription) && same.isEmpty()) {
            topics.remove(subscription.topic());
        }
    }

    synchronized List<TopicSubscription<?>> subscriptions() {
        return topics.values().stream().flatMap(List::stream).toList();
    }

    /** Polls no more, and takes no more subscriptions. */
    @Override
    public synchronized void close() {
        closed = true;
        cancelTimer();
    }

    private synchronized void poll() {
        if (closed || polling || topics.isEmpty()) {
            return;
        }
        cancelTimer();
        again = false;
        polling = true;
        Map<String, TopicState> sent = new LinkedHashMap<>();
        topics.forEach((topic, same) -> sent.put(topic, mostInNeed(same)));
        PollRequest request = PollRequest.newBuilder()
                .setConsumer(identity.get())
                .addAllTopics(sent.values())
                .build();
        var unused = service.apply(request).whenComplete((response, error) -> answered(sent, response, error));
    }

    private synchronized void answered(
            Map<String, TopicState> sent, @Nullable PollResponse response, @Nullable Throwable error) {
        polling = false;
        if (closed) {
            return;
        }
        metrics.polled(response != null);
        if (response != null) {
            tellBack();
            hand(sent, response);
            if (again) {
                poll();
            } else {
                next(period(response.getNextPollMs()));
            }
        } else {
            failed(Errors.from(error == null ? new IllegalStateException("no answer") : error, "poll"));
        }
    }

    private void hand(Map<String, TopicState> sent, PollResponse response) {
        Map<String, Offer> offers = new HashMap<>();
        response.getOffersList().forEach(offer -> offers.put(offer.getTopic(), offer));
        sent.forEach((topic, state) -> {
            Offer offer = offers.get(topic);
            for (TopicSubscription<?> subscription : topics.getOrDefault(topic, List.of())) {
                if (offer == null) {
                    subscription.unchanged(state);
                } else {
                    subscription.offered(offer);
                }
            }
        });
    }

    private void failed(OctavoException error) {
        failures++;
        LOG.log(
                failures == 1 ? Level.WARNING : Level.DEBUG,
                "polls fail, values stay as they are: {0}",
                error.getMessage());
        topics.values().forEach(same -> same.forEach(subscription -> subscription.pollFailed(error)));
        Duration wait = limits.pollRetry().after(failures, world.random());
        Duration asked = error.retryAfter();
        next(asked != null && asked.compareTo(wait) > 0 && asked.compareTo(LONGEST) < 0 ? asked : wait);
    }

    private void tellBack() {
        if (failures > 0) {
            LOG.log(Level.INFO, "polls are answered again");
            failures = 0;
        }
    }

    private void next(Duration wait) {
        cancelTimer();
        if (!topics.isEmpty()) {
            timer = world.timers().after(wait, this::poll);
        }
    }

    private Duration period(int asked) {
        if (asked <= 0) {
            double factor = 1 + JITTER * (2 * world.random().nextDouble() - 1);
            return Duration.ofMillis(Math.round(limits.pollPeriod().toMillis() * factor));
        }
        Duration wait = Duration.ofMillis(asked);
        if (wait.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    /** The state of the one among several subscriptions of a topic that an answer must not leave out. */
    private static TopicState mostInNeed(List<TopicSubscription<?>> same) {
        TopicState worst = same.get(0).report();
        for (TopicSubscription<?> subscription : same.subList(1, same.size())) {
            TopicState state = subscription.report();
            if (state.getRevision() < worst.getRevision() || state.getVersion() < worst.getVersion()) {
                worst = state;
            }
        }
        return worst;
    }
}
