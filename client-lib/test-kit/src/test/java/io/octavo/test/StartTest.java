package io.octavo.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a test pays for a server of its own. */
@Timeout(60)
class StartTest {
    private static final int STARTS = 5;

    @Test
    void aServerIsThereInLessThanASecond() {
        System.out.println("first start: " + millis() + " ms, if no test ran before");
        long quickest = Long.MAX_VALUE;
        for (int i = 0; i < STARTS; i++) {
            long took = millis();
            System.out.println("next start: " + took + " ms");
            quickest = Math.min(quickest, took);
        }
        assertThat(Duration.ofMillis(quickest)).isLessThan(Duration.ofSeconds(1));
    }

    /** From nothing to a version published. */
    private static long millis() {
        long began = System.nanoTime();
        try (OctavoTestServer server = OctavoTestServer.start()) {
            assertThat(server.publish("prices", "one")).isEqualTo(1);
            return Duration.ofNanos(System.nanoTime() - began).toMillis();
        }
    }
}
