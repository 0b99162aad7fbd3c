package io.octavo.server.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.Part;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Heads;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.housekeeping.Interposed.Killed;
import io.octavo.server.payload.InMemoryObjects;
import io.octavo.server.retention.Evidence;
import io.octavo.server.retention.SlowRetention;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.Commit;
import io.octavo.server.topic.DeleteVersion;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.RandomCommands;
import io.octavo.server.topic.ReleaseHold;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.topic.UnpinScope;
import io.octavo.server.topic.WithdrawVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * All of housekeeping at once, with publishers, operators and readers: they interrupt one another between any two of
 * their steps, die there, lose answers, meet regions that are away, and are deposed and go on. What can be given to
 * anybody has its bytes at any moment; what was begun to be read can be read to its end; and when all is quiet, what is
 * kept is what the log says, no more and no less.
 */
class HousekeepingModelTest {
    private static final int HISTORIES = Integer.getInteger("octavo.seeds", 40);
    private static final int ENOUGH = 20;
    private static final int ACTIONS = 80;
    private static final int DEEPEST = 3;
    private static final List<String> TOPICS = List.of("a", "a.b");
    private final long seed = Long.getLong("octavo.seed", new Random().nextLong());
    private int killed;
    private int deposed;
    private int collected;
    private int swept;
    private int trimmed;
    private int read;
    private int taken;

    @Test
    void nothingThatIsNeededGoesAndNothingThatIsNotStays() {
        for (int i = 0; i < HISTORIES; i++) {
            new History(seed + i).play();
        }
        String all = "octavo.seed=" + seed + ", octavo.seeds=" + HISTORIES;
        System.out.printf(
                "%d histories of housekeeping (%s): %d deaths, %d runs of the deposed, %d versions given up, %d uploads"
                        + " swept, %d payloads read slowly, %d versions deleted that a region gave%n",
                HISTORIES, all, killed, deposed, collected, swept, read, taken);
        assertThat(killed).as(all).isGreaterThanOrEqualTo(third(28));
        assertThat(deposed).as(all).isGreaterThanOrEqualTo(third(4.4));
        assertThat(collected).as(all).isGreaterThanOrEqualTo(third(3.5));
        assertThat(swept).as(all).isGreaterThanOrEqualTo(HISTORIES / 4);
        assertThat(trimmed).as(all).isGreaterThanOrEqualTo(HISTORIES / 4);
        assertThat(read).as(all).isGreaterThanOrEqualTo(third(6.9));
        assertThat(taken).as(all).isGreaterThanOrEqualTo(HISTORIES / 4);
    }

    /** Of what happens in all histories, by what was measured to happen in one; of a few nothing can be demanded. */
    private static int third(double inOne) {
        return HISTORIES < ENOUGH ? 0 : (int) (inOne * HISTORIES / 3);
    }

    private final class History {
        private final String description;
        private final Random random;
        private final RandomCommands commands;
        private final ModelHouse house;
        private final TestTime time;
        private final Stocktaking stocktaking;
        private final Map<String, List<TopicHead>> heads = new HashMap<>();
        private final List<Reading> readings = new ArrayList<>();
        private final Deque<ModelUpload> stopped = new ArrayDeque<>();
        private final List<ModelNode> nodes = new ArrayList<>();
        /** For longer than the time of grace: who starts from an older head then, and is slow, may come too late. */
        private final boolean lags;

        private Instant exportedAt;
        private long ids;
        private long terms;
        private int depth;

        History(long seed) {
            description = "octavo.seed=" + seed + " with octavo.seeds=1";
            random = new Random(seed);
            commands = new RandomCommands(random);
            house = new ModelHouse(random, this::between);
            time = house.time;
            lags = random.nextBoolean();
            exportedAt = time.instant();
            stocktaking = new Stocktaking(house.stores(), description);
            house.log.loseAnswersUnless(this::applied);
        }

        void play() {
            nodes.add(newNode());
            for (int i = 0; i < ACTIONS; i++) {
                act();
                assertAllIsWell();
            }
            settle();
            stocktaking.assertNothingIsLeftOver(TOPICS, ModelHouse.RETENTION.policy(), time.instant());
            swept += house.swept();
        }

        private void assertAllIsWell() {
            List<Boolean> away =
                    house.buckets.stream().map(InMemoryObjects::isAway).toList();
            house.buckets.forEach(bucket -> bucket.away(false));
            TOPICS.forEach(stocktaking::assertWhatCanBeGivenIsThere);
            readings.removeIf(reading -> reading.begun.isBefore(time.instant().minus(ModelHouse.LONGEST_LAG)));
            readings.forEach(Reading::assertGoesOn);
            for (int i = 0; i < away.size(); i++) {
                house.buckets.get(i).away(away.get(i));
            }
        }

        /** All is well again, and time passes. */
        private void settle() {
            house.quiet(true);
            TOPICS.forEach(topic -> house.running(topic).clear());
            ModelNode last = newNode();
            nodes.add(last);
            for (int i = 0; i < 4; i++) {
                time.pass(ModelHouse.RETENTION.maxHistory());
                last.tasks().forEach(task -> run(last, task));
                run(last, last.export());
                time.pass(ModelHouse.KEEP.plusSeconds(1));
                run(last, last.export());
                assertAllIsWell();
            }
        }

        private ModelNode newNode() {
            terms++;
            return new ModelNode(house, terms);
        }

        private void run(ModelNode node, Task task) {
            boolean learnsAtOnce = random.nextBoolean();
            deposed += isNewest(node) ? 0 : 1;
            try {
                node.run(task, () -> !learnsAtOnce || isNewest(node));
            } finally {
                if (node.isDead()) {
                    nodes.remove(node);
                    if (nodes.isEmpty()) {
                        nodes.add(newNode());
                    }
                }
            }
        }

        private boolean isNewest(ModelNode node) {
            return nodes.get(nodes.size() - 1) == node;
        }

        private ModelUpload newUpload() {
            ids++;
            return new ModelUpload(house, topic(), ids, random.nextBoolean(), commands.scopes());
        }

        private void act() {
            depth++;
            try {
                switch (random.nextInt(19)) {
                    case 0, 1, 2 -> newUpload().goOn(Integer.MAX_VALUE);
                    case 3 -> {
                        ModelUpload upload = newUpload();
                        upload.goOn(random.nextInt(3));
                        stopped.add(upload);
                    }
                    case 4 -> {
                        ModelUpload upload = stopped.poll();
                        if (upload != null) {
                            upload.goOn(Integer.MAX_VALUE);
                        }
                    }
                    case 5, 6, 7 -> operate();
                    case 8 -> readings.add(new Reading());
                    case 9 -> {
                        if (depth == 1) {
                            pass(Duration.ofMinutes(random.nextInt(random.nextInt(6) == 0 ? 14_000 : 400)));
                        }
                    }
                    case 10 -> {
                        nodes.add(newNode());
                        if (nodes.size() > 3) {
                            nodes.remove(0);
                        }
                    }
                    case 11 -> giveUp(topic());
                    default -> {
                        ModelNode node =
                                nodes.get(random.nextInt(3) > 0 ? nodes.size() - 1 : random.nextInt(nodes.size()));
                        run(node, node.tasks().get(random.nextInt(4)));
                    }
                }
            } catch (Killed e) {
                killed++;
            } finally {
                depth--;
            }
        }

        /** The fallback cache may lag behind, in some histories for some time only. */
        private void pass(Duration duration) {
            Instant end = time.instant().plus(duration);
            while (time.instant().isBefore(end)) {
                Duration left = Duration.between(time.instant(), end);
                time.pass(left.compareTo(ModelHouse.LONGEST_LAG) < 0 ? left : ModelHouse.LONGEST_LAG);
                if (!lags && exportedAt.isBefore(time.instant().minus(ModelHouse.LONGEST_LAG))) {
                    catchUp();
                }
            }
        }

        private void catchUp() {
            house.quiet(true);
            ModelNode node = nodes.get(nodes.size() - 1);
            run(node, node.export());
            exportedAt = time.instant();
            house.quiet(false);
        }

        /** Between two steps of somebody. */
        private void between() {
            switch (random.nextInt(40)) {
                case 0, 1, 2 -> {
                    if (depth < DEEPEST) {
                        act();
                    }
                }
                case 3, 4 -> time.pass(Duration.ofMinutes(random.nextInt(20)));
                case 5 -> house.buckets.get(random.nextInt(2)).away(random.nextInt(3) == 0);
                default -> {}
            }
        }

        private void operate() {
            String topic = topic();
            TopicHead head = head(topic);
            operate(
                    topic,
                    random.nextInt(8) == 0
                            ? new PinScope(
                                    scope(),
                                    1 + random.nextLong(Math.max(1, head.getNewestVersion())),
                                    "for a while",
                                    time.instant().plus(Duration.ofHours(3)).toEpochMilli())
                            : commands.nextOfOld(head.getNewestVersion(), head.getRevision()));
        }

        private void operate(String topic, Command command) {
            try {
                Life operator = new Life(house);
                operator.begin();
                operator.commits().commit(topic, command, "operator", null);
            } catch (ServiceException | InvalidField refused) {
                // As it may be.
            }
        }

        /**
         * Somebody wants a version away for ever that a region still gives, or is about to: it is taken back and deleted, and
         * retention comes before the region has heard of any of that.
         */
        private void giveUp(String topic) {
            house.quiet(true);
            TopicHead front =
                    random.nextBoolean() ? head(topic) : Stocktaking.front(house.buckets.get(random.nextInt(2)), topic);
            if (front != null) {
                List<Long> given = List.copyOf(Stocktaking.given(front));
                if (!given.isEmpty()) {
                    takeAway(topic, given.get(random.nextInt(given.size())));
                    ModelNode node = nodes.get(nodes.size() - 1);
                    run(node, node.retention());
                }
            }
            house.quiet(false);
        }

        private void takeAway(String topic, long version) {
            TopicHead head = head(topic);
            head.getPinsList().stream()
                    .filter(pin -> pin.getVersion() == version)
                    .forEach(pin -> operate(topic, new UnpinScope(pin.getScope(), "leaked")));
            head.getHoldsList().stream()
                    .filter(hold -> hold.getVersion() == version)
                    .forEach(hold -> operate(topic, new ReleaseHold(version, hold.getHolder(), "leaked")));
            VersionRecord row = house.log.version(topic, version, Read.SERIAL);
            if (row != null) {
                row.getPublicationsList()
                        .forEach(publication ->
                                operate(topic, new WithdrawVersion(version, publication.getScope(), "leaked")));
            }
            operate(topic, new DeleteVersion(version, "leaked"));
            VersionRecord after = house.log.version(topic, version, Read.SERIAL);
            taken +=
                    after != null && after.hasDeletion() && !after.getDeletion().getCollected() ? 1 : 0;
        }

        private Scope scope() {
            return commands.scopes().stream().findFirst().orElse(Scopes.GLOBAL);
        }

        private String topic() {
            return TOPICS.get(random.nextInt(TOPICS.size()));
        }

        private TopicHead head(String topic) {
            TopicHead head = house.log.head(topic, Read.SERIAL);
            return head == null ? TopicHead.getDefaultInstance() : head;
        }

        /** Looks at a commit that was tried; whether its answer arrives. */
        private boolean applied(Commit commit) {
            String topic = commit.topic();
            List<TopicHead> all =
                    heads.computeIfAbsent(topic, name -> new ArrayList<>(List.of(TopicHead.getDefaultInstance())));
            TopicHead stands = head(topic);
            if (stands.getRevision() == commit.head().getRevision() && all.size() == stands.getRevision()) {
                all.add(stands);
                switch (commit.event().getKind()) {
                    case VERSIONS_COLLECTED -> assertMayGo(commit, all);
                    case HISTORY_TRIMMED -> trimmed++;
                    default -> {}
                }
            }
            return house.isQuiet() || random.nextInt(8) > 0;
        }

        /** A slow reading of the rule agrees, at the very moment. */
        private void assertMayGo(Commit commit, List<TopicHead> all) {
            collected += commit.versions().size();
            Set<Long> going = new HashSet<>();
            commit.versions().forEach(row -> going.add(row.getVersion()));
            List<VersionRecord> before =
                    house.log.versionsBelow(commit.topic(), Long.MAX_VALUE, Integer.MAX_VALUE, Read.SERIAL).stream()
                            .map(row -> going.contains(row.getVersion())
                                    ? row.toBuilder().clearDeletion().build()
                                    : row)
                            .toList();
            Evidence evidence = new Evidence(Set.copyOf(house.running(commit.topic())), Set.of());
            var reasons = new SlowRetention(
                            before,
                            all,
                            ModelHouse.RETENTION
                                    .policy()
                                    .with(head(commit.topic()).getSettings().getRetention()),
                            evidence,
                            time.instant())
                    .reasons();
            for (long version : going) {
                assertThat(reasons.get(version))
                        .as(description + ": " + commit.topic() + " version " + version)
                        .isEmpty();
            }
        }

        /** Somebody who is given a version, by the service or by a region's fallback cache, and takes time to read it. */
        private final class Reading {
            private final Instant begun = time.instant();
            private final String topic = topic();
            private final @Nullable InMemoryObjects bucket;
            private final @Nullable VersionRecord version;

            Reading() {
                InMemoryObjects region = house.buckets.get(random.nextInt(2));
                bucket = lags || region.isAway() || random.nextBoolean() ? null : region;
                TopicHead head = bucket == null ? head(topic) : Stocktaking.front(bucket, topic);
                VersionRecord given = null;
                if (head != null) {
                    List<Long> versions = RandomCommands.resolved(head).values().stream()
                            .filter(number -> number > 0)
                            .distinct()
                            .toList();
                    given = versions.isEmpty()
                            ? null
                            : Heads.record(head, versions.get(random.nextInt(versions.size())));
                }
                version = given;
                if (random.nextInt(3) == 0) {
                    house.running(topic).clear();
                }
                if (given != null) {
                    read++;
                    if (random.nextBoolean()) {
                        // It reports what it does.
                        house.running(topic).add(given.getVersion());
                    }
                }
            }

            void assertGoesOn() {
                if (version == null) {
                    return;
                }
                VersionRecord row = house.log.version(topic, version.getVersion(), Read.SERIAL);
                boolean isDeletedByHand =
                        row == null || (row.hasDeletion() && !row.getDeletion().getCollected());
                if (isDeletedByHand) {
                    return;
                }
                Part part = version.getParts(0);
                boolean isThere = (bucket == null && part.hasDirect())
                        ? house.direct.has(part.getDirect().getPayloadId())
                        : Stocktaking.isWhole(
                                part, Stocktaking.exported(bucket == null ? house.buckets.get(0) : bucket, part));
                assertThat(isThere)
                        .as(
                                "%s: %s version %d, read by %s since %s\n%s",
                                description,
                                topic,
                                version.getVersion(),
                                bucket == null ? "the service" : bucket.region(),
                                begun,
                                stocktaking.trail(topic))
                        .isTrue();
            }
        }
    }
}
