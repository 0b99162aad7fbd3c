package io.octavo.server.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.server.housekeeping.Owners.Owner;
import io.octavo.server.payload.Origin;
import io.octavo.server.payload.StoredObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ObjectSweepTest {
    private static final Duration MARGIN = Duration.ofDays(1);
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    private final TestTime time = new TestTime();
    private final List<String> looked = new ArrayList<>();
    private long nanos;

    private long muchLater() {
        nanos += 1_000_000_000;
        return nanos;
    }

    /** A thousand objects, of which a look at each takes this long. */
    private final class Place implements SweptObjects {
        private final String name;
        private final Duration takes;

        Place(String name, Duration takes) {
            this.name = name;
            this.takes = takes;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String prefix() {
            return "";
        }

        @Override
        public List<StoredObject> list(String after) {
            return IntStream.rangeClosed(1, 1_000)
                    .mapToObj(id -> new StoredObject("%04d".formatted(id), id, Instant.EPOCH))
                    .filter(object -> object.key().compareTo(after) > 0)
                    .toList();
        }

        @Override
        public @Nullable Origin origin(String key) {
            looked.add(name);
            time.pass(takes);
            return new Origin("ours", "topic", 0, Instant.EPOCH);
        }

        @Override
        public Owner owner(Origin origin, long payloadId) {
            return Owner.VERSION;
        }

        @Override
        public void delete(long payloadId) {
            throw new AssertionError();
        }
    }

    @Test
    void aPlaceThatTakesLongKeepsNoOtherFromItsTurn() {
        ObjectSweep sweep = new ObjectSweep(
                List.of(new Place("slow", Duration.ofSeconds(5)), new Place("other", Duration.ZERO)),
                new HousekeepingConfig.Sweep(
                        TIMEOUT.multipliedBy(2), MARGIN, 1_000, Duration.ofHours(1), 1_000, MARGIN.multipliedBy(400)),
                time,
                this::muchLater,
                new Random(1),
                new SimpleMeterRegistry());
        Runs.within(TIMEOUT, sweep, time);
        assertThat(looked).filteredOn("slow"::equals).as("half of the time").hasSize(60);
        assertThat(looked).filteredOn("other"::equals).hasSize(1_000);
    }
}
