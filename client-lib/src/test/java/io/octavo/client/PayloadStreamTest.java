package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PayloadStreamTest {
    private final ThreadPoolExecutor parts = new ThreadPoolExecutor(
            1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), new DaemonThreads("octavo-part"));

    @Test
    @Timeout(10)
    void whoWaitsForAPartThatIsDroppedHearsThatTheClientIsClosed() throws Exception {
        parts.execute(() -> {
            while (parts.getQueue().isEmpty()) {
                Thread.onSpinWait();
            }
            parts.shutdownNow();
        });
        try (InputStream stream = stream()) {
            assertThatIOException().isThrownBy(stream::read).withMessageContaining("this client is closed");
        }
    }

    /** Of a payload that is nowhere. */
    private InputStream stream() {
        FakeTimers timers = new FakeTimers();
        World world = new World(timers, timers, new Random(1), timers);
        Limits limits = Limits.of(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ZERO);
        Endpoints nowhere = new Endpoints(() -> CompletableFuture.completedFuture(List.of()), address -> {
            throw new AssertionError("there is no network here");
        });
        ReadCalls calls = new ReadCalls(nowhere, new Hedge(nowhere, limits, timers, () -> 0), limits, world);
        RangeReader ranges = new RangeReader(new Http(limits.request(), null), limits, world);
        Version version =
                new Version("data", 1, 1, Instant.EPOCH, "me", Map.of(), 1, "", "", Version.State.PUBLISHED, List.of());
        return new PayloadStream(
                version,
                new LinkedPayload(version, List.of(), calls, ranges, limits, world),
                new Downloader(calls, ranges, new PartTasks(parts), limits, world),
                (bytes, total) -> {});
    }
}
