package io.octavo.server.subscribe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** What is counted about keeping the cache fresh. */
final class CacheMetrics {
    /** What can fail. */
    enum Step {
        LOAD,
        FALLBACK,
        FEED,
        HEAD,
        SWEEP
    }

    private final Map<Step, Counter> failures = new EnumMap<>(Step.class);
    private final Counter changes;
    private final Counter hinted;
    private final Counter swept;

    CacheMetrics(MeterRegistry registry) {
        for (Step step : Step.values()) {
            failures.put(
                    step,
                    Counter.builder("octavo.cache.failures")
                            .description(
                                    "Reads of the log, the feed or the fallback cache that failed; the cache goes on from memory")
                            .tag("step", step.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        changes = Counter.builder("octavo.cache.changes")
                .description("Changes learnt from the feed")
                .register(registry);
        hinted = Counter.builder("octavo.cache.hinted")
                .description("Changes learnt from hints of other nodes, before the feed told")
                .register(registry);
        swept = Counter.builder("octavo.cache.swept")
                .description("Heads found behind by a sweep")
                .register(registry);
    }

    void failed(Step step) {
        Counter counter = failures.get(step);
        if (counter != null) {
            counter.increment();
        }
    }

    void changed() {
        changes.increment();
    }

    void hinted() {
        hinted.increment();
    }

    void swept() {
        swept.increment();
    }
}
