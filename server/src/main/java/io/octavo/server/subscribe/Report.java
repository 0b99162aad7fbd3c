package io.octavo.server.subscribe;

import io.octavo.protocol.PollRequest;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicState;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What a process has said of its topics last, in little memory: arrays side by side. Immutable. */
final class Report {
    /** About the bytes of this and its arrays, without their elements. */
    private static final int OWN_BYTES = 130;

    private static final int TOPIC_BYTES = 22;
    private static final int NAME_BYTES = 56;
    private static final int ERROR_BYTES = 4;
    private static final RunState[] STATES = RunState.values();

    private final String[] topics;
    private final long[] versions;
    private final byte[] states;
    private final long[] since;
    private final @Nullable String @Nullable [] errors;
    private final int weight;

    /**
     * Takes what a poll says.
     *
     * @param before what its process said before; null = nothing
     * @param now    as of {@link System#nanoTime}
     * @param weight as of {@link #weight}
     */
    Report(PollRequest poll, @Nullable Report before, long now, HeadCache cache, ErrorTexts texts, int weight) {
        int count = poll.getTopicsCount();
        boolean sameTopics = before != null && before.hasTopicsOf(poll);
        this.topics = sameTopics && before != null ? before.topics : names(poll, cache);
        this.versions = new long[count];
        this.states = new byte[count];
        this.since = new long[count];
        this.errors = hasError(poll) ? new String[count] : null;
        this.weight = weight;
        Map<String, Integer> places = sameTopics || before == null ? Map.of() : before.places();
        for (int i = 0; i < count; i++) {
            TopicState state = poll.getTopics(i);
            versions[i] = state.getVersion();
            states[i] = code(state);
            if (errors != null && !state.getError().isEmpty()) {
                errors[i] = texts.keep(state.getError());
            }
            int place = sameTopics ? i : places.getOrDefault(topics[i], -1);
            boolean goesOn = before != null
                    && place >= 0
                    && before.versions[place] == versions[i]
                    && before.states[place] == states[i];
            since[i] = goesOn && before != null ? before.since[place] : now;
        }
    }

    /** About the bytes of memory that a report of this poll takes. */
    static int weight(PollRequest poll, HeadCache cache) {
        int count = poll.getTopicsCount();
        int weight = OWN_BYTES + count * (hasError(poll) ? TOPIC_BYTES + ERROR_BYTES : TOPIC_BYTES);
        for (int i = 0; i < count; i++) {
            String topic = poll.getTopics(i).getTopic();
            weight += cache.get(topic) == null ? NAME_BYTES + topic.length() : 0;
        }
        return weight;
    }

    /** Whether a poll says just this. */
    boolean says(PollRequest poll) {
        if (poll.getTopicsCount() != topics.length) {
            return false;
        }
        for (int i = 0; i < topics.length; i++) {
            TopicState state = poll.getTopics(i);
            if (state.getVersion() != versions[i]
                    || code(state) != states[i]
                    || !state.getTopic().equals(topics[i])
                    || !state.getError().equals(error(i))) {
                return false;
            }
        }
        return true;
    }

    int weight() {
        return weight;
    }

    int size() {
        return topics.length;
    }

    /** The place of a topic; -1 if there is nothing of it. */
    int placeOf(String topic) {
        for (int i = 0; i < topics.length; i++) {
            if (topics[i].equals(topic)) {
                return i;
            }
        }
        return -1;
    }

    String topic(int place) {
        return topics[place];
    }

    long version(int place) {
        return versions[place];
    }

    RunState state(int place) {
        return STATES[states[place]];
    }

    /** Since when it says the same version and state, as of {@link System#nanoTime}. */
    long since(int place) {
        return since[place];
    }

    /** What went wrong; empty if nothing did. */
    String error(int place) {
        String error = errors == null ? null : errors[place];
        return error == null ? "" : error;
    }

    void addErrorsTo(Set<String> used) {
        for (int i = 0; errors != null && i < topics.length; i++) {
            used.add(error(i));
        }
    }

    /** The places of topics of which the report before this one names another version that its process ran. */
    IntStream moved(Report before) {
        boolean sameTopics = topics == before.topics;
        Map<String, Integer> places = sameTopics ? Map.of() : before.places();
        return IntStream.range(0, topics.length).filter(i -> {
            int place = sameTopics ? i : places.getOrDefault(topics[i], -1);
            return place >= 0 && before.versions[place] != 0 && before.versions[place] != versions[i];
        });
    }

    private boolean hasTopicsOf(PollRequest poll) {
        if (poll.getTopicsCount() != topics.length) {
            return false;
        }
        for (int i = 0; i < topics.length; i++) {
            if (!poll.getTopics(i).getTopic().equals(topics[i])) {
                return false;
            }
        }
        return true;
    }

    private Map<String, Integer> places() {
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < topics.length; i++) {
            places.put(topics[i], i);
        }
        return places;
    }

    /** The names as the cache has them already. */
    private static String[] names(PollRequest poll, HeadCache cache) {
        String[] names = new String[poll.getTopicsCount()];
        for (int i = 0; i < names.length; i++) {
            String topic = poll.getTopics(i).getTopic();
            CachedTopic cached = cache.get(topic);
            names[i] = cached == null ? topic : cached.topic();
        }
        return names;
    }

    private static boolean hasError(PollRequest poll) {
        for (int i = 0; i < poll.getTopicsCount(); i++) {
            if (!poll.getTopics(i).getError().isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private static byte code(TopicState state) {
        int number = state.getStateValue();
        return number > 0 && number <= RunState.OVERRIDDEN_VALUE ? (byte) number : 0;
    }
}
