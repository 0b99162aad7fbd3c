package io.octavo.server.subscribe;

import static io.octavo.server.subscribe.Fleets.consumer;
import static io.octavo.server.subscribe.Fleets.poll;
import static io.octavo.server.subscribe.Fleets.state;
import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.ConsumerQuery;
import io.octavo.protocol.ConsumerSighting;
import io.octavo.protocol.CountConsumersRequest;
import io.octavo.protocol.ListConsumersRequest;
import io.octavo.protocol.ListConsumersResponse;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The registry against a plain map of who said what when. */
class ConsumerModelTest {
    private static final int CASES = 200;
    private static final int STEPS = 60;
    private static final long LIFETIME = Duration.ofSeconds(90).toNanos();
    private static final long GRACE = Duration.ofSeconds(5).toNanos();
    private static final RunState[] STATES = {RunState.APPLIED, RunState.FETCHING, RunState.FAILED, RunState.OVERRIDDEN
    };

    /** An instance: its last poll, when that came, and until when it lives. */
    private record Known(PollRequest poll, long came, long until) {}

    @Test
    void theRegistryTellsWhatAPlainMapWould() {
        long first = Long.getLong("octavo.seed", new SplittableRandom().nextLong());
        for (long seed = first; seed != first + CASES; seed++) {
            try {
                new Case(new SplittableRandom(seed)).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("to see it again: -Doctavo.seed=" + seed + "\n" + e.getMessage(), e);
            }
        }
    }

    private static final class Case {
        private final SplittableRandom random;
        private final HeadCache cache = new HeadCache(new TestClock());
        private final Map<String, Known> model = new TreeMap<>();
        private long nanos;
        private final ConsumerRegistry registry = new ConsumerRegistry(
                cache, Duration.ZERO, Long.MAX_VALUE / 2, () -> nanos, new AdoptionTimes(cache, new TestClock()));
        private final ConsumerQueries queries = new ConsumerQueries(registry, cache);

        Case(SplittableRandom random) {
            this.random = random;
            this.nanos = random.nextLong();
            for (int topic = 0; topic < 3; topic++) {
                cache.put(TestHeads.head("t" + topic, 1, 1 + random.nextInt(3)));
            }
            cache.loaded();
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(6)) {
                    case 0 -> nanos += random.nextLong(Duration.ofSeconds(40).toNanos());
                    case 1 -> registry.sweep();
                    case 2 -> giveUp();
                    default -> hear();
                }
                check();
            }
        }

        private void hear() {
            nanos++;
            String instance = "i" + random.nextInt(6);
            Known before = model.get(instance);
            PollRequest poll = before != null && random.nextInt(3) == 0 ? before.poll : randomPoll(instance);
            registry.heard(poll);
            if (poll.getTopicsCount() == 0) {
                model.remove(instance);
            } else {
                model.put(instance, new Known(poll, nanos, nanos + LIFETIME));
            }
        }

        private void giveUp() {
            String instance = "i" + random.nextInt(6);
            Known known = model.get(instance);
            if (known != null && known.until - nanos > 0) {
                boolean isLast = random.nextBoolean();
                registry.gaveUp(known.poll, isLast ? known.came : known.came - 1);
                if (isLast) {
                    model.put(instance, new Known(known.poll, known.came, nanos + GRACE));
                }
            }
        }

        private PollRequest randomPoll(String instance) {
            TreeSet<String> topics = new TreeSet<>();
            int count = random.nextInt(5);
            for (int i = 0; i < count; i++) {
                topics.add("t" + random.nextInt(4));
            }
            List<String> order = new ArrayList<>(topics);
            if (random.nextBoolean()) {
                Collections.reverse(order);
            }
            return poll(
                    consumer("recs", instance),
                    order.stream()
                            .map(topic -> {
                                RunState state = STATES[random.nextInt(STATES.length)];
                                return state(
                                        topic,
                                        random.nextInt(4),
                                        state,
                                        state == RunState.FAILED ? "e" + random.nextInt(2) : "");
                            })
                            .toArray(TopicState[]::new));
        }

        private void check() {
            List<String> expected = new ArrayList<>();
            Map<String, Long> counts = new TreeMap<>();
            model.forEach((instance, known) -> {
                if (known.until - nanos > 0) {
                    for (TopicState state : known.poll.getTopicsList()) {
                        expected.add(state.getTopic() + " " + instance + " " + state.getVersion() + state.getError());
                        if (state.getTopic().equals("t0")) {
                            counts.merge(Long.toString(state.getVersion()), 1L, Long::sum);
                        }
                    }
                }
            });
            assertThat(listed())
                    .containsExactlyElementsOf(expected.stream().sorted().toList());
            assertThat(counted()).isEqualTo(counts);
        }

        /** All pages, of a random length. */
        private List<String> listed() {
            List<String> listed = new ArrayList<>();
            ListConsumersRequest.Builder request =
                    ListConsumersRequest.newBuilder().setLimit(1 + random.nextInt(20));
            boolean more = true;
            while (more) {
                ListConsumersResponse page = queries.list(request.build());
                for (ConsumerSighting each : page.getConsumersList()) {
                    listed.add(each.getTopic() + " " + each.getConsumer().getInstance() + " " + each.getVersion()
                            + each.getError());
                    request.setAfter(each);
                }
                more = page.getMore();
            }
            return listed;
        }

        private Map<String, Long> counted() {
            Map<String, Long> counts = new TreeMap<>();
            queries.count(CountConsumersRequest.newBuilder()
                            .setQuery(ConsumerQuery.newBuilder().setTopic("t0"))
                            .build())
                    .getCountsList()
                    .forEach(count -> counts.merge(
                            Long.toString(count.getVersion()),
                            count.getInstances().getCount(),
                            Long::sum));
            return counts;
        }
    }
}
