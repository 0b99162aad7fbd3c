package io.octavo.client;

import io.octavo.client.SubscriptionState.Phase;
import io.octavo.rules.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;

/** A subscription as its user sees it: what is in use of a topic that is followed. */
final class TopicSubscription<T> implements Subscription<T> {
    private final String topic;
    private final SubscriptionOptions<T> options;
    private final Executor callbacks;
    private final InUse<T> inUse;
    private final Following<T> following;

    TopicSubscription(
            String topic,
            SubscriptionOptions<T> options,
            List<Listeners.Registration<T>> listeners,
            SubscriptionMachinery machinery) {
        this.topic = topic;
        this.options = options;
        this.callbacks = machinery.callbacks();
        this.inUse = new InUse<>(topic, options, listeners, machinery);
        this.following = new Following<>(topic, options, inUse, machinery);
    }

    void begin() {
        following.begin();
    }

    @Override
    public String topic() {
        return topic;
    }

    @Override
    public Snapshot<T> current() {
        Held<T> now = inUse.held();
        if (now != null) {
            return now.snapshot();
        }
        SubscriptionState why = inUse.state();
        if (why.phase() == Phase.CLOSED) {
            throw new IllegalStateException("subscription of " + topic + " is closed");
        }
        Snapshot<T> given = options.given(why.phase());
        if (given != null) {
            return given;
        }
        throw noValue(why);
    }

    @Override
    public T awaitValue(Duration atMost) throws InterruptedException {
        inUse.await(atMost);
        return get();
    }

    @Override
    public SubscriptionState state() {
        return inUse.state();
    }

    @Override
    public void listen(SubscriptionListener<T> listener) {
        listen(callbacks, listener);
    }

    @Override
    public void listen(Executor executor, SubscriptionListener<T> listener) {
        inUse.listen(new Listeners.Registration<>(executor, listener));
    }

    @Override
    public void close() {
        following.close();
    }

    private OctavoException noValue(SubscriptionState why) {
        OctavoException error = why.error();
        Tried tried = following.tried();
        ErrorCode code = tried.code();
        String besides = tried.isEmpty() ? "" : "; " + tried;
        String reason;
        if (why.phase() == Phase.UNRESOLVED) {
            code = ErrorCode.VERSION_NOT_FOUND;
            reason = "nothing was published for this process" + besides;
        } else if (why.phase() == Phase.FAILED && error != null) {
            code = error.code() == ErrorCode.UNAVAILABLE ? code : error.code();
            reason = error.getMessage() + besides;
        } else if (!tried.isEmpty()) {
            reason = tried.toString();
        } else {
            reason = why.offered() > 0 ? "version " + why.offered() + " is not there yet" : "no answer yet";
        }
        return OctavoException.passing(
                code, "no value of topic " + topic + ": " + reason + "; no default is given", error);
    }
}
