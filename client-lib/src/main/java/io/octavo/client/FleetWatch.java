package io.octavo.client;

import io.octavo.protocol.GetUptakeRequest;
import io.octavo.protocol.GetUptakeResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** Waits until the fleet runs what was published. Blocks. */
final class FleetWatch {
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final PublishCalls calls;
    private final World world;

    FleetWatch(PublishCalls calls, World world) {
        this.calls = calls;
        this.world = world;
    }

    /** @throws OctavoException if nobody could say when the time was over */
    Uptake await(Published published, int percent, Duration atMost) throws InterruptedException {
        Instant end = world.steady().instant().plus(atMost);
        while (true) {
            OctavoException trouble = null;
            Uptake uptake = null;
            try {
                uptake = look(published);
            } catch (OctavoException e) {
                trouble = e;
            }
            boolean over = !world.steady().instant().isBefore(end);
            if (uptake != null && (over || uptake.isReached(percent))) {
                return uptake;
            }
            if (trouble != null && (over || !trouble.isPassing())) {
                throw trouble;
            }
            pause();
        }
    }

    private Uptake look(Published published) throws InterruptedException {
        GetUptakeRequest request = GetUptakeRequest.newBuilder()
                .setTopic(published.topic())
                .setVersion(published.version())
                .build();
        GetUptakeResponse answer = calls.call("count who runs " + published.topic(), stub -> stub.getUptake(request));
        return new Uptake(
                answer.getInstances(),
                answer.getRunning(),
                answer.getFailed(),
                answer.getComplete() && answer.getRevision() >= published.revision());
    }

    /** Spread, so that many who published together don't ask together. */
    private void pause() throws InterruptedException {
        long millis = Math.round(PAUSE.toMillis() * (0.5 + world.random().nextDouble()));
        CompletableFuture<Boolean> over = new CompletableFuture<>();
        var unused = world.timers().after(Duration.ofMillis(millis), () -> over.complete(true));
        // A client that is closed runs no timers any more.
        var unusedToo = world.timers().await(over, PAUSE.multipliedBy(4));
    }
}
