package io.octavo.server.topic;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map.Entry;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TopicHistoryTest {
    private static final long START = 1_700_000_000_000L;
    private static final List<String> VALUES = List.of("", "eu", "us", "recs", "search", "blue");

    private final AtomicLong clock = new AtomicLong(START);
    private final InMemoryTopicLog log = new InMemoryTopicLog(() -> Instant.ofEpochMilli(clock.get()));
    private final TopicCommits commits = new TopicCommits(
            log,
            () -> {},
            head -> {},
            () -> Instant.ofEpochMilli(clock.get()),
            BoundedPatience.within(Duration.ofSeconds(5)),
            new SimpleMeterRegistry());
    private final TopicHistory history = new TopicHistory(log);

    @Test
    void atEachInstantTheHeadIsWhatItWasThen() {
        long seed = Long.getLong("octavo.seed", new Random().nextLong());
        Random random = new Random(seed);
        for (int run = 0; run < 20; run++) {
            String topic = "history-" + run;
            NavigableMap<Long, TopicHead> heads = record(topic, random, 60);
            TopicHead now = head(topic);
            for (int i = 0; i < 100; i++) {
                long at = heads.firstKey() + random.nextLong(clock.get() - heads.firstKey() + 1);
                Entry<Long, TopicHead> then = heads.floorEntry(at);
                TopicHead past = requireNonNull(history.at(now, Instant.ofEpochMilli(at)));
                String description = "octavo.seed=" + seed + ", run " + run + ", at " + at;
                assertThat(past)
                        .as(description)
                        .isEqualTo(then.getValue().toBuilder().clearVersions().build());
                Consumer consumer = consumer(random);
                assertThat(Resolution.of(past, consumer))
                        .as(description)
                        .isEqualTo(Resolution.of(then.getValue(), consumer));
            }
            assertThat(history.at(now, Instant.ofEpochMilli(heads.firstKey() - 1)))
                    .isNull();
        }
    }

    @Test
    void whatTheTrailDoesNotReachIsGone() {
        record("cut", new Random(1), 40);
        TopicHead now = head("cut");
        List<TopicEvent> events = log.eventsBelow("cut", Long.MAX_VALUE, 1_000);
        TopicEvent oldest = events.get(10);
        TopicHistory cut = new TopicHistory(new CutLog(log, oldest.getRevision()));

        assertThat(cut.at(now, Instant.ofEpochMilli(oldest.getAtMs()))).isNotNull();
        assertThatThrownBy(() -> cut.at(now, Instant.ofEpochMilli(START)))
                .asInstanceOf(type(ServiceException.class))
                .satisfies(gone -> assertThat(gone.code()).isEqualTo(ErrorCode.GONE))
                .satisfies(gone -> assertThat(gone)
                        .hasMessageContaining(
                                Instant.ofEpochMilli(oldest.getAtMs()).toString()));
    }

    @Test
    void moreEventsThanOneCallTakesBackAreRefused() {
        RandomCommands commands = new RandomCommands(new Random(1));
        for (int i = 0; i <= TopicHistory.MOST_EVENTS + 1; i++) {
            clock.incrementAndGet();
            commits.commit("long", commands.publish(List.of(Scopes.GLOBAL)), "tester", null);
        }
        TopicHead now = head("long");
        assertThat(history.at(now, Instant.ofEpochMilli(START + 1_000))).isNotNull();
        assertThatThrownBy(() -> history.at(now, Instant.ofEpochMilli(START + 1)))
                .isInstanceOf(InvalidField.class)
                .hasMessageContaining("not more than " + TopicHistory.MOST_EVENTS);
    }

    /** Does as people do, and keeps the head that each instant ended with. */
    private NavigableMap<Long, TopicHead> record(String topic, Random random, int steps) {
        TreeMap<Long, TopicHead> heads = new TreeMap<>();
        RandomCommands commands = new RandomCommands(random);
        commits.commit(topic, commands.publish(List.of(Scopes.GLOBAL)), "tester", null);
        keep(heads, head(topic));
        for (int step = 0; step < steps; step++) {
            // Now and then several in a millisecond, and now and then a clock that goes back.
            clock.addAndGet(random.nextInt(6) == 0 ? -random.nextInt(5) : random.nextInt(4));
            TopicHead head = head(topic);
            try {
                commits.commit(topic, commands.next(head.getNewestVersion(), head.getRevision()), "tester", null);
            } catch (ServiceException | InvalidField refused) {
                assertThat(head(topic)).isEqualTo(head);
            }
            keep(heads, head(topic));
        }
        clock.set(heads.lastKey() + 10);
        return heads;
    }

    private static void keep(NavigableMap<Long, TopicHead> heads, TopicHead head) {
        heads.put(head.getLastEventMs(), head);
    }

    private TopicHead head(String topic) {
        return requireNonNull(log.head(topic, Read.SERIAL));
    }

    private static Consumer consumer(Random random) {
        return Consumer.newBuilder()
                .setRegion(VALUES.get(random.nextInt(3)))
                .setApp(VALUES.get(random.nextInt(5)))
                .setCluster(VALUES.get(random.nextInt(6)))
                .setInstance("i-" + random.nextInt(10))
                .build();
    }
}
