package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.client.ClientMetrics.Failure;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MicrometerMetricsTest {
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final MicrometerMetrics metered = new MicrometerMetrics(meters);

    @Test
    void eachSubscriptionTellsWhatItsValueIsKnownFromAndHowOldThatIs() {
        metered.observed("prices", null, Duration.ZERO);
        metered.observed("devices", Source.SERVICE, Duration.ofSeconds(1));
        assertThat(age("prices")).isNaN();
        metered.observed("prices", Source.DISK, Duration.ofHours(2));
        assertThat(age("prices")).isEqualTo(7200);
        assertThat(source("prices", Source.DISK)).isEqualTo(1);
        metered.observed("prices", Source.SERVICE, Duration.ofSeconds(3));
        assertThat(age("prices")).isEqualTo(3);
        assertThat(source("prices", Source.DISK)).isZero();
        assertThat(source("prices", Source.SERVICE)).isEqualTo(1);
        assertThat(age("devices")).isEqualTo(1);
        metered.observed("prices", null, Duration.ZERO);
        assertThat(age("prices")).isNaN();
        assertThat(source("prices", Source.SERVICE)).isZero();
    }

    @Test
    void allElseIsCounted() {
        metered.polled(true);
        metered.polled(false);
        metered.downloaded("prices", 100);
        metered.applied("prices", Duration.ofMillis(300));
        metered.failed("prices", Failure.FETCH);
        assertThat(meters.get("octavo.client.polls")
                        .tag("outcome", "failed")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(meters.get("octavo.client.payload").summary().totalAmount()).isEqualTo(100);
        assertThat(meters.get("octavo.client.propagation").timer().totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(300);
        assertThat(meters.get("octavo.client.failures")
                        .tags("topic", "prices", "kind", "FETCH")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void whoHasNoMicrometerNeedsNone() throws Exception {
        Class<?> client = new Without("io.micrometer").loadClass(OctavoClient.class.getName());
        Object builder = Objects.requireNonNull(client.getMethod("builder").invoke(null));
        Class<?> type = builder.getClass();
        type.getMethod("subscribeEndpoints", List.class).invoke(builder, List.of("127.0.0.1:1"));
        Object built = type.getMethod("build").invoke(builder);
        assertThat(client.getMethod("health").invoke(built)).isNotNull();
        client.getMethod("close").invoke(built);
    }

    private double age(String topic) {
        return meters.get("octavo.client.subscription.age")
                .tag("topic", topic)
                .timeGauge()
                .value(TimeUnit.SECONDS);
    }

    private double source(String topic, Source source) {
        return meters.get("octavo.client.subscription.source")
                .tags("topic", topic, "source", source.name())
                .gauge()
                .value();
    }
}
