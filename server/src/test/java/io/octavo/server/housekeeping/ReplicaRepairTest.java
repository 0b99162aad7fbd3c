package io.octavo.server.housekeeping;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Part;
import io.octavo.rules.Scopes;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackConfig;
import io.octavo.server.payload.InMemoryDirectPayloads;
import io.octavo.server.payload.InMemoryObjects;
import io.octavo.server.payload.InMemoryUploadLedger;
import io.octavo.server.payload.Origin;
import io.octavo.server.payload.StoredPayload;
import io.octavo.server.payload.TestRegions;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.DeleteVersion;
import io.octavo.server.topic.HoldVersion;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.ReleaseHold;
import io.octavo.server.topic.TopicCommits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class ReplicaRepairTest {
    private static final int MIB = 1 << 20;
    private static final int LARGE = 20 * MIB;
    private static final Duration DAY = Duration.ofDays(1);

    private final TestTime time = new TestTime();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final InMemoryTopicLog log = new InMemoryTopicLog(time);
    private final InMemoryUploadLedger ledger = new InMemoryUploadLedger(time);
    private final InMemoryDirectPayloads direct = new InMemoryDirectPayloads();
    private final InMemoryObjects eu = new InMemoryObjects("eu", time);
    private final InMemoryObjects us = new InMemoryObjects("us", time);
    private final FallbackCache fallback = new FallbackCache(List.of(eu, us), new FallbackConfig("fallback", 1));
    private final TestRegions regions = new TestRegions(direct, ledger);
    private boolean leads = true;
    private final ReplicaRepair repair = new ReplicaRepair(
            log,
            regions.payloads().replicas(),
            new DirectRepair(log, direct, fallback, ledger),
            ledger,
            new HousekeepingConfig.Repair(Duration.ofMinutes(10), DAY, 10_000, DataSize.ofGigabytes(100)),
            time,
            System::nanoTime,
            new Random(1),
            meters);

    @Test
    void whatARegionHasLostComesBackFromAnother() {
        Part part = publish("topic", LARGE);
        regions.lose("us", part);
        Run run = Runs.of(repair);
        assertThat(run.doneCount()).isEqualTo(1);
        assertThat(regions.has("us", part)).isTrue();
        assertThat(regions.origin("us", part)).isEqualTo(new Origin("ours", "topic", 0, time.instant()));
        assertCounted("repaired", 1);
        time.pass(DAY);
        assertThat(Runs.of(repair).doneCount()).isZero();
        assertCounted("there", 1);
    }

    @Test
    void allTopicsAreLookedAtOnceInARound() {
        for (int i = 0; i < 20; i++) {
            publish("topic-" + i, MIB);
        }
        assertThat(Runs.of(repair).examinedCount()).isEqualTo(20);
        assertThat(Runs.of(repair).examinedCount()).isZero();
        assertThat(Runs.asked(repair).examinedCount()).isEqualTo(20);
        assertThat(Runs.of(repair).examinedCount()).isZero();
        time.pass(DAY);
        Run broken = Runs.steps(repair, 15);
        assertThat(broken.examinedCount()).isBetween(5L, 15L);
        assertThat(Runs.of(repair).examinedCount() + broken.examinedCount()).isBetween(19L, 20L);
    }

    @Test
    void alsoWhatIsHeldOrNewestComesBackAndNoOther() {
        Part staged = publish("topic", MIB);
        Part held = publish("topic", MIB + 1);
        publish("topic", MIB + 2);
        Part newest = stage("topic", MIB + 3);
        commit("topic", new HoldVersion(2, null, "audit", 0));
        for (Part part : List.of(staged, held, newest)) {
            regions.lose("eu", part);
        }
        assertThat(Runs.of(repair).doneCount()).isEqualTo(2);
        assertThat(regions.has("eu", held)).isTrue();
        assertThat(regions.has("eu", newest)).isTrue();
        assertThat(regions.has("eu", staged)).isFalse();
    }

    @Test
    void whatIsNowhereIsToldUntilItIsThereAgain() {
        repair.measure(() -> leads);
        Part part = publish("topic", MIB);
        regions.lose("us", part);
        regions.lose("eu", part);
        Run run = Runs.of(repair);
        assertThat(run.failedCount()).isZero();
        assertThat(requireNonNull(repair.stopped())).startsWith("payloads lost: 1: topic version 1 (it is nowhere);");
        assertThat(meters.get("octavo.gc.missing").gauge().value()).isEqualTo(1);
        leads = false;
        assertThat(meters.get("octavo.gc.missing").gauge().value()).isZero();
        leads = true;
        assertThat(regions.payloads().isMissing(part))
                .as("what keeps consumers from it")
                .isTrue();

        time.pass(Duration.ofMinutes(10));
        Runs.of(repair);
        assertThat(repair.stopped()).isNotNull();
        regions.restore("us", part);
        time.pass(Duration.ofMinutes(10));
        Runs.of(repair);
        assertThat(repair.stopped()).isNull();
        assertThat(regions.has("eu", part)).isTrue();
        assertThat(regions.payloads().isMissing(part)).isFalse();
    }

    @Test
    void whatNobodyNeedsAnyMoreIsNotLost() {
        Part part = publish("topic", MIB);
        regions.lose("us", part);
        regions.lose("eu", part);
        Runs.of(repair);
        publish("topic", MIB);
        time.pass(Duration.ofMinutes(10));
        Runs.of(repair);
        assertThat(repair.stopped()).isNull();
    }

    @Test
    void whileARegionIsAwayNothingIsLostAndTheOthersAreLookedAt() {
        Part one = publish("one", MIB);
        Part two = publish("two", MIB);
        regions.lose("eu", one);
        regions.lose("eu", two);
        regions.fail("us", "has");
        Run run = Runs.of(repair);
        assertThat(run.failedCount()).as("the region, once").isEqualTo(1);
        assertThat(run.examinedCount()).isEqualTo(2);
        assertThat(repair.stopped()).isNull();
        assertCounted("unknown", 2);
        regions.fail("us");
        time.pass(DAY);
        assertThat(Runs.of(repair).doneCount() + Runs.of(repair).doneCount()).isEqualTo(2);
    }

    @Test
    void bytesThatAreNotTheVersionsAreNotSpread() {
        Part part = publish("topic", LARGE);
        regions.lose("us", part);
        regions.damage("eu", part);
        Run run = Runs.of(repair);
        assertThat(run.doneCount()).isZero();
        assertThat(regions.has("us", part)).isFalse();
        assertThat(regions.hasUnfinished("us", part)).isFalse();
        assertThat(requireNonNull(repair.stopped())).contains("topic version 1 (what is there has another digest)");
    }

    @Test
    void aCopyGoesOnInTheNextRunAndAfterAFailure() {
        Part part = publish("topic", LARGE);
        regions.lose("us", part);
        AtomicInteger puts = new AtomicInteger();
        AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
        regions.before("us", operation -> {
            if (operation.startsWith("put ")) {
                puts.incrementAndGet();
                left.set(0);
            }
        });
        Run first = new Run(1, () -> left.getAndDecrement() > 0, () -> 0);
        repair.run(first);
        assertThat(puts).hasValue(1);
        regions.fail("us", "put");
        assertThat(Runs.of(repair).failedCount()).isEqualTo(1);
        regions.before("us", operation -> {
            if (operation.startsWith("put ")) {
                puts.incrementAndGet();
            }
        });
        assertThat(Runs.of(repair).doneCount()).isEqualTo(1);
        assertThat(puts).as("parts of 8 MiB").hasValue(3);
        assertThat(regions.has("us", part)).isTrue();
    }

    @Test
    void aCopyThatOnlyFailsIsGivenUpAndBegunAnewLater() {
        Part part = publish("topic", LARGE);
        regions.lose("us", part);
        failFromTheSecondPart();
        for (int i = 0; i < 3; i++) {
            assertThat(Runs.of(repair).failedCount()).isEqualTo(1);
        }
        regions.before("us", operation -> {});
        regions.fail("us");
        assertThat(regions.hasUnfinished("us", part)).isFalse();
        assertThat(Runs.of(repair).doneCount()).isEqualTo(1);
    }

    private void failFromTheSecondPart() {
        regions.before("us", operation -> {
            if (operation.equals("put 2")) {
                regions.fail("us", "put");
            }
        });
    }

    @Test
    void aRegionThatTakesNothingDoesNotKeepTheOthersFromTheirRepair() {
        Part one = publish("one", MIB);
        Part two = publish("two", MIB);
        Part three = publish("three", MIB);
        regions.lose("us", one);
        regions.lose("us", two);
        regions.lose("eu", three);
        regions.fail("us", "put");
        Run run = Runs.of(repair);
        assertThat(run.failedCount()).as("the region, once").isEqualTo(1);
        assertThat(run.doneCount()).isEqualTo(1);
        assertThat(regions.has("eu", three)).isTrue();
        regions.fail("us");
        while (Runs.of(repair).doneCount() > 0) {
            // One after the other.
        }
        assertThat(regions.has("us", one)).as("without another round").isTrue();
        assertThat(regions.has("us", two)).isTrue();
    }

    @Test
    void aVersionThatIsDeletedWhileItIsCopiedDoesNotComeBack() {
        publish("topic", MIB);
        Part part = publish("topic", LARGE);
        commit("topic", new HoldVersion(2, null, "audit", 0));
        publish("topic", MIB);
        regions.lose("us", part);
        regions.before("us", operation -> {
            if (operation.equals("put 3")) {
                commit("topic", new ReleaseHold(2, "tester", ""));
                commit("topic", new DeleteVersion(2, "unused"));
            }
        });
        Runs.of(repair);
        assertThat(regions.has("us", part)).isFalse();
        assertThat(regions.hasUnfinished("us", part)).isFalse();
        assertCounted("given_up", 1);
    }

    @Test
    void aSmallPayloadComesBackFromTheFallbackCacheThatHasIt() {
        Part part = publish("topic", 100);
        long id = part.getDirect().getPayloadId();
        ByteString bytes = direct.read(id);
        Origin origin = Origin.exported("topic", 1);
        fallback.regions().get(0).createPayload(id, ByteString.copyFromUtf8("damaged"), origin);
        fallback.regions().get(1).createPayload(id, bytes, origin);
        direct.delete(id);
        us.away(true);
        Runs.of(repair);
        assertThat(repair.stopped()).as("not all could be asked").isNull();
        us.away(false);
        time.pass(DAY);
        assertThat(Runs.of(repair).doneCount()).isEqualTo(1);
        assertThat(direct.read(id)).isEqualTo(bytes);
        assertThat(ledger.uploads()).as("noted for the sweep").hasSize(1);
    }

    @Test
    void aSmallPayloadThatNoFallbackCacheHasIsLost() {
        Part part = publish("topic", 100);
        direct.delete(part.getDirect().getPayloadId());
        Runs.of(repair);
        assertThat(requireNonNull(repair.stopped())).contains("topic version 1");
    }

    @Test
    void anotherNodeThatTakesOverBeginsAnew() {
        Part part = publish("topic", LARGE);
        regions.lose("us", part);
        failFromTheSecondPart();
        Runs.of(repair);
        assertThat(regions.hasUnfinished("us", part)).isTrue();
        regions.before("us", operation -> {});
        regions.fail("us");
        Runs.of(repair, 2);
        assertThat(regions.hasUnfinished("us", part)).isFalse();
    }

    private Part publish(String topic, int size) {
        return commit(topic, size, true);
    }

    private Part stage(String topic, int size) {
        return commit(topic, size, false);
    }

    private Part commit(String topic, int size, boolean toAll) {
        StoredPayload payload = regions.store(topic, size);
        Committed done = commit(
                topic,
                new PublishVersion(
                        List.of(payload.part()),
                        Map.of(),
                        toAll ? List.of(Scopes.GLOBAL) : List.of(),
                        null,
                        false,
                        null,
                        payload.uploadId(),
                        ""));
        return requireNonNull(done.version()).getParts(0);
    }

    private Committed commit(String topic, Command command) {
        return new TopicCommits(log, () -> {}, head -> {}, time, Impatience::new, new SimpleMeterRegistry())
                .commit(topic, command, "tester", null);
    }

    private void assertCounted(String outcome, int count) {
        assertThat(meters.counter("octavo.gc.replicas", "outcome", outcome).count())
                .isEqualTo(count);
    }
}
