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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
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
 * fail just now), and then time after time. A poll waits at the service until there is something new, if the service
 * does that; when a subscription has something to report meanwhile, it is given up for another one. There is never more
 * than one poll under way. Blocks nowhere.
 */
final class PollLoop implements AutoCloseable {
    static final int MOST_TOPICS = 10_000;

    /** Of all errors in one poll, which is to stay below the 4 MiB that gRPC takes as one message. */
    private static final int MOST_ERROR_BYTES = 1 << 20;

    private static final Logger LOG = System.getLogger("io.octavo.client");
    private static final Duration SHORTEST = Duration.ofMillis(50);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final double JITTER = 0.1;
    private static final double SHORTEST_PART = 0.1;
    /** After an answer that brought something, the next poll waits for so long to tell what became of it. */
    private static final Duration SETTLING = Duration.ofMillis(500);
    /** A held poll that ends with nothing before this was not really held. */
    private static final Duration HARDLY_HELD = Duration.ofSeconds(1);
    /** Held polls that break off in a row until something between here and the service is taken for their end. */
    private static final int BROKEN_HOLDS = 2;

    private static final Duration PLAIN_AFTER_BROKEN_HOLDS = Duration.ofMinutes(10);

    private final Function<PollRequest, CompletableFuture<PollResponse>> service;
    private final Supplier<Consumer> identity;
    private final Limits limits;
    private final World world;
    private final ClientMetrics metrics;
    private final Map<String, List<Following<?>>> topics = new LinkedHashMap<>();
    private @Nullable Future<?> timer;
    private @Nullable Asked asked;
    private boolean again;
    private boolean settling;
    private int brokenHolds;
    private Instant plainUntil = Instant.MIN;
    /** What was last may have brought many processes here at once: a start, a failure, a new version. */
    private boolean together = true;

    private boolean closed;
    private int failures;

    /** A poll under way. */
    private static final class Asked {
        private final Map<String, TopicState> sent = new LinkedHashMap<>();
        private final boolean held;
        private final Instant at;
        private @Nullable CompletableFuture<PollResponse> answer;

        Asked(boolean held, Instant at) {
            this.held = held;
            this.at = at;
        }
    }

    /** @param service answers a poll; gives it up when its future is cancelled */
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

    synchronized void add(Following<?> subscription) {
        if (closed) {
            throw new IllegalStateException("this client is closed");
        }
        if (!topics.containsKey(subscription.topic()) && topics.size() == MOST_TOPICS) {
            throw new InvalidField("topics of one client", topics.size() + 1, "at most " + MOST_TOPICS);
        }
        topics.computeIfAbsent(subscription.topic(), topic -> new ArrayList<>()).add(subscription);
        if (asked != null && !asked.held) {
            again = true;
        } else if (failures == 0 || timer == null) {
            giveUp();
            poll();
        }
    }

    synchronized void remove(Following<?> subscription) {
        List<Following<?>> same = topics.get(subscription.topic());
        if (same != null && same.remove(subscription) && same.isEmpty()) {
            topics.remove(subscription.topic());
        }
    }

    synchronized List<Following<?>> subscriptions() {
        return topics.values().stream().flatMap(List::stream).toList();
    }

    /** A subscription has something new to report. Must not be called by who holds a subscription's lock. */
    synchronized void report() {
        if (closed || failures > 0) {
            return;
        }
        if (asked != null && asked.held) {
            giveUp();
            settle();
        } else if (settling) {
            settle();
        }
    }

    /** Polls no more, and takes no more subscriptions. */
    @Override
    public synchronized void close() {
        closed = true;
        cancelTimer();
        giveUp();
    }

    /** Polls when the subscriptions have done what they are doing, or a little later. */
    private void settle() {
        if (subscriptions().stream().noneMatch(Following::isBusy)) {
            poll();
        } else if (!settling) {
            next(SETTLING);
            settling = true;
        }
    }

    private void giveUp() {
        Asked given = asked;
        asked = null;
        if (given != null && given.answer != null) {
            together |= given.held;
            given.answer.cancel(false);
        }
    }

    private synchronized void poll() {
        if (closed || asked != null) {
            return;
        }
        cancelTimer();
        if (topics.isEmpty()) {
            return;
        }
        again = false;
        Asked now = new Asked(mayHold(), world.steady().instant());
        asked = now;
        topics.forEach((topic, same) -> now.sent.put(topic, mostInNeed(same)));
        now.answer = ask(now);
        var unused = now.answer.whenComplete((response, error) -> answered(now, response, error));
    }

    private CompletableFuture<PollResponse> ask(Asked question) {
        try {
            return service.apply(PollRequest.newBuilder()
                    .setConsumer(identity.get())
                    .addAllTopics(inBounds(question.sent.values()))
                    .setHoldMs(question.held ? (int) apart(limits.hold()).toMillis() : 0)
                    .build());
        } catch (Throwable e) {
            // Errors as well, such as a thread that can't be had: nobody else would poll again.
            return CompletableFuture.failedFuture(e);
        }
    }

    /** What went wrong is left out where it would be too much for one message: that something did is still told. */
    private static List<TopicState> inBounds(Collection<TopicState> states) {
        List<TopicState> told = new ArrayList<>(states.size());
        int left = MOST_ERROR_BYTES;
        for (TopicState state : states) {
            int bytes = state.getError().isEmpty() ? 0 : state.getErrorBytes().size();
            told.add(bytes <= left ? state : state.toBuilder().clearError().build());
            left -= bytes <= left ? bytes : 0;
        }
        return told;
    }

    /** Not while a subscription has yet to learn whether there is anything for it. */
    private boolean mayHold() {
        return !limits.hold().isZero()
                && !world.steady().instant().isBefore(plainUntil)
                && subscriptions().stream().allMatch(Following::hasHeard);
    }

    private synchronized void answered(Asked question, @Nullable PollResponse response, @Nullable Throwable error) {
        if (closed || asked != question) {
            return;
        }
        asked = null;
        try {
            take(question, response, error);
        } catch (Throwable e) {
            LOG.log(Level.ERROR, "what came of a poll could not be dealt with; polls go on", e);
            if (asked == null && timer == null) {
                next(period(0));
            }
        }
    }

    private void take(Asked question, @Nullable PollResponse response, @Nullable Throwable error) {
        Duration took = Duration.between(question.at, world.steady().instant());
        metrics.polled(response != null);
        if (response != null) {
            tellBack();
            brokenHolds = question.held ? 0 : brokenHolds;
            together |= bringsSomething(response);
            hand(question.sent, response);
            goOn(question, response, took);
        } else {
            OctavoException failure =
                    Errors.from(error == null ? new IllegalStateException("no answer") : error, "poll");
            boolean broke = question.held && failure.retryAfter() == null && took.compareTo(HARDLY_HELD) > 0;
            if (broke) {
                holdBroke();
            }
            failed(failure, broke || (question.held && failures == 0));
        }
        subscriptions().forEach(one -> one.inUse().observe());
    }

    private void goOn(Asked question, PollResponse response, Duration took) {
        if (again) {
            poll();
        } else if (response.getNextPollMs() > 0
                || (question.held && !response.getHolds())
                || limits.hold().isZero()) {
            next(period(response.getNextPollMs()));
        } else if (!question.held) {
            // The first answer has come at once; from now on, they can wait.
            if (mayHold()) {
                settle();
            } else {
                next(period(0));
            }
        } else if (!bringsSomething(response) && took.compareTo(HARDLY_HELD) < 0) {
            next(HARDLY_HELD);
        } else {
            settle();
        }
    }

    /** Bare revisions change nothing of what runs. */
    private static boolean bringsSomething(PollResponse response) {
        return response.getOffersList().stream().anyMatch(Offer::hasHead);
    }

    private void holdBroke() {
        if (++brokenHolds >= BROKEN_HOLDS) {
            brokenHolds = 0;
            plainUntil = world.steady().instant().plus(PLAIN_AFTER_BROKEN_HOLDS);
            LOG.log(
                    Level.INFO,
                    "polls that wait at the service break off; polling every {0} for {1}",
                    limits.pollPeriod(),
                    PLAIN_AFTER_BROKEN_HOLDS);
        }
    }

    private void hand(Map<String, TopicState> sent, PollResponse response) {
        Map<String, Offer> offers = new HashMap<>();
        response.getOffersList().forEach(offer -> offers.put(offer.getTopic(), offer));
        OctavoException stale = response.getStale() && !response.getMore()
                ? OctavoException.passing(
                        "the node can't reach the metadata store, and has nothing of this topic", null)
                : null;
        sent.forEach((topic, state) -> {
            Offer offer = offers.get(topic);
            for (Following<?> subscription : topics.getOrDefault(topic, List.of())) {
                if (offer != null) {
                    subscription.offered(offer);
                } else if (stale != null && state.getVersion() == 0) {
                    // That it knows of nothing doesn't mean that there is nothing.
                    subscription.pollFailed(stale);
                } else if (stale != null) {
                    subscription.answered();
                } else if (!response.getMore()) {
                    subscription.unchanged(state);
                }
            }
        });
    }

    /** @param soon a hold broke off, or was refused for the first time: another node may take it */
    private void failed(OctavoException error, boolean soon) {
        failures++;
        together = true;
        LOG.log(
                failures == 1 ? Level.WARNING : Level.DEBUG,
                "polls fail, values stay as they are: {0}",
                error.getMessage());
        topics.values().forEach(same -> same.forEach(subscription -> subscription.pollFailed(error)));
        // Who has heard nothing yet is in a hurry; who polls now and then, and runs something, is not.
        boolean isUrgent = soon || !subscriptions().stream().allMatch(Following::hasHeard);
        Duration wait = isUrgent
                ? limits.pollRetry().after(failures, world.random())
                : limits.pollRetry().byChance(world.random());
        Duration told = error.retryAfter();
        next(told != null && told.compareTo(wait) > 0 && told.compareTo(LONGEST) < 0 ? told : wait);
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
            return apart(Duration.ofMillis(Math.round(limits.pollPeriod().toMillis() * factor)));
        }
        Duration wait = Duration.ofMillis(asked);
        if (wait.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }

    /** A tenth to all of a time, by chance, if many may have come here together, so that they don't stay so; else all. */
    private Duration apart(Duration time) {
        double part =
                together ? SHORTEST_PART + (1 - SHORTEST_PART) * world.random().nextDouble() : 1;
        together = false;
        return Duration.ofMillis(Math.round(time.toMillis() * part));
    }

    private void cancelTimer() {
        settling = false;
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    /** The state of the one among several subscriptions of a topic that an answer must not leave out. */
    private static TopicState mostInNeed(List<Following<?>> same) {
        TopicState worst = same.get(0).report();
        for (Following<?> subscription : same.subList(1, same.size())) {
            TopicState state = subscription.report();
            if (state.getRevision() < worst.getRevision() || state.getVersion() < worst.getVersion()) {
                worst = state;
            }
        }
        return worst;
    }
}
