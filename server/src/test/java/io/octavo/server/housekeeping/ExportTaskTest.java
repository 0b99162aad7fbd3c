package io.octavo.server.housekeeping;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.FallbackKeys;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackConfig;
import io.octavo.server.fallback.FallbackRegion;
import io.octavo.server.payload.InMemoryDirectPayloads;
import io.octavo.server.payload.InMemoryObjects;
import io.octavo.server.payload.Origin;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.DeleteTopic;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.RestampTopic;
import io.octavo.server.topic.RestoreTopic;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.topic.UnpinScope;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExportTaskTest {
    private static final Duration KEEP = Duration.ofMinutes(10);
    private static final Duration PUT_WITHIN = Duration.ofMinutes(5);
    private static final Duration SCAN = Duration.ofMinutes(30);
    private static final FallbackKeys KEYS = new FallbackKeys("fallback");

    private final TestTime time = new TestTime();
    private final InMemoryTopicLog log = new InMemoryTopicLog(time);
    private final InMemoryDirectPayloads direct = new InMemoryDirectPayloads();
    private final InMemoryObjects eu = new InMemoryObjects("eu", time);
    private final InMemoryObjects us = new InMemoryObjects("us", time);
    private final FallbackCache fallback = new FallbackCache(List.of(eu, us), new FallbackConfig("fallback", 2));
    private final FallbackRegion inEu = fallback.regions().get(0);
    private final FallbackRegion inUs = fallback.regions().get(1);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ExportTask task = task();
    private boolean announced = true;
    private boolean leads = true;
    private long payloadIds;
    private final TopicCommits commits = new TopicCommits(
            log,
            () -> {},
            this::announce,
            time,
            BoundedPatience.within(Duration.ofSeconds(5)),
            new SimpleMeterRegistry());

    private ExportTask task() {
        return new ExportTask(
                log,
                log,
                direct,
                fallback,
                new HousekeepingConfig.Export(Duration.ofSeconds(5), SCAN, KEEP, 100_000, PUT_WITHIN),
                time,
                System::nanoTime,
                meters);
    }

    @Test
    void everyRegionGetsEveryHeadAndThePayloadsItNames() {
        publish("a", "one");
        publish("a.b", "two");
        publish("empty", "");
        assertThat(Runs.of(task).doneCount()).isEqualTo(6);
        for (FallbackRegion region : fallback.regions()) {
            assertThat(region.newest("a")).isEqualTo(head("a"));
            assertThat(region.newest("a.b")).isEqualTo(head("a.b"));
            assertThat(region.newest("empty")).isEqualTo(head("empty"));
            assertThat(region.payload(1)).isEqualTo(ByteString.copyFromUtf8("one"));
            assertThat(region.payload(2)).isEqualTo(ByteString.copyFromUtf8("two"));
            assertThat(region.payload(3)).isNull();
            assertThat(region.completeAt()).isEqualTo(time.instant());
        }
    }

    @Test
    void theBytesAreThereBeforeTheHeadThatNamesThem() {
        List<String> made = new ArrayList<>();
        eu.after((operation, key) -> {
            if (operation.equals("create")) {
                made.add(key);
            }
        });
        publish("a", "one");
        Runs.of(task);
        assertThat(made)
                .containsExactly(
                        KEYS.payload(1), KEYS.head(head("a")), KEYS.mark(time.millis()), KEYS.bundle(time.millis(), 0));
    }

    @Test
    void theHeadsThatAreThereAreBundledAnewWhenATwentiethHasChanged() {
        for (int i = 0; i < 40; i++) {
            publish("t" + i, "one");
        }
        Runs.of(task);
        assertThat(bundled(inEu)).containsExactlyInAnyOrderElementsOf(heads());
        List<String> first = inEu.bundles();

        publish("t1", "two");
        publish("t2", "two");
        time.pass(SCAN);
        Runs.of(task);
        assertThat(inEu.bundles()).isEqualTo(first);
        publish("t3", "two");
        Runs.of(task);
        time.pass(SCAN);
        Runs.of(task);
        assertThat(inEu.bundles()).hasSize(1).doesNotContainAnyElementsOf(first);
        assertThat(bundled(inEu)).containsExactlyInAnyOrderElementsOf(heads());
    }

    @Test
    void headsOfManyBytesAreBundledInSeveralObjects() {
        for (int i = 0; i < 300; i++) {
            commit("t" + i, version("one", true, Map.of("long", "x".repeat(4_000))));
        }
        Runs.of(task);
        assertThat(inEu.bundles()).hasSize(2);
        assertThat(bundled(inEu)).containsExactlyInAnyOrderElementsOf(heads());
    }

    @Test
    void whereBundlesCannotBePutTheHeadsAreAllTheSame() {
        eu.before((operation, key) -> {
            if (operation.equals("create") && key.startsWith(KEYS.bundles())) {
                throw ServiceException.unavailable("slow down", Duration.ofSeconds(1), null);
            }
        });
        publish("a", "one");
        assertThat(Runs.of(task).failedCount()).isZero();
        assertThat(inEu.newest("a")).isEqualTo(head("a"));
        assertThat(inEu.completeAt()).isEqualTo(time.instant());
        eu.before((operation, key) -> {});
        time.pass(SCAN);
        Runs.of(task);
        assertThat(bundled(inEu)).containsExactly(head("a"));
    }

    @Test
    void aHeadThatTheLogHasLostIsNotBundledAsItWas() {
        publish("a", "one");
        TopicHead ahead = head("a").toBuilder().setRevision(99).build();
        inEu.createHead(ahead);
        Runs.of(task);
        assertThat(bundled(inEu)).isEmpty();
        assertThat(bundled(inUs)).containsExactly(head("a"));
    }

    private static List<TopicHead> bundled(FallbackRegion region) {
        return region.bundles().stream()
                .flatMap(key -> region.bundle(key).stream())
                .toList();
    }

    @Test
    void onlyWhatChangedInMoreThanItsRevisionIsExported() {
        publish("a", "one");
        publish("b", "two");
        Runs.of(task);
        assertThat(Runs.of(task).doneCount()).isZero();
        TopicHead before = head("a");
        stage("a");
        assertThat(head("a").getRevision()).isGreaterThan(before.getRevision());
        assertThat(Runs.of(task).doneCount()).isEqualTo(2);
        assertThat(inEu.newest("a")).isEqualTo(head("a"));
        assertThat(Runs.of(task).doneCount()).isZero();
    }

    @Test
    void aRevisionThatSaysNothingNewIsNotExported() {
        publish("a", "one");
        Runs.of(task);
        TopicHead exported = head("a");
        commit("a", new PinScope(Scopes.GLOBAL, 1, "why", 0));
        commit("a", new UnpinScope(Scopes.GLOBAL, "back"));
        assertThat(head("a").getRevision()).isEqualTo(exported.getRevision() + 2);
        assertThat(Runs.of(task).doneCount()).isZero();
        assertThat(inEu.newest("a")).isEqualTo(exported);
        assertThat(inEu.completeAt()).isEqualTo(time.instant());
    }

    @Test
    void whatTheFeedHasMissedIsFoundByTheNextScan() {
        Runs.of(task);
        announced = false;
        publish("a", "one");
        assertThat(Runs.of(task).doneCount()).isZero();
        time.pass(SCAN);
        assertThat(Runs.of(task).doneCount()).isEqualTo(2);
        assertThat(inUs.newest("a")).isEqualTo(head("a"));
    }

    @Test
    void aNodeThatTakesOverFindsWhatIsThereAndDoesTheRest() {
        publish("a", "one");
        publish("b", "two");
        Runs.of(task, 1);
        publish("b", "three");
        ExportTask other = task();
        assertThat(Runs.of(other, 2).doneCount()).isEqualTo(2);
        assertThat(inEu.newest("b")).isEqualTo(head("b"));
        assertThat(Runs.of(task, 1).doneCount()).as("the deposed one").isEqualTo(2);
        assertThat(inEu.newest("b")).isEqualTo(head("b"));
    }

    @Test
    void aRegionThatIsAwayDoesNotStopTheOthersAndIsCaughtUp() {
        publish("a", "one");
        Runs.of(task);
        us.away(true);
        for (int i = 0; i < 10; i++) {
            publish("t" + i, "bytes " + i);
        }
        Run away = Runs.of(task);
        assertThat(away.failedCount()).isPositive();
        assertThat(inEu.newest("t9")).isEqualTo(head("t9"));
        time.pass(Duration.ofSeconds(20));
        Runs.of(task);
        assertThat(inEu.completeAt()).isEqualTo(time.instant());
        us.away(false);
        assertThat(inUs.completeAt()).isBefore(time.instant());
        assertThat(inUs.newest("t9")).isNull();
        time.pass(Duration.ofSeconds(30));
        publish("t3", "newer");
        assertThat(Runs.of(task).failedCount()).isZero();
        for (int i = 0; i < 10; i++) {
            assertThat(inUs.newest("t" + i)).isEqualTo(head("t" + i));
        }
        assertThat(inUs.completeAt()).isEqualTo(time.instant());
    }

    @Test
    void aRegionThatIsAwayFromTheStartIsListedAndFilledWhenItIsBack() {
        us.away(true);
        publish("a", "one");
        assertThat(Runs.of(task).failedCount()).isEqualTo(1);
        assertThat(inEu.newest("a")).isEqualTo(head("a"));
        us.away(false);
        time.pass(Duration.ofSeconds(31));
        Runs.of(task);
        assertThat(inUs.newest("a")).isEqualTo(head("a"));
    }

    @Test
    void anOlderHeadGoesOnlyTenMinutesAfterANewerOneIsThere() {
        publish("a", "one");
        Runs.of(task);
        time.pass(KEEP.multipliedBy(2));
        Runs.of(task);
        TopicHead first = head("a");
        publish("a", "two");
        Runs.of(task);
        time.pass(KEEP.minusSeconds(1));
        publish("a", "three");
        Runs.of(task);
        assertThat(inEu.heads("a")).hasSize(3);
        time.pass(Duration.ofSeconds(1));
        Runs.of(task);
        assertThat(inEu.heads("a")).hasSize(2);
        assertThat(eu.keys()).doesNotContain(KEYS.head(first));
        time.pass(KEEP);
        Runs.of(task);
        assertThat(inEu.heads("a")).hasSize(1);
        assertThat(inEu.newest("a")).isEqualTo(head("a"));
        assertThat(inEu.payload(1)).as("bytes go with their version").isNotNull();
    }

    @Test
    void oldHeadsThatADeadNodeHasLeftAreFoundByAScan() {
        publish("a", "one");
        Runs.of(task, 1);
        publish("a", "two");
        Runs.of(task, 1);
        time.pass(KEEP);
        Runs.of(task(), 2);
        assertThat(inEu.heads("a")).hasSize(1);
    }

    @Test
    void aVersionThatIsServedAgainHasItsBytesAgain() {
        publish("a", "one");
        publish("a", "two");
        Runs.of(task);
        assertThat(inEu.payload(1)).isNull();
        commit("a", new PinScope(Scopes.GLOBAL, 1, "back", 0));
        Runs.of(task);
        assertThat(inEu.payload(1)).isEqualTo(ByteString.copyFromUtf8("one"));
    }

    @Test
    void bytesThatWereLostAreBroughtBackByAScan() {
        publish("a", "one");
        Runs.of(task);
        eu.delete(List.of(KEYS.payload(1)));
        time.pass(SCAN);
        Runs.of(task);
        assertThat(inEu.payload(1)).isEqualTo(ByteString.copyFromUtf8("one"));
    }

    @Test
    void bytesThatWereLostAreNotForgottenWhenTheyCanNotBeBroughtBackAtOnce() {
        publish("a", "one");
        Runs.of(task);
        eu.delete(List.of(KEYS.payload(1)));
        eu.before((operation, key) -> {
            if (operation.equals("create")) {
                throw ServiceException.unavailable("slow down", Duration.ofSeconds(1), null);
            }
        });
        time.pass(SCAN);
        assertThat(Runs.of(task).failedCount()).isPositive();
        assertThat(inEu.completeAt()).isBefore(time.instant());
        eu.before((operation, key) -> {});
        time.pass(Duration.ofSeconds(31));
        Runs.of(task);
        assertThat(inEu.payload(1)).isEqualTo(ByteString.copyFromUtf8("one"));
        assertThat(inEu.completeAt()).isEqualTo(time.instant());
    }

    @Test
    void bytesThatNobodyHasDoNotKeepTheHeadBack() {
        publish("a", "one");
        direct.delete(1);
        Runs.of(task);
        assertThat(inEu.newest("a")).isEqualTo(head("a"));
        assertThat(count("payload", "missing")).isEqualTo(1);
    }

    @Test
    void aHeadThatWasReadLongAgoIsReadAgainBeforeItIsPut() {
        publish("a", "one");
        AtomicBoolean slept = new AtomicBoolean();
        eu.after((operation, key) -> {
            if (key.equals(KEYS.payload(1)) && slept.compareAndSet(false, true)) {
                time.pass(PUT_WITHIN.plusMillis(1));
                publish("a", "two");
            }
        });
        Runs.of(task);
        Runs.of(task);
        assertThat(inEu.newest("a")).isEqualTo(head("a"));
        assertThat(inEu.heads("a")).as("the other never came").hasSize(1);
    }

    @Test
    void aDeletedTopicIsExportedAsOne() {
        publish("a", "one");
        Runs.of(task);
        commit("a", new DeleteTopic(head("a").getRevision(), "unused"));
        Runs.of(task);
        assertThat(requireNonNull(inEu.newest("a")).hasDeletion()).isTrue();
        commit("a", new RestoreTopic(""));
        Runs.of(task);
        assertThat(requireNonNull(inEu.newest("a")).hasDeletion()).isFalse();
    }

    @Test
    void aLogThatWasSetBackIsToldAndReplacesNothing() {
        publish("a", "one");
        TopicHead later =
                head("a").toBuilder().setRevision(9).setNewestVersion(8).build();
        inEu.createHead(later);
        Runs.of(task);
        assertThat(inEu.newest("a")).isEqualTo(later);
        assertThat(ahead("eu")).isEqualTo(1);
        assertThat(ahead("us")).isZero();
        assertThat(task.found()).contains("newer state than the log: 1; ").contains("octavo help restore");
    }

    @Test
    void aTopicThatTheLogHasLostAltogetherIsToldUntilItIsThereAgain() {
        publish("a", "one");
        TopicHead lost = head("a").toBuilder().setTopic("b").build();
        inUs.createHead(lost);
        Runs.of(task);
        assertThat(ahead("eu")).isZero();
        assertThat(ahead("us")).isEqualTo(1);
        assertThat(task.found()).contains("newer state than the log: 1; ");
        commit("b", new RestampTopic(lost.getEpoch() + 1, lost));
        Runs.of(task);
        assertThat(ahead("us")).isZero();
        assertThat(task.found()).isNull();
    }

    private double ahead(String region) {
        task.measure(() -> leads);
        return meters.get("octavo.fallback.ahead").tag("region", region).gauge().value();
    }

    @Test
    void theAgeIsThatOfTheNewestStateThatIsThereCompletely() {
        task.measure(() -> leads);
        publish("a", "one");
        Runs.of(task);
        time.pass(Duration.ofMinutes(2));
        assertThat(ageMillis("us")).isEqualTo(120_000);
        us.away(true);
        publish("a", "two");
        Runs.of(task);
        time.pass(Duration.ofMinutes(1));
        assertThat(ageMillis("eu")).isEqualTo(60_000);
        assertThat(ageMillis("us")).isEqualTo(180_000);
        leads = false;
        assertThat(ageMillis("us")).isNaN();
    }

    @Test
    void aNewLeaderGoesOnFromTheMarkThatItFinds() {
        publish("a", "one");
        Runs.of(task);
        time.pass(Duration.ofMinutes(3));
        ExportTask other = task();
        eu.before((operation, key) -> {
            if (operation.equals("create")) {
                throw ServiceException.unavailable("read only", Duration.ofSeconds(1), null);
            }
        });
        publish("a", "two");
        meters.clear();
        other.measure(() -> true);
        Runs.of(other, 2);
        assertThat(ageMillis("eu")).isEqualTo(180_000);
        assertThat(ageMillis("us")).isZero();
    }

    @Test
    void aRunThatMayNotGoOnLeavesTheRestToTheNext() {
        for (int i = 0; i < 30; i++) {
            publish("t" + i, "bytes " + i);
        }
        Run first = Runs.steps(task, 12);
        assertThat(first.doneCount()).isBetween(1L, 30L);
        assertThat(inEu.completeAt()).isNull();
        Runs.of(task);
        assertThat(inEu.completeAt()).isEqualTo(time.instant());
        for (int i = 0; i < 30; i++) {
            assertThat(inUs.newest("t" + i)).isEqualTo(head("t" + i));
        }
    }

    @Test
    void whatTakesLongerToListThanARunMayTakeIsListedByOneRunAfterTheOther() {
        fill(inEu, 3_500, 1_500);
        publish("a", "one");
        listTakes(Duration.ofMinutes(1));
        Duration timeout = Duration.ofMinutes(2);

        Runs.within(timeout, task, time);
        assertThat(inUs.newest("a")).as("the other region doesn't wait").isEqualTo(head("a"));
        publish("b", "two");
        Runs.within(timeout, task, time);
        assertThat(inUs.newest("b")).isEqualTo(head("b"));
        eu.away(true);
        assertThat(Runs.within(timeout, task, time).failedCount()).isEqualTo(1);
        eu.away(false);
        time.pass(Duration.ofSeconds(30));
        for (int page = 2; page < 5; page++) {
            Runs.within(timeout, task, time);
            assertThat(inEu.newest("a")).isNull();
        }
        Runs.within(timeout, task, time);
        assertThat(inEu.newest("a")).isEqualTo(head("a"));
        assertThat(inEu.newest("b")).isEqualTo(head("b"));
        Runs.within(timeout, task, time);
        assertThat(inEu.completeAt()).isNotNull();
    }

    @Test
    void aRegionThatIsListedAgainGoesOnWithWhatIsKnownOfIt() {
        fill(inEu, 3_500, 1_500);
        publish("a", "one");
        publish("b", "two");
        Runs.of(task);
        TopicHead lost = head("b");
        eu.delete(List.of(KEYS.head(lost)));
        listTakes(Duration.ofMinutes(1));
        time.pass(SCAN);
        for (int page = 1; page < 6; page++) {
            publish("a", "page " + page);
            assertThat(Runs.within(Duration.ofMinutes(2), task, time).doneCount())
                    .isEqualTo(2);
            assertThat(inEu.newest("a")).isEqualTo(head("a"));
            assertThat(inEu.newest("b")).isNull();
        }
        assertThat(Runs.within(Duration.ofMinutes(2), task, time).doneCount())
                .as("what was put meanwhile is not put again")
                .isEqualTo(1);
        assertThat(inEu.newest("b")).isEqualTo(lost);
    }

    /** Objects that nobody knows any more, before all others. */
    private static void fill(FallbackRegion region, int heads, int payloads) {
        for (int i = 0; i < heads; i++) {
            region.createHead(
                    TopicHead.newBuilder().setTopic("0-" + i).setRevision(1).build());
        }
        for (int i = 0; i < payloads; i++) {
            region.createPayload(1_000_000 + i, ByteString.copyFromUtf8("?"), Origin.exported("0-0", 1));
        }
    }

    /** A page of all that Europe has. */
    private void listTakes(Duration duration) {
        eu.after((operation, key) -> {
            if (operation.equals("list") && (key.equals(KEYS.heads()) || key.equals(KEYS.payloads()))) {
                time.pass(duration);
            }
        });
    }

    @Test
    void aRegionThatDoesNotAnswerHoldsUpNobody() {
        Deque<Runnable> stuck = new ArrayDeque<>();
        ExportTask slow = task(stuck::add);
        for (int i = 0; i < 20; i++) {
            publish("t" + i, "bytes " + i);
        }
        Runs.of(slow);
        assertThat(heads())
                .allSatisfy(head -> assertThat(inEu.newest(head.getTopic())).isEqualTo(head));
        assertThat(inEu.completeAt()).isEqualTo(time.instant());
        assertThat(inUs.completeAt()).isNull();
        for (int i = 0; i < 6; i++) {
            stuck.forEach(Runnable::run);
            stuck.clear();
            Runs.of(slow);
        }
        assertThat(heads())
                .allSatisfy(head -> assertThat(inUs.newest(head.getTopic())).isEqualTo(head));
        assertThat(inUs.completeAt()).isEqualTo(time.instant());
    }

    @Test
    void whatIsTakenBackWhileItIsPutIsFollowedByTheNextHead() {
        Deque<Runnable> later = new ArrayDeque<>();
        AtomicBoolean slow = new AtomicBoolean();
        ExportTask task = task(work -> {
            if (slow.get()) {
                later.add(work);
            } else {
                work.run();
            }
        });
        publish("a", "one");
        Runs.of(task);
        slow.set(true);
        commit("a", new PinScope(Scopes.GLOBAL, 1, "why", 0));
        Runs.of(task);
        commit("a", new UnpinScope(Scopes.GLOBAL, "back"));
        Runs.of(task);
        slow.set(false);
        later.forEach(Runnable::run);
        assertThat(requireNonNull(inUs.newest("a")).getPinsList()).hasSize(1);
        Runs.of(task);
        assertThat(requireNonNull(inUs.newest("a")).getPinsList()).isEmpty();
    }

    /** With threads of its own in one region. */
    private ExportTask task(Executor inUs) {
        return new ExportTask(
                log,
                log,
                direct,
                fallback,
                new HousekeepingConfig.Export(Duration.ofSeconds(5), SCAN, KEEP, 100_000, PUT_WITHIN),
                time,
                meters,
                region -> new ExportLane(
                        region.equals("us") ? inUs : Runnable::run,
                        2,
                        100_000,
                        System::nanoTime,
                        Duration.ofMillis(1)));
    }

    private double ageMillis(String region) {
        return meters.get("octavo.fallback.age")
                .tag("region", region)
                .timeGauge()
                .value(TimeUnit.MILLISECONDS);
    }

    private double count(String kind, String outcome) {
        return meters.get("octavo.fallback.objects")
                .tags("region", "eu", "kind", kind, "outcome", outcome)
                .counter()
                .count();
    }

    private void publish(String topic, String payload) {
        commit(topic, version(payload, true));
    }

    private void stage(String topic) {
        commit(topic, version("staged", false));
    }

    private PublishVersion version(String payload, boolean published) {
        return version(payload, published, Map.of());
    }

    private PublishVersion version(String payload, boolean published, Map<String, String> metadata) {
        long id = ++payloadIds;
        ByteString bytes = ByteString.copyFromUtf8(payload);
        direct.store(id, bytes);
        Part part = Part.newBuilder()
                .setSize(bytes.size())
                .setDirect(DirectPointer.newBuilder().setPayloadId(id))
                .build();
        return new PublishVersion(
                List.of(part), metadata, published ? List.of(Scopes.GLOBAL) : List.of(), null, false, null, 0, "");
    }

    private void commit(String topic, Command command) {
        commits.commit(topic, command, "tester", null);
    }

    private void announce(TopicHead head) {
        if (announced) {
            log.append(head.getTopic(), head.getRevision());
        }
    }

    private List<TopicHead> heads() {
        List<TopicHead> heads = new ArrayList<>();
        log.forEachHead(heads::add);
        return heads;
    }

    private TopicHead head(String topic) {
        @Nullable TopicHead head = log.head(topic, Read.SERIAL);
        return Objects.requireNonNull(head);
    }
}
