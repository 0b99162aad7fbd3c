package io.octavo.server.consumers;

import io.octavo.protocol.AdoptionCount;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.CountAdoptionsResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How the versions of one topic were taken up, those given last first. */
public record Adoptions(List<Adoption> adoptions, Coverage coverage) {
    public Adoptions {
        adoptions = List.copyOf(adoptions);
    }

    /** Live instances that are to run what was given, by whether they do. */
    private record Live(Given given, boolean running) {}

    /** The same of all nodes. */
    private static final class Sum {
        private final Delays delays = new Delays();
        private long longest;
        private @Nullable Consumer slowest;

        void add(AdoptionCount count) {
            delays.addAll(count.getDelaysList());
            if (count.hasSlowest() && (slowest == null || count.getLongestMs() > longest)) {
                longest = count.getLongestMs();
                slowest = count.getSlowest();
            }
        }

        Adoption of(Given given, Map<Live, Long> live) {
            return new Adoption(
                    given,
                    delays,
                    Duration.ofMillis(longest),
                    slowest,
                    live.getOrDefault(new Live(given, true), 0L),
                    live.getOrDefault(new Live(given, false), 0L));
        }
    }

    static Adoptions of(Gathered<CountAdoptionsResponse> gathered, int limit) {
        Map<Given, Sum> sums = new TreeMap<>(Given.ORDER);
        Newest<Live> newest = new Newest<>();
        for (CountAdoptionsResponse answer : gathered.answers()) {
            for (AdoptionCount count : answer.getAdoptionsList()) {
                Given given = new Given(count.getVersion(), count.getGivenAtMs(), count.getPinned());
                sums.computeIfAbsent(given, g -> new Sum()).add(count);
                newest.add(new Live(given, true), count.getRunning());
                newest.add(new Live(given, false), count.getLagging());
            }
        }
        Map<Live, Long> live = new HashMap<>(newest.counts());
        return new Adoptions(
                sums.entrySet().stream()
                        .limit(limit)
                        .map(sum -> sum.getValue().of(sum.getKey(), live))
                        .toList(),
                gathered.coverage(CountAdoptionsResponse::getNotRecorded));
    }
}
