package io.octavo.server.housekeeping;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Payloads that are nowhere, so that nobody can bring them back: told once each, and shown until they are there again. */
final class LostPayloads {
    private static final Logger LOG = LoggerFactory.getLogger(LostPayloads.class);
    /** What comes beyond is found again once others are off the list. */
    static final int MOST = 1_000;

    private static final int SHOWN = 5;

    private final Map<Lost, String> lost = new TreeMap<>();

    /** @param leads whether this node leads the task that looks for them */
    void measure(BooleanSupplier leads, MeterRegistry meters) {
        Gauge.builder("octavo.gc.missing", () -> leads.getAsBoolean() ? count() : 0)
                .description("Payloads of versions in use that are nowhere")
                .register(meters);
    }

    /** A version whose payload is lost. */
    record Lost(String topic, long version) implements Comparable<Lost> {
        @Override
        public int compareTo(Lost other) {
            int order = topic.compareTo(other.topic);
            return order == 0 ? Long.compare(version, other.version) : order;
        }

        @Override
        public String toString() {
            return topic + " version " + version;
        }
    }

    /** A payload is lost; why is for people. */
    synchronized void add(Lost payload, String why) {
        if (lost.size() < MOST && lost.put(payload, why) == null) {
            LOG.warn("the payload of {} is lost: {}", payload, why);
        }
    }

    /** A payload is there, or nobody needs it any more. */
    synchronized void remove(Lost payload, String why) {
        if (lost.remove(payload) != null) {
            LOG.info("the payload of {} is not lost any more: {}", payload, why);
        }
    }

    synchronized List<Lost> all() {
        return List.copyOf(lost.keySet());
    }

    synchronized void clear() {
        lost.clear();
    }

    private synchronized int count() {
        return lost.size();
    }

    /** For people; null if nothing is lost. */
    synchronized @Nullable String text() {
        if (lost.isEmpty()) {
            return null;
        }
        String first = lost.entrySet().stream()
                .limit(SHOWN)
                .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
                .collect(Collectors.joining(", "));
        return "payloads lost: " + lost.size() + ": " + first + (lost.size() > SHOWN ? ", …" : "")
                + "; publish them again, or bring the objects back; until then consumers are kept from these versions";
    }
}
