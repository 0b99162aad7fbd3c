package io.octavo.server.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class ArrivalTest {
    /** 100 bytes a second over 10 s, after 5 s; a minute in all. */
    private static final ArrivalConfig CONFIG = new ArrivalConfig(
            DataSize.ofBytes(100), Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ofMinutes(1));

    private final AtomicLong nanos = new AtomicLong();
    private final Arrivals arrivals = new Arrivals(CONFIG, nanos::get);
    private final Arrival arrival = arrivals.begin();

    @Test
    void whoSendsAtTheLeastRateIsLetThrough() {
        for (int second = 1; second <= 55; second++) {
            comes(100, 1);
        }
    }

    @Test
    void whoSendsSlowerIsRefusedAfterGraceAndWindow() {
        for (int second = 1; second <= 14; second++) {
            comes(50, 1);
        }
        assertTooSlow(50, 1, "body: 75 bytes a second over PT10S (expected: at least 100)");
    }

    @Test
    void whoBeganFastAndThenTricklesIsRefusedInTheNextWindow() {
        for (int second = 1; second <= 15; second++) {
            comes(10_000, 1);
        }
        for (int second = 1; second <= 9; second++) {
            comes(1, 1);
        }
        assertTooSlow(1, 1, "body: 1 bytes a second over PT10S (expected: at least 100)");
    }

    @Test
    void timeInWhichNothingIsReadDoesNotCount() {
        for (int i = 0; i < 5; i++) {
            passes(10);
            comes(1, 0);
        }
    }

    @Test
    void whoSendsFastButForTooLongIsRefusedToo() {
        for (int second = 1; second <= 60; second++) {
            comes(1000, 1);
        }
        assertTooSlow(1000, 1, "body: 61000 bytes in PT1M (expected: all its bytes in that time)");
    }

    @Test
    void whenTheNodeStopsTheCallerIsToldToComeAgain() {
        comes(1, 1);
        arrivals.end();
        assertThatThrownBy(() -> comes(1, 1)).isInstanceOfSatisfying(ServiceException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
            assertThat(e.retryAfter()).isPositive();
        });
    }

    @Test
    void aRateOfZeroIsAnyRate() {
        Arrival any = new Arrivals(
                        new ArrivalConfig(
                                DataSize.ofBytes(0), Duration.ofSeconds(1), Duration.ZERO, Duration.ofDays(1)),
                        nanos::get)
                .begin();
        any.waiting();
        passes(3600);
        assertThatCode(() -> any.came(0)).doesNotThrowAnyException();
    }

    @Test
    void defaultsAndEveryKey() {
        assertThat(bind(Map.of()))
                .isEqualTo(new ArrivalConfig(
                        DataSize.ofKilobytes(8), Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofHours(2)));
        assertThat(bind(Map.of(
                        "octavo.publish.min-rate", "100B",
                        "octavo.publish.rate-window", "10s",
                        "octavo.publish.rate-grace", "5s",
                        "octavo.publish.time-limit", "1m")))
                .isEqualTo(CONFIG);
    }

    @ParameterizedTest
    @CsvSource({
        "min-rate, 101MB",
        "min-rate, -1B",
        "rate-window, 99ms",
        "rate-window, 11m",
        "rate-grace, -1s",
        "rate-grace, 11m",
        "time-limit, 99ms",
        "time-limit, 25h"
    })
    void valuesOutOfBoundsAreRefusedByName(String key, String value) {
        String name = "octavo.publish." + key;
        assertThatThrownBy(() -> bind(Map.of(name, value)))
                .rootCause()
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith(name + ": ");
    }

    private void assertTooSlow(int bytes, int seconds, String message) {
        assertThatThrownBy(() -> comes(bytes, seconds))
                .hasMessage(message)
                .isInstanceOfSatisfying(
                        ServiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_SLOW));
    }

    private void comes(int bytes, int afterSeconds) {
        arrival.waiting();
        passes(afterSeconds);
        arrival.came(bytes);
    }

    private void passes(int seconds) {
        nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }

    private static ArrivalConfig bind(Map<String, String> keys) {
        return new Binder(new MapConfigurationPropertySource(keys)).bindOrCreate("octavo.publish", ArrivalConfig.class);
    }
}
