package io.octavo.server.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.server.errors.ServiceException;
import io.octavo.server.lease.LeaseTable.Row;
import io.octavo.server.lease.UnreliableLeases.Fate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What holds for leases on every table. Time is the test's; leases are new in each test. */
public abstract class LeaseContract {
    private static final Duration LENGTH = Duration.ofSeconds(9);
    private static final Duration MARGIN = Duration.ofSeconds(1);
    private static final int CONTENDERS = 4;

    private final AtomicLong nanos = new AtomicLong(System.nanoTime());
    private final String name = "contract-" + UUID.randomUUID();
    /** What becomes of the next calls; those after them arrive. */
    private final Deque<Fate> fates = new ArrayDeque<>();

    /** The table under test. */
    protected abstract LeaseTable table();

    /** How many random histories to draw. */
    protected abstract int histories();

    /** Steps of a history. */
    protected abstract int steps();

    @Test
    void aRowIsReplacedOnlyIfItIsTheOneExpected() {
        Row first = row("a", 1, 0);
        Row second = row("b", 2, 0);
        assertThat(table().read(name)).isNull();
        assertThat(table().replace(name, second, first)).isNull();
        assertThat(table().replace(name, null, first)).isEqualTo(first);
        assertThat(table().replace(name, null, second)).isEqualTo(first);
        assertThat(table().replace(name, first.renewed(), second)).isEqualTo(first);
        assertThat(table().replace(name, first, second)).isEqualTo(second);
        assertThat(table().replace(name, first, second)).as("sent again").isEqualTo(second);
        assertThat(table().read(name)).isEqualTo(second);
        assertThat(table().all()).containsEntry(name, second);
    }

    @Test
    void theFirstWhoComesLeadsAndTheNextWaits() {
        Lease first = lease("a", table());
        Lease second = lease("b", table());
        first.step();
        second.step();
        assertThat(first.term()).isEqualTo(1);
        assertThat(second.term()).isZero();
        assertThat(first.holder()).isEqualTo("a");
        assertThat(second.holder()).isEqualTo("a");
    }

    @Test
    void aHolderThatRenewsLeadsOnInTheSameTerm() {
        Lease first = lease("a", table());
        Lease second = lease("b", table());
        for (int i = 0; i < 10; i++) {
            first.step();
            second.step();
            assertThat(first.leads(1)).isTrue();
            assertThat(second.term()).isZero();
            pass(first.pause());
            assertThat(first.leads(1)).isTrue();
        }
    }

    @Test
    void aHolderThatIsSilentForAWholeLeaseIsReplaced() {
        Lease first = lease("a", table());
        Lease second = lease("b", table());
        first.step();
        second.step();
        pass(LENGTH.minusNanos(1));
        second.step();
        assertThat(second.term()).isZero();
        pass(Duration.ofNanos(1));
        second.step();
        assertThat(second.term()).isEqualTo(2);
        assertThat(Objects.requireNonNull(table().read(name)).generation()).isEqualTo(2);
    }

    @Test
    void aNodeThatHasJustComeWaitsAWholeLeaseForASilentHolder() {
        lease("a", table()).step();
        pass(LENGTH.multipliedBy(100));
        Lease second = lease("b", table());
        second.step();
        assertThat(second.term()).isZero();
        pass(LENGTH);
        second.step();
        assertThat(second.term()).isEqualTo(2);
    }

    @Test
    void aProcessThatWasStoppedSeesThatItIsDeposedBeforeItAsksAnybody() {
        Lease stopped = lease("a", table());
        Lease second = lease("b", table());
        stopped.step();
        second.step();
        pass(LENGTH);
        second.step();
        assertThat(second.term()).isEqualTo(2);
        assertThat(stopped.leads(1)).isFalse();
        stopped.step();
        assertThat(stopped.term()).isZero();
        assertThat(stopped.holder()).isEqualTo("b");
        assertThat(second.leads(2)).isTrue();
    }

    @Test
    void aHolderGivesUpAMarginBeforeOthersMayTakeOver() {
        Lease first = lease("a", table());
        first.step();
        pass(LENGTH.minus(MARGIN).minusNanos(1));
        assertThat(first.leads(1)).isTrue();
        pass(Duration.ofNanos(1));
        assertThat(first.leads(1)).isFalse();
        first.step();
        assertThat(first.leads(1)).as("nobody came between").isTrue();
    }

    @Test
    void aReleasedLeaseIsTakenAtOnceInANewTerm() {
        Lease first = lease("a", table());
        Lease second = lease("b", table());
        first.step();
        second.step();
        first.release();
        assertThat(first.term()).isZero();
        second.step();
        assertThat(second.term()).isEqualTo(2);
        first.release();
        assertThat(second.leads(2)).isTrue();
    }

    @Test
    void aSecondProcessOfTheSameNodeIsAnotherOne() {
        Lease first = lease("a", table());
        Lease twin = lease("a", table());
        first.step();
        twin.step();
        assertThat(first.term()).isEqualTo(1);
        assertThat(twin.term()).isZero();
    }

    @Test
    void aTakeoverWhoseAnswerWasLostIsFoundWhenItIsSentAgain() {
        Lease first = lease("a", new UnreliableLeases(table(), this::nextFate, () -> {}));
        fates.addAll(List.of(Fate.ARRIVES, Fate.ANSWER_IS_LOST));
        first.step();
        assertThat(first.term()).isZero();
        pass(first.pause());
        first.step();
        assertThat(first.term()).isEqualTo(1);
        pass(LENGTH.minus(MARGIN).minus(first.pause()));
        assertThat(first.term()).as("counted from the first try").isZero();
    }

    @Test
    void aRenewalThatLandsLateDoesNoHarm() {
        UnreliableLeases way = new UnreliableLeases(table(), this::nextFate, () -> {});
        Lease first = lease("a", way);
        Lease second = lease("b", table());
        first.step();
        second.step();
        fates.add(Fate.LANDS_LATER);
        pass(LENGTH.dividedBy(2));
        first.step();
        pass(LENGTH.dividedBy(2));
        second.step();
        assertThat(second.term()).isEqualTo(2);
        way.land();
        first.step();
        assertThat(first.term()).isZero();
        second.step();
        assertThat(second.leads(2)).isTrue();
    }

    @Test
    void aReleaseWhoseAnswerWasLostIsARelease() {
        Lease first = lease("a", new UnreliableLeases(table(), this::nextFate, () -> {}));
        first.step();
        fates.add(Fate.ANSWER_IS_LOST);
        first.release();
        assertThat(Objects.requireNonNull(table().read(name)).isFree()).isTrue();
    }

    @Test
    void twoNeverLeadAtATimeWhateverHappensToProcessesAndMessages() {
        long seed = Long.getLong("octavo.seed", new Random().nextLong());
        Random random = new Random(seed);
        int takeovers = 0;
        for (int history = 0; history < histories(); history++) {
            String description = "octavo.seed=" + seed + ", history " + history;
            takeovers += new History(random, name + "-" + history, description).play();
        }
        assertThat(takeovers).as("octavo.seed=" + seed).isGreaterThan(histories());
    }

    /** Some contenders that are stopped, go on, stop cleanly and come again, in random order. */
    private final class History {
        private final Random random;
        private final String lease;
        private final String description;
        private final List<Lease> leases = new ArrayList<>();
        private final List<UnreliableLeases> ways = new ArrayList<>();
        private final Map<Long, Lease> leaders = new HashMap<>();
        private long highest;

        History(Random random, String lease, String description) {
            this.random = random;
            this.lease = lease;
            this.description = description;
            IntStream.range(0, CONTENDERS).forEach(i -> {
                ways.add(new UnreliableLeases(table(), this::fate, this::time));
                leases.add(fresh(i));
            });
        }

        int play() {
            for (int step = 0; step < steps(); step++) {
                int who = random.nextInt(CONTENDERS);
                switch (random.nextInt(12)) {
                    case 0 -> ways.get(who).land();
                    case 1 -> pass(LENGTH.multipliedBy(1 + random.nextInt(3)));
                    case 2 -> {
                        leases.get(who).release();
                        leases.set(who, fresh(who));
                    }
                    case 3 -> leases.set(who, fresh(who));
                    default -> {
                        stepThrough(leases.get(who));
                        look();
                    }
                }
                time();
            }
            return (int) highest;
        }

        private Lease fresh(int who) {
            return lease(lease, "node-" + who, ways.get(who));
        }

        private Fate fate() {
            Fate[] bad = Fate.values();
            return random.nextInt(4) == 0 ? bad[random.nextInt(bad.length)] : Fate.ARRIVES;
        }

        private void time() {
            pass(Duration.ofNanos((long) (random.nextDouble() * LENGTH.toNanos() / 4)));
            look();
        }

        /** At every moment at most one leads, and each term has one leader for ever. */
        private void look() {
            List<Lease> leading = leases.stream().filter(one -> one.term() != 0).toList();
            assertThat(leading).as(description).hasSizeLessThanOrEqualTo(1);
            for (Lease one : leading) {
                assertThat(leaders.computeIfAbsent(one.term(), term -> one))
                        .as(description)
                        .isSameAs(one);
                assertThat(one.term()).as(description).isGreaterThanOrEqualTo(highest);
                highest = one.term();
            }
        }
    }

    private Fate nextFate() {
        return fates.isEmpty() ? Fate.ARRIVES : fates.remove();
    }

    /** A step whose failure is the network's. */
    private static void stepThrough(Lease lease) {
        try {
            lease.step();
        } catch (ServiceException away) {
            assertThat(away).hasMessage("no answer");
        }
    }

    private Lease lease(String node, LeaseTable table) {
        return lease(name, node, table);
    }

    private Lease lease(String lease, String node, LeaseTable table) {
        return new Lease(
                lease,
                node,
                UUID.randomUUID(),
                new Lease.Terms(LENGTH, MARGIN),
                table,
                () -> Instant.ofEpochMilli(1_000),
                nanos::get);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static Row row(String holder, long generation, long counter) {
        return new Row(holder, new UUID(1, holder.hashCode()), generation, counter, 1_234);
    }
}
