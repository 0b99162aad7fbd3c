package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.client.SubscriptionState.Phase;
import io.octavo.protocol.TopicHead;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What operators read of a subscription. */
class StateLogTest {
    private static final String TOPIC = "log.lines";
    private static final int POLLS = 5;
    /** All versions of {@link Topics} were published then. */
    private static final String PUBLISHED = ", published at 1970-01-01T00:16:40Z, by the word of ";

    private final Harness harness = new Harness();
    private final Logged logged = new Logged(Level.INFO);
    private final List<String> expected = new ArrayList<>();

    @AfterEach
    void close() {
        logged.close();
    }

    @Test
    void eachChangeIsALineAndAPollIsNone() {
        Subscription<String> subscription =
                harness.subscription(TOPIC, StateLogTest::reading).start();
        expect("WARNING", "nothing is published for this process; there is no value");

        harness.topics.publish(TOPIC, "one");
        expect("INFO", "version 1" + PUBLISHED + "the service");

        harness.topics.publish(TOPIC, "two");
        expect("INFO", "version 2 in place of 1" + PUBLISHED + "the service");

        harness.topics.publish(TOPIC, "bad");
        expect(
                "WARNING",
                "deserialize version 3 of log.lines: java.lang.IllegalArgumentException: bad; version 2 stays");

        harness.topics.pin(TOPIC, 2);
        expect("INFO", "version 2 is what is meant for this process again");

        harness.topics.unpin(TOPIC);
        expect(
                "WARNING",
                "deserialize version 3 of log.lines: java.lang.IllegalArgumentException: bad; version 2 stays");

        harness.topics.publish(TOPIC, "four");
        expect("INFO", "version 4 in place of 2" + PUBLISHED + "the service");

        harness.topics.pin(TOPIC, 1);
        expect("INFO", "version 1 in place of 4" + PUBLISHED + "the service");

        TopicHead before = harness.topics.head(TOPIC);
        harness.topics.unpin(TOPIC);
        for (long version = 1; version <= 4; version++) {
            harness.topics.forgetPublication(TOPIC, version);
        }
        expect("WARNING", "nothing is published for this process; version 1 stays");

        harness.topics.restore(before);
        expect("INFO", "version 1 is what is meant for this process again");

        assertThat(subscription.state().phase()).isEqualTo(Phase.RUNNING);
        assertThat(logged.records())
                .as("what only repeats a message")
                .allSatisfy(event -> assertThat(event.getThrown()).isNull());
    }

    @Test
    void aServiceThatIsAwayAndBackIsTwoLinesHoweverLongItTakes() {
        harness.topics.publish(TOPIC, "one");
        Subscription<String> subscription =
                harness.subscription(TOPIC, StateLogTest::reading).start();
        expect("INFO", "version 1" + PUBLISHED + "the service");
        harness.down(OctavoException.passing("it is away {0}", null));
        harness.timers.advance(Duration.ofMinutes(10));
        harness.down(null);
        harness.timers.advance(Duration.ofMinutes(10));
        expect();
        assertThat(logged.lines("polls")).hasSize(2);
        assertThat(subscription.get()).isEqualTo("one");
    }

    @Test
    void whatIsRunByAnotherWordThanTheServicesIsAWarning() {
        Topics exported = new Topics();
        exported.publish(TOPIC, "one");
        MemoryRegion region = new MemoryRegion("eu", exported);
        region.put(exported.head(TOPIC));
        Harness starting = new Harness(StartConfig.DEFAULT, List.of(region));
        starting.topics.publish(TOPIC, "one");
        starting.down(OctavoException.passing("it is away", null));
        var unused = starting.subscription(TOPIC, StateLogTest::reading).start();
        starting.timers.advance(Duration.ofMinutes(2));
        starting.down(null);
        starting.timers.advance(Duration.ofMinutes(2));
        assertThat(logged.lines("topic " + TOPIC))
                .containsExactly(
                        "WARNING topic log.lines: version 1" + PUBLISHED + "FALLBACK, as of 1970-01-01T00:00:00Z",
                        "INFO topic log.lines: version 1 is confirmed by the service");
    }

    @Test
    void aDefaultThatStandsForWhatIsNotPublishedIsNoWarning() {
        var unused = harness.subscription(TOPIC, StateLogTest::reading)
                .defaultValue("none")
                .start();
        expect("INFO", "nothing is published for this process; the default stands for it");
        harness.topics.publish(TOPIC, "bad");
        expect(
                "WARNING",
                "deserialize version 1 of log.lines: java.lang.IllegalArgumentException: bad; the default stands for it");
    }

    @Test
    void anOverrideIsAWarning() {
        Harness held =
                new Harness(new StartConfig(null, 10 << 20, 2, List.of(), Map.of(TOPIC, 1L), Duration.ofSeconds(5)));
        var unused = held.subscription(TOPIC, StateLogTest::reading).start();
        held.timers.advance(Duration.ofMinutes(10));
        assertThat(logged.lines("topic " + TOPIC))
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("WARNING topic log.lines: version 1 of log.lines is nowhere: service: ")
                        .endsWith("; there is no value"));
    }

    @Test
    void theTraceOfAFailureIsThereForWhoLooksForIt() {
        logged.close();
        try (Logged all = new Logged(Level.ALL)) {
            harness.topics.publish(TOPIC, "bad");
            var unused = harness.subscription(TOPIC, StateLogTest::reading).start();
            harness.nextPoll();
            assertThat(all.records().stream()
                            .map(LogRecord::getThrown)
                            .filter(thrown -> thrown instanceof OctavoException))
                    .hasSizeGreaterThan(1)
                    .allSatisfy(thrown -> assertThat(thrown).hasMessageContaining("deserialize version 1"));
        }
    }

    /** Lets polls go by, and holds what was logged of the topic since the last time against this. */
    private void expect(String... levelAndText) {
        for (int i = 0; i < POLLS; i++) {
            harness.nextPoll();
        }
        if (levelAndText.length > 0) {
            expected.add(levelAndText[0] + " topic " + TOPIC + ": " + levelAndText[1]);
        }
        assertThat(logged.lines("topic " + TOPIC)).containsExactlyElementsOf(expected);
    }

    private static String reading(Payload payload) throws Exception {
        String text = Deserializers.utf8().deserialize(payload);
        if (text.equals("bad")) {
            throw new IllegalArgumentException(text);
        }
        return text;
    }
}
