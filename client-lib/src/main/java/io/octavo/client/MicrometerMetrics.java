package io.octavo.client;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a client does, as Micrometer's meters {@code octavo.client.*}, which the guide lists: to be given to {@link
 * OctavoClientBuilder#metrics}. None has a version or an instance among its tags. Whoever uses it brings {@code
 * io.micrometer:micrometer-core}.
 */
public final class MicrometerMetrics implements ClientMetrics {
    private final MeterRegistry registry;
    private final Timer propagation;
    private final DistributionSummary payload;
    private final Map<String, Observed> observed = new ConcurrentHashMap<>();
    /** Gauges are registered once. */
    private final Set<Sourced> sources = ConcurrentHashMap.newKeySet();

    /** @param registry what the meters are registered with; at once, or when a topic is first heard of */
    public MicrometerMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.propagation = Timer.builder("octavo.client.propagation")
                .description("From publishing a version to having it in use")
                .register(registry);
        this.payload = DistributionSummary.builder("octavo.client.payload")
                .description("Payloads downloaded")
                .baseUnit("bytes")
                .register(registry);
    }

    /** How a subscription was at the last poll. */
    private record Observed(@Nullable Source source, Duration age) {
        double millis() {
            return source == null ? Double.NaN : age.toMillis();
        }
    }

    private record Sourced(String topic, Source source) {}

    @Override
    public void polled(boolean answered) {
        registry.counter("octavo.client.polls", "outcome", answered ? "answered" : "failed")
                .increment();
    }

    @Override
    public void downloaded(String topic, long bytes) {
        payload.record((double) bytes);
    }

    @Override
    public void applied(String topic, Duration time) {
        propagation.record(time);
    }

    @Override
    public void observed(String topic, @Nullable Source source, Duration age) {
        if (observed.put(topic, new Observed(source, age)) == null) {
            TimeGauge.builder("octavo.client.subscription.age", () -> at(topic).millis(), TimeUnit.MILLISECONDS)
                    .description("How long ago the value was known to be the right one, at the last poll")
                    .tag("topic", topic)
                    .register(registry);
        }
        if (source != null && sources.add(new Sourced(topic, source))) {
            Gauge.builder("octavo.client.subscription.source", () -> at(topic).source() == source ? 1 : 0)
                    .description("1 for what it is known from that the value is the right one, at the last poll")
                    .tag("topic", topic)
                    .tag("source", source.name())
                    .register(registry);
        }
    }

    @Override
    public void failed(String topic, Failure kind) {
        registry.counter("octavo.client.failures", "topic", topic, "kind", kind.name())
                .increment();
    }

    private Observed at(String topic) {
        return observed.getOrDefault(topic, new Observed(null, Duration.ZERO));
    }
}
