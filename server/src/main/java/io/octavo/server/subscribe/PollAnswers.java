package io.octavo.server.subscribe;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicState;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Resolution;
import io.octavo.rules.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * Answers polls, from memory alone: nothing here blocks, takes a lock or asks a store. A topic that is as the process
 * says costs one look-up and no garbage. Safe for use by many threads.
 */
final class PollAnswers {
    /** Topics in one poll. */
    static final int MOST_TOPICS = 10_000;

    /** The longest that a poll may ask to be held. */
    static final int LONGEST_HOLD_MILLIS = 30_000;

    private static final int LONGEST_ERROR = 500;

    private final HeadCache cache;
    private final SmallPayloads payloads;
    private final int inlineBytes;
    private final NextPolls nextPolls;

    /**
     * @param inlineBytes    payload bytes in one answer
     * @param nextPollMillis told to processes; 0 = as they think
     */
    PollAnswers(HeadCache cache, SmallPayloads payloads, int inlineBytes, int nextPollMillis) {
        this.cache = cache;
        this.payloads = payloads;
        this.inlineBytes = inlineBytes;
        this.nextPolls = new NextPolls(nextPollMillis);
    }

    /**
     * What is new for the process; null if nothing is.
     *
     * @throws InvalidField if the request can't be right
     * @throws io.octavo.server.errors.ServiceException UNAVAILABLE if this node isn't ready
     */
    @Nullable
    News news(PollRequest request) {
        cache.requireReady();
        Consumer consumer = Consumers.check(request.getConsumer());
        int count = request.getTopicsCount();
        if (count > MOST_TOPICS) {
            throw new InvalidField("topics", count + " entries", "at most " + MOST_TOPICS);
        }
        if (request.getHoldMs() < 0 || request.getHoldMs() > LONGEST_HOLD_MILLIS) {
            throw new InvalidField("hold_ms", request.getHoldMs(), "0 to " + LONGEST_HOLD_MILLIS);
        }
        SeenNames seen = new SeenNames(count);
        News news = null;
        for (int i = 0; i < count; i++) {
            TopicState state = request.getTopics(i);
            CachedTopic cached = cache.get(state.getTopic());
            check(i, state, cached, seen);
            if (cached != null) {
                Resolution resolution = toldOf(state, cached, consumer);
                if (resolution != null) {
                    news = news == null ? new News(consumer) : news;
                    news.add(state, cached, resolution);
                }
            }
        }
        return news;
    }

    /**
     * The answer to a poll if nothing is new.
     *
     * @param holds whether this node would hold the next one
     */
    PollResponse nothing(boolean holds) {
        return nextPolls.nothing(holds, cache.isStale());
    }

    /**
     * The answer to a poll, with what is new.
     *
     * @param loan what it takes of the bytes that may be on their way
     */
    PollResponse answer(News news, boolean holds, InlineLoan loan) {
        return new Offers(news, payloads, inlineBytes, loan).answer(nothing(holds));
    }

    /**
     * What the process is to hear of; null if it is nothing. If it has received newer than this node knows, it hears at
     * least that: silence would confirm what it runs. If it runs nothing, an older version is better than none.
     */
    private static @Nullable Resolution toldOf(TopicState state, CachedTopic cached, Consumer consumer) {
        Resolution offered = cached.offered(consumer, state.getVersion());
        int order = cached.compareTo(state.getEpoch(), state.getRevision());
        if (order < 0 && state.getVersion() != 0) {
            return offered == null ? cached.resolve(consumer) : offered;
        }
        if (offered == null || (order < 0 && offered.version() == 0)) {
            return null;
        }
        return order != 0 || offered.version() != state.getVersion() ? offered : null;
    }

    /** Whether the process would act on how a topic is now, so that a poll is not held any longer. */
    static boolean isUrgent(TopicState state, CachedTopic cached, Consumer consumer) {
        Resolution resolution = cached.offered(consumer, state.getVersion());
        return resolution != null && isUrgent(state, cached, resolution);
    }

    /**
     * Whether the process would act on it, so that a poll is not held any longer. What only changes the revision rides
     * along with the next answer; what the process has heard before, it is busy with, has failed at, or has refused.
     * One that has failed at something else can try this, though.
     */
    static boolean isUrgent(TopicState state, CachedTopic cached, Resolution resolution) {
        if (state.getState() == RunState.OVERRIDDEN) {
            return false;
        }
        int order = cached.compareTo(state.getEpoch(), state.getRevision());
        if (order > 0) {
            return resolution.version() != state.getVersion() || hasHeardNothing(state);
        }
        boolean isBusy = state.getState() == RunState.FETCHING
                || (state.getState() == RunState.FAILED
                        && (order != 0 || state.getWanted() == 0 || state.getWanted() == resolution.version()));
        return !isBusy
                && resolution.version() != 0
                && resolution.version() != state.getVersion()
                && (order == 0 || state.getVersion() == 0);
    }

    private static boolean hasHeardNothing(TopicState state) {
        return state.getRevision() == 0 && state.getEpoch() == 0;
    }

    private static void check(int index, TopicState state, @Nullable CachedTopic cached, SeenNames seen) {
        String topic = state.getTopic();
        if (cached == null && !TopicNames.isValid(topic)) {
            throw new InvalidField(
                    field(index, "topic"), topic, "a topic's name: 1 to 128 of a-z, 0-9, dot, underscore and dash");
        }
        if (!seen.add(topic)) {
            throw new InvalidField(field(index, "topic"), topic, "each topic once");
        }
        if (state.getVersion() < 0) {
            throw new InvalidField(field(index, "version"), state.getVersion(), "0 or more");
        }
        if (state.getEpoch() < 0) {
            throw new InvalidField(field(index, "epoch"), state.getEpoch(), "0 or more");
        }
        if (state.getRevision() < 0) {
            throw new InvalidField(field(index, "revision"), state.getRevision(), "0 or more");
        }
        if (state.getWanted() < 0) {
            throw new InvalidField(field(index, "wanted"), state.getWanted(), "0 or more");
        }
        String error = state.getError();
        if (error.length() > LONGEST_ERROR && error.codePointCount(0, error.length()) > LONGEST_ERROR) {
            throw new InvalidField(field(index, "error"), error, "at most " + LONGEST_ERROR + " characters");
        }
    }

    private static String field(int index, String name) {
        return "topics[" + index + "]." + name;
    }
}
