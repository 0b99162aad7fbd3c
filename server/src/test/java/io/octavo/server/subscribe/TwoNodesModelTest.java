package io.octavo.server.subscribe;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Offer;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.TopicState;
import io.octavo.rules.Acceptance;
import io.octavo.rules.Acceptance.Mark;
import io.octavo.rules.Acceptance.Offered;
import io.octavo.rules.Acceptance.Verdict;
import io.octavo.rules.Heads;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.TestCommits;
import io.octavo.server.topic.ExpirePin;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.RandomCommands;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A process that polls two nodes of different age, now one and now the other, while a topic goes through random changes,
 * pins that expire and a restored backup: what the nodes answer and what the process accepts fit together.
 */
class TwoNodesModelTest {
    private static final int STORIES = 300;
    private static final int EVENTS = 80;
    private static final String TOPIC = "t";

    @Test
    void itNeverGoesBackAndForthNeverSleepsOnNewsAndNeverSpins() {
        long seed = Long.getLong("octavo.seed", new Random().nextLong());
        for (int story = 0; story < STORIES; story++) {
            Story told = new Story(new Random(seed + story));
            try {
                told.tell();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("octavo.seed=" + (seed + story) + ": " + told.steps, e);
            }
        }
    }

    private static final class Story {
        private final List<String> steps = new ArrayList<>();
        private final Random random;
        private final TestClock clock = new TestClock();
        private final InMemoryTopicLog log = new InMemoryTopicLog(clock);
        private final TopicCommits commits = TestCommits.of(log, Duration.ofSeconds(5), clock);
        private final RandomCommands commands;
        private final Consumer consumer;
        private final List<Node> nodes = List.of(new Node(), new Node());
        private final List<TopicHead> heads = new ArrayList<>();
        private long restoredAt;

        private Mark mark = Mark.NONE;
        private @Nullable Offered wanted;
        private RunState state = RunState.RUN_STATE_UNSPECIFIED;

        Story(Random random) {
            this.random = random;
            this.commands = new RandomCommands(random);
            this.consumer = Consumer.newBuilder()
                    .setRegion(random.nextBoolean() ? "eu" : "us")
                    .setApp(random.nextBoolean() ? "recs" : "search")
                    .setCluster(random.nextBoolean() ? "blue" : "")
                    .setInstance("host-" + random.nextInt(5))
                    .build();
        }

        void tell() {
            commits.commit(TOPIC, commands.publish(List.of(Scopes.GLOBAL)), "tester", null);
            changed();
            for (int event = 0; event < EVENTS; event++) {
                switch (random.nextInt(10)) {
                    case 0, 1, 2 -> change();
                    case 3, 4 -> nodes.get(random.nextInt(2)).catchUp(random.nextInt(4));
                    case 5 -> endFetch();
                    case 6 -> restart();
                    case 7 -> expire();
                    default -> poll(nodes.get(random.nextInt(2)));
                }
            }
            converge();
        }

        private void change() {
            TopicHead head = heads.get(heads.size() - 1);
            if (restoredAt == 0 && random.nextInt(30) == 0) {
                restoredAt = requireNonNull(log.head(TOPIC, Read.SERIAL)).getRevision();
            }
            try {
                commits.commit(TOPIC, commands.next(head.getNewestVersion(), head.getRevision()), "tester", null);
                changed();
            } catch (ServiceException | InvalidField refused) {
                steps.add("refused");
            }
        }

        private void expire() {
            long at = clock.instant().toEpochMilli() + 1_000;
            long version = heads.get(heads.size() - 1).getNewestVersion();
            try {
                commits.commit(TOPIC, new PinScope(Scopes.GLOBAL, version, "for a moment", at), "tester", null);
                changed();
                clock.advance(Duration.ofSeconds(2));
                commits.commit(TOPIC, new ExpirePin(Scopes.GLOBAL, version, at), ExpirePin.WHO, null);
                changed();
            } catch (ServiceException | InvalidField refused) {
                steps.add("refused");
            }
        }

        /** A restored log has a new epoch, and its revisions begin anew. */
        private void changed() {
            TopicHead head = requireNonNull(log.head(TOPIC, Read.SERIAL));
            TopicHead seen = restoredAt == 0
                    ? head
                    : head.toBuilder()
                            .setEpoch(head.getEpoch() + 1)
                            .setRevision(head.getRevision() - restoredAt + 1)
                            .build();
            heads.add(seen);
            steps.add("head " + seen.getEpoch() % 10 + "/" + seen.getRevision());
        }

        private void restart() {
            steps.add("restart");
            mark = new Mark(mark.epoch(), mark.revision(), 0, false, false);
            wanted = null;
            state = RunState.RUN_STATE_UNSPECIFIED;
        }

        private void endFetch() {
            Offered target = wanted;
            if (target == null) {
                return;
            }
            if (random.nextInt(4) == 0) {
                state = RunState.FAILED;
                steps.add("failed");
            } else {
                apply(target);
            }
        }

        private void apply(Offered target) {
            wanted = null;
            if (Acceptance.judge(mark, target) == Verdict.RUN) {
                checkMove(target);
                mark = Acceptance.applied(mark, target);
                steps.add("runs " + target.version());
            }
            state = mark.version() == 0 ? RunState.RUN_STATE_UNSPECIFIED : RunState.APPLIED;
        }

        /** Lower only where a pin is, was, or the version left is withdrawn; and not below what was heard. */
        private void checkMove(Offered target) {
            TopicHead head = target.head();
            if (mark.version() == 0) {
                return;
            }
            assertThat(Heads.compare(head.getEpoch(), head.getRevision(), mark.epoch(), mark.revision()))
                    .isGreaterThanOrEqualTo(0);
            if (target.version() < mark.version()) {
                assertThat(target.pinned()
                                || mark.pinned()
                                || head.getWithdrawnList().contains(mark.version()))
                        .isTrue();
            }
        }

        private boolean poll(Node node) {
            News news = node.polls.news(request());
            boolean urgent = news != null && news.isUrgent();
            Offer offer = news == null
                    ? null
                    : node.polls
                            .answer(news, true, new InlineLoan(new InlineBudget(Long.MAX_VALUE)))
                            .getOffers(0);
            Offered offered = offer == null ? null : Offered.byService(offer, consumer);
            Verdict verdict = offered == null ? null : Acceptance.judge(mark, offered);
            steps.add("poll " + node.at + (urgent ? " urgent " : " calm ") + verdict);
            boolean idle = state == RunState.APPLIED || state == RunState.RUN_STATE_UNSPECIFIED;
            if (!urgent && idle) {
                assertThat(verdict).as("a held poll would have slept on it").isNotEqualTo(Verdict.RUN);
            }
            if (offered != null && verdict != null) {
                hear(offered, verdict);
            }
            if (urgent) {
                News again = node.polls.news(request());
                assertThat(again != null && again.isUrgent())
                        .as("the next poll would be answered with the same")
                        .isFalse();
            }
            return urgent;
        }

        private void hear(Offered offered, Verdict verdict) {
            mark = Acceptance.heard(mark, offered);
            switch (verdict) {
                case RUN -> {
                    wanted = offered;
                    state = RunState.FETCHING;
                    if (random.nextBoolean()) {
                        apply(offered);
                    }
                }
                case REFUSE_LOWER -> {
                    wanted = null;
                    state = RunState.FAILED;
                }
                case KEEP, KEEP_UNRESOLVED -> {
                    wanted = null;
                    state = mark.version() == 0 ? RunState.RUN_STATE_UNSPECIFIED : RunState.APPLIED;
                }
                case IGNORE_OLD -> {}
            }
        }

        /** Both nodes are up to date, and whatever is fetched comes. */
        private void converge() {
            nodes.forEach(node -> node.catchUp(heads.size()));
            for (int i = 0; i < 4; i++) {
                Node node = nodes.get(i % 2);
                boolean urgent = poll(node);
                Offered target = wanted;
                if (target != null) {
                    apply(target);
                }
                assertThat(urgent && i > 1).as("it comes to rest").isFalse();
            }
            TopicHead newest = heads.get(heads.size() - 1);
            long resolved = Resolution.of(newest, consumer).version();
            if (resolved != 0 && state != RunState.FAILED) {
                assertThat(mark.version()).isEqualTo(resolved);
            }
        }

        private PollRequest request() {
            return PollRequest.newBuilder()
                    .setConsumer(consumer)
                    .setHoldMs(30_000)
                    .addTopics(TopicState.newBuilder()
                            .setTopic(TOPIC)
                            .setVersion(mark.version())
                            .setEpoch(mark.epoch())
                            .setRevision(mark.revision())
                            .setState(state))
                    .build();
        }

        private final class Node {
            private final HeadCache cache = new HeadCache(clock);
            private final PollAnswers polls = new PollAnswers(
                    cache, new SmallPayloads(new MapPayloads(), 0, Runnable::run, new SimpleMeterRegistry()), 0, 0);
            private int at;

            Node() {
                cache.loaded();
            }

            /** Heads may be skipped, and may come again; older ones change nothing. */
            void catchUp(int by) {
                at = Math.min(heads.size() - 1, at + by);
                cache.put(heads.get(at));
                cache.put(heads.get(random.nextInt(at + 1)));
            }
        }
    }
}
