package io.octavo.client;

import static io.octavo.client.Harness.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.CachedTopic;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Offer;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.TopicState;
import io.octavo.rules.Heads;
import io.octavo.rules.Resolution;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random stories of one topic and one process that is started again and again: two nodes and a fallback cache that lag
 * behind and are away now and then, pins, quarantine, restores from a backup, versions that can't be read for a while.
 */
class StartModelTest {
    private static final int STORIES = Integer.getInteger("octavo.stories", 100);
    private static final int EVENTS = 60;
    private static final Consumer CONSUMER =
            Consumer.newBuilder().setRegion("eu").setInstance("one").build();

    @TempDir
    private Path directory;

    @Test
    void aProcessFollowsTheRulesWhoeverAnswersAndHoweverOftenItStarts() {
        long first = Long.getLong("octavo.seed", new SplittableRandom().nextLong());
        for (long seed = first; seed != first + STORIES; seed++) {
            try {
                new Story(new SplittableRandom(seed), directory.resolve(Long.toHexString(seed))).tell();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("to see it again: -Doctavo.seed=" + seed + "\n" + e.getMessage(), e);
            }
        }
    }

    private static final class Story {
        private final RandomGenerator random;
        private final Path cache;
        private final Topics topics = new Topics();
        private final List<TopicHead> steps = new ArrayList<>();
        private final int[] seen = new int[2];
        private final MemoryRegion fallback = new MemoryRegion("eu", topics);
        private final Set<Long> everPinned = new HashSet<>();
        private final Set<Long> everWithdrawn = new HashSet<>();
        private final Set<Long> unreadable = new HashSet<>();
        private TopicHead backup;
        private boolean restored;
        private boolean away;
        private long epoch;
        private long revision;
        private @Nullable Snapshot<String> last;
        private @Nullable AssertionError wrong;
        private PollRequest polled = PollRequest.getDefaultInstance();
        private Harness harness;
        private Subscription<String> subscription;

        Story(RandomGenerator random, Path cache) {
            this.random = random;
            this.cache = cache;
            topics.publish(TOPIC, "v1");
            backup = topics.head(TOPIC);
            steps.add(backup);
            fallback.put(backup);
            start();
        }

        void tell() {
            for (int event = 0; event < EVENTS; event++) {
                happen();
                nothingIsWrong();
            }
            settle();
            nothingIsWrong();
        }

        /** What fails in the client's own threads and timers is said here. */
        private void nothingIsWrong() {
            AssertionError first = wrong;
            if (first != null) {
                throw first;
            }
        }

        private void check(Runnable assertions) {
            try {
                assertions.run();
            } catch (AssertionError e) {
                wrong = wrong == null ? e : wrong;
            }
        }

        private void happen() {
            switch (random.nextInt(16)) {
                case 0, 1, 2, 3 -> change();
                case 4, 5 -> seen[random.nextInt(2)] = steps.size() - 1;
                case 6 -> seen[random.nextInt(2)] = random.nextInt(steps.size());
                case 7 -> export();
                case 8 -> away = random.nextBoolean();
                case 9 -> fallback.away(random.nextBoolean());
                case 10 -> {
                    if (!unreadable.remove(topics.head(TOPIC).getNewestVersion())) {
                        unreadable.add(topics.head(TOPIC).getNewestVersion());
                    }
                }
                case 11 -> restart();
                default -> pass(Duration.ofSeconds(1 + random.nextInt(40)));
            }
        }

        private void change() {
            TopicHead head = topics.head(TOPIC);
            long version = 1 + random.nextLong(head.getNewestVersion());
            boolean isNamed = Heads.record(head, version) != null;
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> topics.publish(TOPIC, "v" + (head.getNewestVersion() + 1));
                case 4, 5 -> {
                    if (isNamed) {
                        topics.pin(TOPIC, version);
                        everPinned.add(version);
                    }
                }
                case 6 -> topics.unpin(TOPIC);
                case 7 -> {
                    if (isNamed && head.getPinsCount() == 0) {
                        topics.quarantine(TOPIC, version);
                        everWithdrawn.add(version);
                    }
                }
                case 8 -> topics.touch(TOPIC);
                default -> {
                    if (random.nextInt(3) == 0) {
                        topics.restore(backup);
                        restored = true;
                    } else {
                        backup = head;
                    }
                }
            }
            steps.add(topics.head(TOPIC));
        }

        /** The fallback cache never goes back. */
        private void export() {
            TopicHead newest = steps.get(random.nextInt(steps.size()));
            if (Heads.isNewer(newest, fallback.head())) {
                fallback.put(newest);
            }
        }

        private void restart() {
            CachedTopic kept = kept();
            Snapshot<String> before = last;
            boolean isAlone = random.nextBoolean();
            if (isAlone) {
                away = true;
                fallback.away(true);
            }
            start();
            pass(Duration.ofSeconds(10));
            if (isAlone && kept != null && before != null) {
                long version = kept.getVersion() == 0
                        ? Resolution.of(kept.getHead(), CONSUMER).version()
                        : kept.getVersion();
                if (version != 0 && version == before.version() && !unreadable.contains(version)) {
                    assertThat(last).as("what it ran is kept").isNotNull();
                }
            }
        }

        private void start() {
            last = null;
            StartConfig start = new StartConfig(cache, 10 << 20, 2, List.of(), Map.of(), Duration.ofSeconds(5));
            harness = new Harness(start, List.of(fallback), this::answer);
            subscription = harness.subscription(TOPIC, this::read)
                    .startOnOlder(random.nextInt(3))
                    .listener(snapshot -> check(() -> updated(snapshot)))
                    .start();
        }

        private String read(Payload payload) throws Exception {
            if (unreadable.contains(payload.version())) {
                throw new IllegalStateException("unreadable, by the test");
            }
            return Deserializers.utf8().deserialize(payload);
        }

        private void updated(Snapshot<String> now) {
            Snapshot<String> before = last;
            last = now;
            assertThat(now.value()).isEqualTo("v" + now.version());
            if (before == null || restored) {
                return;
            }
            if (now.version() < before.version()) {
                assertThat(everPinned.contains(now.version())
                                || everPinned.contains(before.version())
                                || everWithdrawn.contains(before.version()))
                        .as("a reason to go from %s to %s", before, now)
                        .isTrue();
            }
        }

        private CompletableFuture<PollResponse> answer(PollRequest request) {
            polled = request;
            TopicState state = request.getTopics(0);
            check(() -> assertThat(Heads.compare(state.getEpoch(), state.getRevision(), epoch, revision))
                    .as("the mark never falls, from %s/%s to %s", epoch, revision, state)
                    .isNotNegative());
            epoch = state.getEpoch();
            revision = state.getRevision();
            if (away) {
                return CompletableFuture.failedFuture(OctavoException.passing("away, by the test", null));
            }
            TopicHead head = steps.get(seen[random.nextInt(2)]);
            Offer offer = topics.offer(TOPIC, head, CONSUMER, true);
            PollResponse.Builder answer = PollResponse.newBuilder();
            boolean isSame = head.getEpoch() == epoch && head.getRevision() == revision;
            if (offer.getVersion() != state.getVersion()) {
                answer.addOffers(offer);
            } else if (!isSame) {
                answer.addOffers(offer.toBuilder().clearHead().clearPayload().clearHasPayload());
            }
            return CompletableFuture.completedFuture(answer.build());
        }

        private void pass(Duration time) {
            harness.timers.advance(time);
        }

        private @Nullable CachedTopic kept() {
            try {
                return new TopicFiles(cache).read(CONSUMER, TOPIC);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** All is well, and everybody up to date. */
        private void settle() {
            away = false;
            unreadable.clear();
            seen[0] = steps.size() - 1;
            seen[1] = steps.size() - 1;
            pass(Duration.ofMinutes(5));
            TopicHead newest = topics.head(TOPIC);
            assertThat(Heads.compare(newest.getEpoch(), newest.getRevision(), epoch, revision))
                    .as("the mark is at the newest head")
                    .isZero();
            long version = Resolution.of(newest, CONSUMER).version();
            Snapshot<String> now = last;
            if (version != 0 && (!restored || now == null || now.version() < version)) {
                assertThat(now).isNotNull();
                assertThat(subscription.current().version())
                        .as("it runs what the newest head says; %s; %s", subscription.state(), polled)
                        .isEqualTo(version);
                assertThat(subscription.current().source()).isEqualTo(Source.SERVICE);
            }
        }
    }
}
