package io.octavo.server.consumers;

import io.octavo.protocol.Consumer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a version that was given to a part of the fleet was taken up there.
 *
 * @param delays  of those who came to run it from another version, while the node that they polled kept count
 * @param longest the longest of these delays
 * @param slowest whose that was; null = nobody has come to run it
 * @param running live instances that are to run it by this and do
 * @param lagging live instances that are to run it by this and don't
 */
public record Adoption(
        Given given,
        Delays delays,
        Duration longest,
        @Nullable Consumer slowest,
        long running,
        long lagging) {
    /** How many have come to run it from another version. */
    public long adopted() {
        return delays.count();
    }

    /**
     * After how long such a part of the instances ran it, of those who came to run it and those who lag behind; null if
     * that is still to come. Up to a fifth too long.
     */
    public @Nullable Duration after(int percent) {
        long adopted = adopted();
        long wanted = ((adopted + lagging) * percent + 99) / 100;
        if (adopted == 0 || wanted > adopted) {
            return null;
        }
        return Duration.ofMillis(Math.min(delays.millisOf(wanted), longest.toMillis()));
    }
}
