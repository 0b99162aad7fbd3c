package io.octavo.server.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Heads;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackConfig;
import io.octavo.server.fallback.FallbackRegion;
import io.octavo.server.housekeeping.Interposed.Killed;
import io.octavo.server.payload.DirectPayloads;
import io.octavo.server.payload.InMemoryDirectPayloads;
import io.octavo.server.payload.InMemoryObjects;
import io.octavo.server.payload.SmallObjects;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.DeleteTopic;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.RestoreTopic;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.topic.UnpinScope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Exports that die between any two of their steps, are deposed and go on nevertheless, and meet regions that are away,
 * while topics change in the middle of it: what a region has in front never becomes older, always has its bytes, and in
 * the end is what the log has. What it says to be complete is.
 */
class ExportModelTest {
    private static final int HISTORIES = 60;
    private static final int ACTIONS = 25;
    private static final Duration KEEP = Duration.ofMinutes(10);
    private static final List<String> TOPICS = List.of("a", "a.b", "a-b", "ab");

    private final long seed = Long.getLong("octavo.seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private int killed;
    private int deposed;
    private int completed;
    private int removed;

    @Test
    void whatIsInFrontNeverGoesBackAndAlwaysHasItsBytes() {
        for (int i = 0; i < HISTORIES; i++) {
            new History("octavo.seed=" + seed + ", history " + i, i % 2 == 0).play();
        }
        assertThat(killed).as("octavo.seed=" + seed).isGreaterThan(HISTORIES / 8);
        assertThat(deposed).as("octavo.seed=" + seed).isGreaterThan(HISTORIES / 8);
        assertThat(completed).as("octavo.seed=" + seed).isGreaterThan(HISTORIES / 4);
        assertThat(removed).as("octavo.seed=" + seed).isGreaterThan(HISTORIES / 4);
    }

    private final class History {
        private final String description;
        private final TestTime time = new TestTime();
        private final InMemoryTopicLog log = new InMemoryTopicLog(time);
        private final InMemoryDirectPayloads direct = new InMemoryDirectPayloads();
        private final List<InMemoryObjects> stores =
                List.of(new InMemoryObjects("eu", time), new InMemoryObjects("us", time));
        private final List<FallbackRegion> regions =
                new FallbackCache(List.copyOf(stores), new FallbackConfig("fallback", 1)).regions();
        private final TopicCommits commits = new TopicCommits(
                log,
                () -> {},
                head -> log.append(head.getTopic(), head.getRevision()),
                time,
                BoundedPatience.within(Duration.ofSeconds(5)),
                new SimpleMeterRegistry());
        private final List<Leader> leaders = new ArrayList<>();
        private final Map<String, TopicHead> front = new HashMap<>();
        private final Map<Instant, Map<String, Long>> committed = new HashMap<>();
        private final Map<String, TopicHead> heads = new HashMap<>();
        private boolean quiet;
        private long payloadIds;
        private long term;
        /** The deposed know it at once; else what they say to be complete may be so for them alone, until the next scan. */
        private final boolean isExclusive;

        History(String description, boolean isExclusive) {
            this.description = description;
            this.isExclusive = isExclusive;
        }

        void play() {
            for (int i = 0; i < ACTIONS; i++) {
                act();
                assertFront();
            }
            quiet = true;
            stores.forEach(store -> store.away(false));
            Leader last = new Leader();
            for (int i = 0; i < 3; i++) {
                time.pass(KEEP.plusSeconds(1));
                last.run();
            }
            assertFront();
            for (FallbackRegion region : regions) {
                assertThat(region.completeAt()).as(description).isEqualTo(time.instant());
                for (String topic : TOPICS) {
                    TopicHead head = log.head(topic, Read.SERIAL);
                    if (head != null) {
                        assertThat(content(region.newest(topic)))
                                .as(description)
                                .isEqualTo(HeadContent.of(head));
                        assertThat(region.heads(topic)).as(description).hasSize(1);
                    }
                }
            }
        }

        private void act() {
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> change();
                case 3 -> {
                    time.pass(Duration.ofSeconds(random.nextInt(1_200)));
                    change();
                }
                case 4 -> {
                    InMemoryObjects store = stores.get(random.nextInt(2));
                    store.away(random.nextBoolean());
                }
                case 5 -> {
                    if (isExclusive) {
                        leaders.clear();
                    }
                    leaders.add(new Leader());
                }
                default -> {
                    if (!leaders.isEmpty()) {
                        leaders.get(random.nextInt(leaders.size())).run();
                    }
                }
            }
        }

        private synchronized void change() {
            String topic = TOPICS.get(random.nextInt(TOPICS.size()));
            TopicHead head = log.head(topic, Read.SERIAL);
            Command command = head == null
                    ? publication()
                    : switch (random.nextInt(6)) {
                        case 0 ->
                            new PinScope(
                                    Scopes.GLOBAL, 1 + random.nextLong(Math.max(1, head.getNewestVersion())), "why", 0);
                        case 1 -> new UnpinScope(Scopes.GLOBAL, "back");
                        case 2 ->
                            random.nextInt(3) > 0
                                    ? publication()
                                    : head.hasDeletion()
                                            ? new RestoreTopic("")
                                            : new DeleteTopic(head.getRevision(), "unused");
                        default -> publication();
                    };
            try {
                commits.commit(topic, command, "tester", null);
            } catch (ServiceException | InvalidField refused) {
                // Not all of them can be done.
                return;
            }
            TopicHead now = Objects.requireNonNull(log.head(topic, Read.SERIAL));
            heads.put(topic + now.getRevision(), now);
            committed.computeIfAbsent(time.instant(), at -> new HashMap<>()).put(topic, now.getRevision());
        }

        private PublishVersion publication() {
            long id = ++payloadIds;
            direct.store(id, ByteString.copyFromUtf8("payload " + id));
            Part part = Part.newBuilder()
                    .setSize(("payload " + id).length())
                    .setDirect(DirectPointer.newBuilder().setPayloadId(id))
                    .build();
            return new PublishVersion(List.of(part), Map.of(), List.of(Scopes.GLOBAL), null, false, null, 0, "");
        }

        private void assertFront() {
            for (int i = 0; i < regions.size(); i++) {
                InMemoryObjects store = stores.get(i);
                boolean away = store.isAway();
                store.away(false);
                for (String topic : TOPICS) {
                    assertFront(regions.get(i), topic);
                }
                if (isExclusive) {
                    assertMark(regions.get(i));
                }
                store.away(away);
            }
        }

        private void assertFront(FallbackRegion region, String topic) {
            TopicHead newest = region.newest(topic);
            TopicHead before = front.get(region.name() + topic);
            if (newest == null) {
                assertThat(before).as(description).isNull();
                return;
            }
            assertThat(before == null || !Heads.isNewer(before, newest))
                    .as(description)
                    .isTrue();
            front.put(region.name() + topic, newest);
            for (long id : HeadContent.payloads(newest)) {
                assertThat(region.payload(id)).as(description).isEqualTo(ByteString.copyFromUtf8("payload " + id));
            }
        }

        /** What was committed before the time of the mark is in the region, or something newer that says the same. */
        private void assertMark(FallbackRegion region) {
            Instant complete = region.completeAt();
            if (complete == null) {
                return;
            }
            completed++;
            for (String topic : TOPICS) {
                long revision = committed.entrySet().stream()
                        .filter(entry -> entry.getKey().isBefore(complete))
                        .mapToLong(entry -> entry.getValue().getOrDefault(topic, 0L))
                        .max()
                        .orElse(0);
                if (revision > 0) {
                    assertThat(isThereOrLater(topic, revision, region.newest(topic)))
                            .as(description + ": " + topic + " in " + region.name())
                            .isTrue();
                }
            }
        }

        /** A state that has been taken back is not exported: then what is in front says the same as a later head. */
        private boolean isThereOrLater(String topic, long revision, @Nullable TopicHead newest) {
            return newest != null
                    && (newest.getRevision() >= revision
                            || heads.values().stream()
                                    .filter(head -> head.getTopic().equals(topic) && head.getRevision() >= revision)
                                    .anyMatch(later -> content(newest) == HeadContent.of(later)));
        }

        private static long content(@Nullable TopicHead head) {
            return HeadContent.of(Objects.requireNonNull(head));
        }

        /** A node that leads, or believes so. */
        private final class Leader {
            private final long mine = ++term;
            private int stepsLeft = Integer.MAX_VALUE;
            private boolean dead;
            private final ExportTask task = new ExportTask(
                    Interposed.of(TopicLog.class, log, this::step),
                    log,
                    Interposed.of(DirectPayloads.class, direct, this::step),
                    new FallbackCache(
                            stores.stream()
                                    .map(store -> Interposed.of(SmallObjects.class, store, this::step))
                                    .toList(),
                            new FallbackConfig("fallback", 1)),
                    new HousekeepingConfig.Export(
                            Duration.ofSeconds(5), Duration.ofMinutes(30), KEEP, 100_000, Duration.ofHours(1)),
                    time,
                    System::nanoTime,
                    new SimpleMeterRegistry());

            private synchronized void step(String what) {
                if (what.endsWith(" region")) {
                    // Asks a store for nothing but its name.
                    return;
                }
                if (dead || --stepsLeft < 0) {
                    dead = true;
                    throw new Killed(what);
                }
                if (what.equals("after delete")) {
                    removed++;
                }
                if (!quiet && random.nextInt(40) == 0) {
                    change();
                }
            }

            /** Its time may be over in the middle of a list. */
            private double spent() {
                return quiet || random.nextInt(8) > 0 ? 0 : 1;
            }

            void run() {
                stepsLeft = quiet || random.nextInt(3) > 0 ? Integer.MAX_VALUE : random.nextInt(30);
                deposed += mine < term ? 1 : 0;
                try {
                    task.run(new Run(mine, () -> true, this::spent));
                } catch (Killed e) {
                    // Its threads die with it.
                } catch (ServiceException away) {
                    assertThat(quiet).as(description).isFalse();
                }
                if (dead) {
                    killed++;
                    leaders.remove(this);
                }
            }
        }
    }
}
