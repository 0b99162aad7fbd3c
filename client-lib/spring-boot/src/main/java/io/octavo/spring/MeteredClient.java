package io.octavo.spring;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.octavo.client.ClientMetrics;
import java.time.Duration;

/** What a client does, as Micrometer's meters. */
final class MeteredClient implements ClientMetrics {
    private final MeterRegistry registry;
    private final Timer propagation;
    private final DistributionSummary payload;

    MeteredClient(MeterRegistry registry) {
        this.registry = registry;
        this.propagation = Timer.builder("octavo.client.propagation")
                .description("From publishing a version to having it in use")
                .register(registry);
        this.payload = DistributionSummary.builder("octavo.client.payload")
                .description("Payloads downloaded")
                .baseUnit("bytes")
                .register(registry);
    }

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
    public void failed(String topic, Failure kind) {
        registry.counter("octavo.client.failures", "topic", topic, "kind", kind.name())
                .increment();
    }
}
