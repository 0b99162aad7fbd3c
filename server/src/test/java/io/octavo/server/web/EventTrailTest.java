package io.octavo.server.web;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.protocol.EventKind;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.TestCommits;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.RandomCommands;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.web.EventTrail.Changed;
import io.octavo.server.web.EventTrail.Page;
import io.octavo.server.web.EventTrail.Wanted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventTrailTest {
    private static final long START = 1_700_000_000_000L;
    private static final Wanted ALL = new Wanted(0, null, null);

    private final AtomicLong clock = new AtomicLong(START);
    private final InMemoryTopicLog log = new InMemoryTopicLog(() -> Instant.ofEpochMilli(clock.get()));
    private final TopicCommits commits =
            TestCommits.of(log, Duration.ofSeconds(5), () -> Instant.ofEpochMilli(clock.get()));
    private final EventReaders readers = new EventReaders();
    private final EventTrail trail = new EventTrail(log, readers);

    @AfterEach
    void close() {
        readers.close();
    }

    @Test
    void pageByPageItIsAllEventsInTheirOrderWhateverChangesMeanwhile() {
        long seed = Long.getLong("octavo.seed", new Random().nextLong());
        Random random = new Random(seed);
        for (int run = 0; run < 10; run++) {
            int topics = 1 + random.nextInt(60);
            for (int i = 0; i < 600; i++) {
                change("run-" + run + "-" + skewed(random, topics), random);
            }
            Wanted wanted = new Wanted(
                    START + random.nextLong(clock.get() - START),
                    random.nextBoolean() ? null : "ad",
                    random.nextInt(3) > 0 ? null : EventKind.PUBLISHED);
            List<EventView> expected = expected(wanted);
            List<EventView> paged = new ArrayList<>();
            EventPosition after = null;
            do {
                Page page = trail.page(changed(), wanted, after, 1 + random.nextInt(150));
                paged.addAll(page.events());
                after = page.next();
                clock.addAndGet(1 + random.nextInt(3));
                change("run-" + run + "-" + skewed(random, topics), random);
            } while (after != null);
            assertThat(paged).as("octavo.seed=%s, run %s", seed, run).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void aPageThatFindsNothingGoesOn() {
        Random random = new Random(1);
        RandomCommands commands = new RandomCommands(random);
        commits.commit("topic", commands.publish(List.of()), "ada", null);
        for (int i = 0; i < EventTrail.MOST_EVENTS; i++) {
            commits.commit("topic", commands.publish(List.of(Scopes.GLOBAL)), "bob", null);
        }
        Wanted byAda = new Wanted(0, "ada", null);

        Page nothing = trail.page(changed(), byAda, null, 10);
        assertThat(nothing.events()).isEmpty();
        Page rest = trail.page(changed(), byAda, requireNonNull(nothing.next()), 10);
        assertThat(rest.events()).extracting(EventView::revision).containsExactly(1L);
        assertThat(rest.next()).isNull();
    }

    @Test
    void ofTooManyTopicsAtATimeFewerAreAskedFor() {
        List<Changed> many = new ArrayList<>();
        for (int i = 0; i <= EventTrail.MOST_TOPICS; i++) {
            many.add(new Changed(new EventPosition(START + i, "t" + i, 1)));
        }
        assertThatThrownBy(() -> trail.page(many, ALL, null, 10))
                .isInstanceOf(InvalidField.class)
                .hasMessageContaining("since");
    }

    private void change(String topic, Random random) {
        clock.addAndGet(random.nextInt(3));
        RandomCommands commands = new RandomCommands(random);
        var head = log.head(topic, Read.SERIAL);
        Command command = head == null
                ? commands.publish(List.of(Scopes.GLOBAL))
                : commands.next(head.getNewestVersion(), head.getRevision());
        try {
            commits.commit(topic, command, random.nextBoolean() ? "ada" : "bob", null);
        } catch (ServiceException | InvalidField refused) {
            assertThat(log.head(topic, Read.SERIAL)).isEqualTo(head);
        }
    }

    private List<Changed> changed() {
        List<Changed> changed = new ArrayList<>();
        log.forEachHead(head -> changed.add(Changed.of(head)));
        return changed;
    }

    private List<EventView> expected(Wanted wanted) {
        List<EventView> events = new ArrayList<>();
        log.forEachHead(head -> log.eventsBelow(head.getTopic(), Long.MAX_VALUE, 1_000_000).stream()
                .filter(event -> event.getAtMs() >= wanted.sinceMillis() && wanted.includes(event))
                .forEach(event -> events.add(EventView.of(head.getTopic(), event))));
        events.sort(Comparator.comparing(EventView::at)
                .reversed()
                .thenComparing(EventView::topic)
                .thenComparing(Comparator.comparingLong(EventView::revision).reversed()));
        return events;
    }

    /** Few topics change often, most seldom. */
    private static int skewed(Random random, int topics) {
        double part = random.nextDouble();
        return (int) (topics * part * part * part);
    }
}
