package io.octavo.server.retention;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.protocol.Deletion;
import io.octavo.protocol.EventKind;
import io.octavo.protocol.Hold;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Publication;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.TestCommits;
import io.octavo.server.retention.Why.Reason;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.HoldVersion;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.RandomCommands;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RetentionRuleTest {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Scope EU = Scope.newBuilder().setRegion("eu").build();
    private static final Scope EU_RECS =
            Scope.newBuilder().setRegion("eu").setApp("recs").build();

    private Instant now = START;
    private Evidence evidence = Evidence.NONE;
    private final Map<Long, Instant> runUntil = new TreeMap<>();

    @Test
    void theNewestSoManyStayAndDeletedOnesDoNotCount() {
        List<VersionRecord> rows = rows(1, 6, EU_RECS);
        rows.set(1, deleted(rows.get(1)));
        assertThat(reasons(TopicHead.getDefaultInstance(), rows, policy(3, Duration.ZERO)))
                .isEqualTo(Map.of(
                        6L, Set.of(Reason.NEWEST, Reason.SERVABLE),
                        5L, Set.of(),
                        4L, Set.of(Reason.NEWEST, Reason.SERVABLE),
                        3L, Set.of(Reason.NEWEST),
                        2L, Set.of(),
                        1L, Set.of()));
    }

    @Test
    void whatIsYoungStaysUntilItIsOld() {
        List<VersionRecord> rows = rows(1, 4, null);
        now = START.plus(HOUR.multipliedBy(4));
        Map<Long, Verdict> verdicts = verdicts(TopicHead.getDefaultInstance(), rows, policy(1, HOUR.multipliedBy(2)));
        assertThat(verdict(verdicts, 3).whys()).extracting(Why::reason).containsExactly(Reason.YOUNG);
        assertThat(verdict(verdicts, 3).goesAt()).isEqualTo(START.plus(HOUR.multipliedBy(5)));
        assertThat(verdict(verdicts, 2).goes()).isTrue();
        assertThat(verdict(verdicts, 2).goesAt()).isNull();
        assertThat(verdict(verdicts, 4).goesAt())
                .as("no time ends that it is the newest")
                .isNull();
    }

    @Test
    void whatThePublicationsPinsAndHoldsOfTheHeadNameStays() {
        TopicHead head = TopicHead.newBuilder()
                .addPublications(Publication.newBuilder().setVersion(1).setScope(EU))
                .addPins(Pin.newBuilder()
                        .setVersion(2)
                        .setExpiresAtMs(START.plus(DAY).toEpochMilli()))
                .addHolds(Hold.newBuilder().setVersion(3).setHolder("audit").setReason("case 7"))
                .build();
        Map<Long, Verdict> verdicts = verdicts(head, rows(1, 9, null), policy(1, Duration.ZERO));
        assertThat(verdict(verdicts, 1).whys()).containsExactly(Why.of(Reason.PUBLISHED, "region=eu"));
        assertThat(verdict(verdicts, 2).goesAt()).isEqualTo(START.plus(DAY));
        assertThat(verdict(verdicts, 3).whys()).containsExactly(Why.of(Reason.HELD, "by audit: case 7"));
        assertThat(verdict(verdicts, 4).goes()).isTrue();
    }

    @Test
    void theNewestTwoThatAScopeCouldBeGivenStayWhereverTheyWerePublished() {
        List<VersionRecord> rows = new ArrayList<>(rows(1, 2, EU));
        rows.addAll(0, rows(3, 3, EU_RECS));
        rows.addAll(0, rows(4, 4, Scopes.GLOBAL));
        // Everybody could be given 4; region eu 4 and 2; its recs 4 and 3.
        assertThat(staying(rows, policy(1, Duration.ZERO))).containsExactly(2L, 3L, 4L);
        rows.addAll(0, rows(5, 5, Scopes.GLOBAL));
        assertThat(staying(rows, policy(1, Duration.ZERO))).containsExactly(4L, 5L);
        rows.set(
                0,
                rows.get(0).toBuilder()
                        .setQuarantine(io.octavo.protocol.Quarantine.getDefaultInstance())
                        .build());
        assertThat(staying(rows, policy(1, Duration.ZERO))).containsExactly(2L, 3L, 4L, 5L);
    }

    @Test
    void whatWasRunUntilAShortTimeAgoStaysForTheGrace() {
        runUntil.put(2L, START);
        now = START.plus(DAY).minusMillis(1);
        Verdict verdict =
                verdict(verdicts(TopicHead.getDefaultInstance(), rows(1, 9, null), policy(1, Duration.ZERO)), 2);
        assertThat(verdict.whys()).extracting(Why::reason).containsExactly(Reason.SUPERSEDED);
        assertThat(verdict.goesAt()).isEqualTo(START.plus(DAY));
        now = START.plus(DAY);
        assertThat(staying(rows(1, 9, null), policy(1, Duration.ZERO))).containsExactly(9L);
    }

    @Test
    void whatOthersUseStaysAndAllStaysWhileTheyCanNotBeAsked() {
        evidence = new Evidence(Set.of(2L), Set.of(3L));
        assertThat(staying(rows(1, 9, null), policy(1, Duration.ZERO))).containsExactly(2L, 3L, 9L);
        evidence = new Evidence(null, Set.of());
        assertThat(staying(rows(1, 9, null), policy(1, Duration.ZERO))).hasSize(9);
        evidence = new Evidence(Set.of(), null);
        assertThat(staying(rows(1, 9, null), policy(1, Duration.ZERO))).hasSize(9);
    }

    @Test
    void aDeletedTopicStaysWholeForTheGraceAndWhileItIsHeld() {
        TopicHead.Builder head = TopicHead.newBuilder()
                .setNewestVersion(3)
                .setDeletion(Deletion.newBuilder().setAtMs(START.toEpochMilli()));
        List<VersionRecord> rows = rows(1, 3, Scopes.GLOBAL);
        assertThat(reasons(head.build(), rows, policy(9, DAY))).containsEntry(1L, Set.of(Reason.UNDOABLE));
        now = START.plus(DAY);
        assertThat(reasons(head.build(), rows, policy(9, DAY.multipliedBy(9)))).containsEntry(3L, Set.of());
        assertThat(RetentionRule.isDeletionOver(head.build(), policy(9, DAY), now))
                .isTrue();

        head.addHolds(Hold.newBuilder().setVersion(1).setExpiresAtMs(now.toEpochMilli() + 1));
        assertThat(reasons(head.build(), rows, policy(9, DAY))).containsEntry(3L, Set.of(Reason.HELD));
        assertThat(RetentionRule.isDeletionOver(head.build(), policy(9, DAY), now))
                .isFalse();
        now = now.plusMillis(1);
        assertThat(RetentionRule.isDeletionOver(head.build(), policy(9, DAY), now))
                .isTrue();
        head.getDeletionBuilder().setFinalMs(1);
        assertThat(RetentionRule.isDeletionOver(head.build(), policy(9, DAY), now))
                .isFalse();
    }

    @Test
    void versionsOfAnEarlierLifeStayForWhatOthersDoOnly() {
        TopicHead head =
                TopicHead.newBuilder().setNewestVersion(4).setBaseVersion(3).build();
        runUntil.put(2L, START);
        evidence = new Evidence(Set.of(3L), Set.of());
        assertThat(reasons(head, rows(1, 4, Scopes.GLOBAL), policy(9, DAY)))
                .containsEntry(1L, Set.of())
                .containsEntry(2L, Set.of(Reason.SUPERSEDED))
                .containsEntry(3L, Set.of(Reason.RUNNING));
    }

    @Test
    void rowsOutOfOrderAreRefused() {
        RetentionRule rule = new RetentionRule(
                TopicHead.getDefaultInstance(), policy(1, Duration.ZERO), Map.of(), Evidence.NONE, now);
        VersionRecord row = VersionRecord.newBuilder().setVersion(3).build();
        rule.of(row);
        assertThatThrownBy(() -> rule.of(row)).hasMessageContaining("version: 3 (expected: one below 3");
    }

    /** Random histories, as people, programs and clocks make them. */
    @Test
    void itSaysWhatTheSlowReadingSays() {
        long seed = Long.getLong("octavo.seed", new Random().nextLong());
        Random random = new Random(seed);
        Map<Reason, Integer> said = new EnumMap<>(Reason.class);
        int gone = 0;
        for (int run = 0; run < 60; run++) {
            gone += history(random, "octavo.seed=" + seed + ", history " + run, said);
        }
        assertThat(said.keySet()).as("octavo.seed=" + seed).isEqualTo(EnumSet.allOf(Reason.class));
        assertThat(gone).as("octavo.seed=" + seed).isGreaterThan(300);
    }

    private int history(Random random, String description, Map<Reason, Integer> said) {
        now = START;
        InMemoryTopicLog log = new InMemoryTopicLog(() -> now);
        TopicCommits commits = TestCommits.of(log, Duration.ofSeconds(5), () -> now);
        RandomCommands commands = new RandomCommands(random);
        List<TopicHead> heads = new ArrayList<>(List.of(TopicHead.getDefaultInstance()));
        int gone = 0;
        for (int step = 0; step < 60; step++) {
            now = now.plusMillis(random.nextInt(3) * HOUR.toMillis() / (1 + random.nextInt(60)));
            TopicHead head = heads.get(heads.size() - 1);
            Command command = step == 0 ? commands.publish(List.of(Scopes.GLOBAL)) : next(random, commands, head);
            try {
                commits.commit("t", command, "tester", null);
            } catch (ServiceException | InvalidField refused) {
                continue;
            }
            TopicHead after = requireNonNull(log.head("t", Read.SERIAL));
            if (after.getRevision() > head.getRevision()) {
                heads.add(after);
            }
            gone += compare(log, heads, random, description + ", step " + step + ": " + command, said);
        }
        return gone;
    }

    private Command next(Random random, RandomCommands commands, TopicHead head) {
        return random.nextInt(12) == 0
                ? new HoldVersion(
                        Math.max(1, head.getNewestVersion() - random.nextInt(9)),
                        null,
                        "audit",
                        now.plus(HOUR).toEpochMilli())
                : commands.next(head.getNewestVersion(), head.getRevision());
    }

    private int compare(
            InMemoryTopicLog log, List<TopicHead> heads, Random random, String description, Map<Reason, Integer> said) {
        TopicHead head = heads.get(heads.size() - 1);
        RetentionPolicy policy = new RetentionPolicy(
                1 + random.nextInt(6), HOUR.multipliedBy(random.nextInt(3)), HOUR.multipliedBy(random.nextInt(6)));
        Evidence seen = new Evidence(some(random, head), some(random, head));
        List<VersionRecord> rows = log.versionsBelow("t", Long.MAX_VALUE, 1_000, Read.SERIAL);
        Map<Long, Set<Reason>> expected = new SlowRetention(rows, heads, policy, seen, now).reasons();

        Retention retention =
                new Retention(log, policy, topic -> seen.running(), topic -> exported(seen.exported()), () -> now);
        Map<Long, Set<Reason>> reasons = new TreeMap<>();
        retention.judge(head, retention.evidence("t"), Read.SERIAL, verdict -> {
            if (!verdict.isDeleted()) {
                reasons.put(verdict.version(), reasons(verdict));
            }
        });
        assertThat(reasons).as(description + " by " + policy + " and " + seen).isEqualTo(expected);
        expected.values().forEach(each -> each.forEach(reason -> said.merge(reason, 1, Integer::sum)));
        return (int) expected.values().stream().filter(Set::isEmpty).count();
    }

    private static Set<Long> exported(@Nullable Set<Long> named) {
        if (named == null) {
            throw ServiceException.unavailable("a region is away", HOUR, null);
        }
        return named;
    }

    private static @Nullable Set<Long> some(Random random, TopicHead head) {
        if (random.nextInt(10) == 0) {
            return null;
        }
        Set<Long> versions = new HashSet<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            versions.add(random.nextLong(head.getNewestVersion() + 1));
        }
        return versions;
    }

    @Test
    void anAuditTrailThatHasAGapTellsNobodyWhatGoes() {
        InMemoryTopicLog log = new InMemoryTopicLog(() -> now);
        TopicCommits commits = TestCommits.of(log, Duration.ofSeconds(5), () -> now);
        commits.commit("t", new RandomCommands(new Random(1)).publish(List.of(Scopes.GLOBAL)), "tester", null);
        Retention retention = new Retention(log, policy(1, DAY), topic -> Set.of(), ExportedVersions.NONE, () -> now);
        TopicHead later = requireNonNull(log.head("t", Read.SERIAL)).toBuilder()
                .setRevision(2)
                .build();
        assertThatThrownBy(() -> retention.judge(later, Evidence.NONE, Read.SERIAL, verdict -> {}))
                .isInstanceOf(ServiceException.class)
                .hasMessageContaining("lacks revision 2");
        assertThat(log.eventsBelow("t", 9, 9)).extracting(TopicEvent::getKind).containsExactly(EventKind.PUBLISHED);
    }

    private static RetentionPolicy policy(int maxVersions, Duration maxAge) {
        return new RetentionPolicy(maxVersions, maxAge, DAY);
    }

    /** Newest first, an hour apart. */
    private static List<VersionRecord> rows(long from, long to, @Nullable Scope scope) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(number -> to + from - number)
                .map(number -> {
                    VersionRecord.Builder row = VersionRecord.newBuilder()
                            .setVersion(number)
                            .setAtMs(START.plus(HOUR.multipliedBy(number)).toEpochMilli());
                    return scope == null
                            ? row.build()
                            : row.addPublications(Publication.newBuilder()
                                            .setVersion(number)
                                            .setScope(scope))
                                    .build();
                })
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private static VersionRecord deleted(VersionRecord row) {
        return row.toBuilder().setDeletion(Deletion.newBuilder().setBy("x")).build();
    }

    private Map<Long, Verdict> verdicts(TopicHead head, List<VersionRecord> newestFirst, RetentionPolicy policy) {
        RetentionRule rule = new RetentionRule(head, policy, runUntil, evidence, now);
        return newestFirst.stream().map(rule::of).collect(Collectors.toMap(Verdict::version, each -> each));
    }

    private static Verdict verdict(Map<Long, Verdict> verdicts, long version) {
        return requireNonNull(verdicts.get(version));
    }

    private Map<Long, Set<Reason>> reasons(TopicHead head, List<VersionRecord> rows, RetentionPolicy policy) {
        Map<Long, Set<Reason>> reasons = new TreeMap<>();
        verdicts(head, rows, policy).forEach((version, verdict) -> reasons.put(version, reasons(verdict)));
        return reasons;
    }

    private static Set<Reason> reasons(Verdict verdict) {
        Set<Reason> reasons = EnumSet.noneOf(Reason.class);
        verdict.whys().forEach(why -> reasons.add(why.reason()));
        return reasons;
    }

    private List<Long> staying(List<VersionRecord> rows, RetentionPolicy policy) {
        return verdicts(TopicHead.getDefaultInstance(), rows, policy).values().stream()
                .filter(verdict -> !verdict.goes())
                .map(Verdict::version)
                .sorted()
                .toList();
    }
}
