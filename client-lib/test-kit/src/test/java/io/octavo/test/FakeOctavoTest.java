package io.octavo.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.octavo.client.Deserializers;
import io.octavo.client.OctavoClient;
import io.octavo.client.OctavoException;
import io.octavo.client.Published;
import io.octavo.client.Reads;
import io.octavo.client.Snapshot;
import io.octavo.client.Source;
import io.octavo.client.Subscription;
import io.octavo.client.SubscriptionListener;
import io.octavo.client.SubscriptionState;
import io.octavo.client.SubscriptionState.Phase;
import io.octavo.client.Uptake;
import io.octavo.client.Version;
import io.octavo.rules.ErrorCode;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class FakeOctavoTest {
    private static final String TOPIC = "prices";

    private final FakeOctavo octavo = new FakeOctavo();
    private final OctavoClient client = octavo.client().build();

    @AfterEach
    void close() {
        client.close();
        octavo.close();
    }

    @Test
    void whatIsPublishedIsInUseAndHeardOfWhenPublishReturns() {
        List<String> heard = new ArrayList<>();
        Subscription<String> prices = client.subscription(TOPIC, Deserializers.utf8())
                .listener(snapshot -> heard.add(snapshot.version() + " " + snapshot.value()))
                .start();
        assertThat(octavo.publish(TOPIC, "one")).isEqualTo(1);
        assertThat(prices.get()).isEqualTo("one");
        assertThat(octavo.publish(TOPIC, "two")).isEqualTo(2);
        assertThat(prices.get()).isEqualTo("two");
        assertThat(heard).containsExactly("1 one", "2 two");
        assertThat(prices.current().source()).isEqualTo(Source.SERVICE);
        assertThat(prices.state()).isEqualTo(new SubscriptionState(Phase.RUNNING, 2, 0, null));
        assertThat(client.health().isUp()).isTrue();
    }

    @Test
    void theUsersDeserializerIsGivenTheBytesAndItsFailureIsReported() {
        Subscription<Integer> number = client.<Integer>subscription(TOPIC, payload -> {
                    try (InputStream bytes = payload.openStream()) {
                        return Integer.parseInt(new String(bytes.readAllBytes(), StandardCharsets.UTF_8));
                    }
                })
                .start();
        octavo.publish(TOPIC, "7");
        octavo.publish(TOPIC, "seven");
        assertThat(number.get()).isEqualTo(7);
        SubscriptionState failed = number.state();
        assertThat(failed.phase()).isEqualTo(Phase.FAILED);
        assertThat(failed.version()).isEqualTo(1);
        assertThat(failed.offered()).isEqualTo(2);
        assertThat(failed.error()).isNotNull().hasMessageContaining("seven");
        octavo.publish(TOPIC, "8");
        assertThat(number.get()).isEqualTo(8);
        assertThat(number.state().phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void consumersGoBackToOlderVersionsAndForthAgain() {
        octavo.publish(TOPIC, "one");
        octavo.publish(TOPIC, "two");
        Subscription<String> prices = subscription();
        octavo.rollback(TOPIC);
        assertThat(prices.get()).isEqualTo("one");
        octavo.liftQuarantine(TOPIC, 2);
        octavo.unpin(TOPIC, "*");
        assertThat(prices.get()).isEqualTo("two");
        octavo.pin(TOPIC, "*", 1);
        assertThat(prices.current().version()).isEqualTo(1);
        octavo.publish(TOPIC, "three");
        assertThat(prices.get()).isEqualTo("one");
        octavo.unpin(TOPIC, "*");
        assertThat(prices.get()).isEqualTo("three");
    }

    @Test
    void eachClientGetsWhatIsForIt() {
        try (OctavoClient eu = octavo.client().region("eu").app("shop").build()) {
            Subscription<String> prices = subscription();
            Subscription<String> euPrices =
                    eu.subscription(TOPIC, Deserializers.utf8()).start();
            octavo.publish(TOPIC, "all");
            octavo.publish(TOPIC, "region=eu,app=shop", "eu".getBytes(StandardCharsets.UTF_8));
            assertThat(prices.get()).isEqualTo("all");
            assertThat(euPrices.get()).isEqualTo("eu");
        }
    }

    @Test
    void aLoadThatFailsOnceLeavesTheValueAndIsTriedAgainInTime() {
        octavo.publish(TOPIC, "one");
        List<SubscriptionState> failures = new ArrayList<>();
        Subscription<String> prices = subscription();
        prices.listen(new SubscriptionListener<>() {
            @Override
            public void updated(Snapshot<String> snapshot) {}

            @Override
            public void failed(SubscriptionState state) {
                failures.add(state);
            }
        });
        octavo.failNextLoad(TOPIC, "no room");
        octavo.publish(TOPIC, "two");
        assertThat(prices.get()).isEqualTo("one");
        assertThat(failures).hasSize(1);
        assertThat(failures.get(0).phase()).isEqualTo(Phase.FAILED);
        assertThat(failures.get(0).error()).isNotNull().hasMessageContaining("no room");
        octavo.pass(Duration.ofSeconds(2));
        assertThat(prices.get()).isEqualTo("two");
        assertThat(prices.state().phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void wrongBytesAreRefused() {
        octavo.publish(TOPIC, "one");
        octavo.corrupt(TOPIC, 1);
        Subscription<String> prices = subscription();
        assertThat(prices.state().phase()).isEqualTo(Phase.FAILED);
        assertThat(prices.state().error())
                .isNotNull()
                .extracting(OctavoException::code)
                .isEqualTo(ErrorCode.DIGEST_MISMATCH);
        octavo.publish(TOPIC, "two");
        assertThat(prices.get()).isEqualTo("two");
    }

    @Test
    void withoutTheServiceASubscriptionIsStarting() {
        octavo.publish(TOPIC, "one");
        octavo.stop();
        Subscription<String> prices = subscription();
        assertThat(prices.state().phase()).isEqualTo(Phase.STARTING);
        assertThatExceptionOfType(OctavoException.class).isThrownBy(prices::get);
        assertThat(client.health().isUp()).isFalse();
        octavo.restart();
        assertThat(prices.get()).isEqualTo("one");
    }

    @Test
    void valuesStayWhileTheServiceIsAwayAndWhatIsPublishedMeanwhileArrivesLater() {
        octavo.publish(TOPIC, "one");
        Subscription<String> prices = subscription();
        for (int round = 2; round < 6; round++) {
            octavo.stop();
            String next = "version " + round;
            octavo.publish(TOPIC, next);
            octavo.pass(Duration.ofMinutes(1));
            assertThat(prices.current().version()).isEqualTo(round - 1);
            octavo.restart();
            assertThat(prices.get()).isEqualTo(next);
        }
    }

    @Test
    void nothingPublishedAndNothingLeftAreUnresolved() {
        Subscription<String> prices = client.subscription(TOPIC, Deserializers.utf8())
                .defaultIfUnpublished("nothing")
                .start();
        assertThat(prices.state().phase()).isEqualTo(Phase.UNRESOLVED);
        assertThat(prices.get()).isEqualTo("nothing");
        octavo.publish(TOPIC, "one");
        assertThat(prices.get()).isEqualTo("one");
        octavo.delete(TOPIC);
        assertThat(prices.state().phase()).isEqualTo(Phase.UNRESOLVED);
        assertThat(prices.get()).isEqualTo("one");
        octavo.publish(TOPIC, "two");
        assertThat(prices.get()).isEqualTo("two");
        assertThat(prices.current().version()).isEqualTo(2);
    }

    @Test
    void whatTheCodeUnderTestPublishesIsNotedAnsweredAndReadable() throws Exception {
        octavo.publish(TOPIC, "of the test");
        Published made = client.publish(TOPIC)
                .scope("region=eu")
                .metadata("k", "v")
                .contentType("text/plain")
                .idempotencyKey("key")
                .string("of the code");
        assertThat(made.version()).isEqualTo(2);
        assertThat(octavo.published()).singleElement().satisfies(sent -> {
            assertThat(sent.topic()).isEqualTo(TOPIC);
            assertThat(sent.version()).isEqualTo(2);
            assertThat(sent.idempotencyKey()).isEqualTo("key");
            assertThat(sent.metadata()).isEqualTo(Map.of("k", "v"));
            assertThat(sent.scopes()).containsExactly("region=eu");
            assertThat(sent.contentType()).isEqualTo("text/plain");
            assertThat(sent.text()).isEqualTo("of the code");
            assertThat(sent.bytes()).isEqualTo("of the code".getBytes(StandardCharsets.UTF_8));
        });
        Reads reads = client.reads();
        assertThat(reads.latest(TOPIC).version()).isEqualTo(1);
        Version version = reads.as("region=eu", "one").latest(TOPIC);
        assertThat(version.version()).isEqualTo(2);
        assertThat(version.metadata()).containsEntry("k", "v");
        try (InputStream bytes = reads.stream(version)) {
            assertThat(bytes.readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo("of the code");
        }
        assertThat(reads.history(TOPIC)).extracting(Version::version).containsExactly(2L, 1L);
    }

    @Test
    void publishesAreRefusedRepeatedAndFailAsReally() {
        Published made = client.publish(TOPIC).idempotencyKey("key").string("one");
        Published again = client.publish(TOPIC).idempotencyKey("key").string("one");
        assertThat(again.version()).isEqualTo(made.version());
        assertThat(again.replayed()).isTrue();
        assertThat(client.publish(TOPIC).ifChanged().string("one").unchanged()).isTrue();
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(() -> client.publish(TOPIC).expectedVersion(0).string("two"))
                .satisfies(refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.VERSION_CONFLICT));
        octavo.stop();
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(() -> client.publish(TOPIC).string("two"))
                .satisfies(failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
                    assertThat(failure.outcomeUnknown()).isFalse();
                });
        assertThat(octavo.published()).hasSize(1);
    }

    @Test
    void whatIsReadOfThePastIsOfThen() {
        octavo.publish(TOPIC, "one");
        Instant then = octavo.clock().instant();
        octavo.pass(Duration.ofHours(1));
        octavo.publish(TOPIC, "two");
        assertThat(client.reads().at(then).latest(TOPIC).version()).isEqualTo(1);
        assertThat(client.reads().latest(TOPIC).publishedAt())
                .isEqualTo(then.plus(Duration.ofHours(1)).truncatedTo(ChronoUnit.MILLIS));
    }

    @Test
    void waitingTakesNoTimeButItPasses() throws Exception {
        octavo.publish(TOPIC, "one");
        octavo.failNextLoad(TOPIC, "no room");
        Subscription<String> prices = subscription();
        assertThat(prices.awaitValue(Duration.ofHours(1))).isEqualTo("one");
        Subscription<String> none =
                client.subscription("none", Deserializers.utf8()).start();
        Instant before = octavo.clock().instant();
        assertThatExceptionOfType(OctavoException.class).isThrownBy(() -> none.awaitValue(Duration.ofHours(1)));
        assertThat(octavo.clock().instant()).isEqualTo(before.plus(Duration.ofHours(1)));
    }

    @Test
    void theFleetAreTheSubscriptionsOfTheTest() throws Exception {
        Subscription<String> prices = subscription();
        Published one = client.publish(TOPIC).string("one");
        assertThat(client.waitForFleet(one, 100, Duration.ofMinutes(2))).isEqualTo(new Uptake(1, 1, 0, true));
        octavo.failNextLoad(TOPIC, "no room");
        Published two = client.publish(TOPIC).string("two");
        assertThat(client.waitForFleet(two, 100, Duration.ofMinutes(2)).isReached(100))
                .isTrue();
        assertThat(prices.get()).isEqualTo("two");
    }

    @Test
    void aFleetThatDoesNotTakeItIsNotWaitedForReally() throws Exception {
        Subscription<Integer> number = client.<Integer>subscription(TOPIC, payload -> {
                    throw new IllegalArgumentException("by the test");
                })
                .start();
        Published made = client.publish(TOPIC).string("one");
        Uptake uptake = client.waitForFleet(made, 100, Duration.ofHours(1));
        assertThat(uptake.isReached(100)).isFalse();
        assertThat(uptake.failed()).isEqualTo(1);
        assertThat(number.state().phase()).isEqualTo(Phase.FAILED);
    }

    @Test
    void listenersMayPublishAndSubscribe() {
        List<String> heard = new ArrayList<>();
        List<Subscription<String>> begun = new ArrayList<>();
        client.subscription("source", Deserializers.utf8())
                .listener(snapshot -> {
                    begun.add(client.subscription("source", Deserializers.utf8())
                            .listener(also -> heard.add("also " + also.value()))
                            .start());
                    client.publish("derived").string(snapshot.value() + "!");
                })
                .start();
        client.subscription("derived", Deserializers.utf8())
                .listener(snapshot -> heard.add(snapshot.value()))
                .start();
        octavo.publish("source", "one");
        assertThat(heard).containsExactlyInAnyOrder("also one", "one!");
        heard.clear();
        octavo.publish("source", "two");
        assertThat(heard).containsExactlyInAnyOrder("also two", "also two", "two!");
        assertThat(octavo.published()).extracting(FakeOctavo.Sent::text).containsExactly("one!", "two!");
        begun.forEach(Subscription::close);
    }

    @Test
    void listenersMayCloseTheirSubscription() {
        List<Subscription<String>> all = new ArrayList<>();
        AtomicInteger heard = new AtomicInteger();
        for (int i = 0; i < 3; i++) {
            all.add(client.subscription(TOPIC, Deserializers.utf8())
                    .listener(snapshot -> {
                        heard.incrementAndGet();
                        all.forEach(Subscription::close);
                    })
                    .start());
        }
        octavo.publish(TOPIC, "one");
        octavo.publish(TOPIC, "two");
        assertThat(heard).hasValue(1);
    }

    @Test
    void largePayloadsAreFilesAsReally(@TempDir Path folder) throws Exception {
        byte[] large = new byte[3 << 20];
        Arrays.fill(large, (byte) 7);
        Files.write(folder.resolve("large"), large);
        Subscription<Long> size = client.<Long>subscription(TOPIC, payload -> Files.size(payload.file()))
                .start();
        client.publish(TOPIC).file(folder.resolve("large"));
        assertThat(size.get()).isEqualTo(large.length);
        Path copy = client.reads().download(client.reads().latest(TOPIC), folder.resolve("copy"));
        assertThat(Files.mismatch(copy, folder.resolve("large"))).isEqualTo(-1);
    }

    @Test
    void aClosedClientClosesItsValuesAndHearsNothingMore() {
        List<String> closed = new ArrayList<>();
        OctavoClient other = octavo.client().build();
        Subscription<AutoCloseable> values = other.<AutoCloseable>subscription(
                        TOPIC, payload -> () -> closed.add("version " + payload.version()))
                .start();
        Subscription<String> prices = subscription();
        octavo.publish(TOPIC, "one");
        octavo.publish(TOPIC, "two");
        assertThat(closed).containsExactly("version 1");
        other.close();
        assertThat(closed).containsExactly("version 1", "version 2");
        assertThatIllegalStateException().isThrownBy(values::get);
        octavo.publish(TOPIC, "three");
        octavo.pass(Duration.ofMinutes(1));
        assertThat(prices.get()).isEqualTo("three");
    }

    @Test
    void noThreadIsBegun() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        for (int i = 0; i < 20; i++) {
            FakeOctavo one = new FakeOctavo();
            OctavoClient unclosed = one.client().build();
            unclosed.subscription(TOPIC, Deserializers.utf8()).start();
            unclosed.publish(TOPIC).string("one");
            one.stop();
            one.restart();
            unclosed.reads().latest(TOPIC);
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> !before.contains(thread))
                .extracting(Thread::getName)
                // JUnit's own, for time-outs.
                .allMatch(name -> name.startsWith("junit-"));
    }

    @Test
    void theSecondFakeOfAJvmIsThereInMilliseconds() {
        Duration best = Duration.ofHours(1);
        for (int i = 0; i < 5; i++) {
            long began = System.nanoTime();
            try (FakeOctavo one = new FakeOctavo();
                    OctavoClient quick = one.client().build()) {
                Subscription<String> prices =
                        quick.subscription(TOPIC, Deserializers.utf8()).start();
                one.publish(TOPIC, "one");
                assertThat(prices.get()).isEqualTo("one");
            }
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            best = took.compareTo(best) < 0 ? took : best;
        }
        assertThat(best).isLessThan(Duration.ofMillis(50));
    }

    private Subscription<String> subscription() {
        return client.subscription(TOPIC, Deserializers.utf8()).start();
    }
}
