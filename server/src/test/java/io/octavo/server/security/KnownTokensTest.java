package io.octavo.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.security.TokenRecord.Revocation;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KnownTokensTest {
    private static final Duration OUTAGE = Duration.ofHours(1);

    private final TestTime time = new TestTime();
    private final InMemoryTokenStore store = new InMemoryTokenStore();
    private final Tokens tokens = new Tokens(store, new SecureRandom(), time);
    /** What was put off. */
    private final List<Runnable> later = new ArrayList<>();

    private final TestLanes lanes = new TestLanes();
    private final KnownTokens known = known(OUTAGE);

    @Test
    void aTokenIsAskedForOnceAndThenKnown() {
        ByteString sha256 = make("ci", null);
        assertThat(known.ifKnown(sha256)).isNull();
        assertThat(name(known.ask(sha256, false))).isEqualTo("token:ci");
        assertThat(name(known.ifKnown(sha256))).isEqualTo("token:ci");
        assertThat(store.asked()).isEqualTo(1);
    }

    @Test
    void aTokenInUseIsConfirmedBeforeItsAnswerIsOld() {
        ByteString sha256 = make("ci", null);
        Identity first = known.ask(sha256, false).join().identity();
        time.pass(Duration.ofSeconds(3));
        assertThat(name(known.ifKnown(sha256))).isEqualTo("token:ci");
        assertThat(store.asked()).isEqualTo(2);
        time.pass(Duration.ofSeconds(3));
        assertThat(known.ifKnown(sha256)).isNotNull();
        assertThat(known.ask(sha256, false).join().identity()).isSameAs(first);
    }

    @Test
    void aRevokedTokenIsTakenForFiveSecondsAtMost() {
        ByteString sha256 = make("ci", null);
        known.ask(sha256, false).join();
        store.revoke("ci", new Revocation("me", time.instant(), "leaked"));
        time.pass(KnownTokens.FRESH);
        assertThat(known.ifKnown(sha256)).isNull();
        assertThat(known.ask(sha256, false).join()).isEqualTo(Verdict.NOBODY);
        assertThat(known.ifKnown(sha256)).isEqualTo(Verdict.NOBODY);
    }

    @Test
    void aTokenExpiresAtItsTime() {
        ByteString sha256 = make("ci", TestTime.START.plusSeconds(2));
        assertThat(name(known.ask(sha256, false))).isEqualTo("token:ci");
        time.pass(Duration.ofSeconds(2));
        assertThat(known.ifKnown(sha256)).isEqualTo(Verdict.NOBODY);
        assertThat(known.ask(sha256, false).join()).isEqualTo(Verdict.NOBODY);
    }

    @Test
    void anUnknownTokenIsRememberedAsSuch() {
        ByteString sha256 = TokenSecret.sha256("octavo_guess");
        assertThat(known.ask(sha256, false).join()).isEqualTo(Verdict.NOBODY);
        assertThat(known.ifKnown(sha256)).isEqualTo(Verdict.NOBODY);
        time.pass(KnownTokens.FRESH);
        assertThat(known.ifKnown(sha256)).isNull();
    }

    @Test
    void whileTheStoreIsAwayKnownTokensGoOnForABoundAndOthersDoNot() {
        ByteString sha256 = make("ci", null);
        ByteString other = make("new", null);
        known.ask(sha256, false).join();
        store.away(true);
        for (int minutes = 0; minutes < 59; minutes++) {
            time.pass(Duration.ofMinutes(1));
            assertThat(known.ifKnown(sha256)).isNull();
            assertThat(name(known.ask(sha256, false))).isEqualTo("token:ci");
            assertThat(name(known.ifKnown(sha256))).isEqualTo("token:ci");
        }
        assertUnavailable(known.ask(other, false));
        time.pass(Duration.ofMinutes(1));
        assertUnavailable(known.ask(sha256, false));
        store.away(false);
        assertThat(name(known.ask(sha256, false))).isEqualTo("token:ci");
    }

    @Test
    void aStoreThatHangsHoldsUpAKnownTokenForASecond() {
        ByteString sha256 = make("ci", null);
        known.ask(sha256, false).join();
        time.pass(KnownTokens.FRESH);
        lanes.isHanging = true;
        CompletableFuture<Verdict> asked = known.ask(sha256, false);
        assertThat(asked).isNotDone();
        assertThat(known.ask(sha256, true)).isSameAs(asked);
        later.forEach(Runnable::run);
        assertThat(name(asked)).isEqualTo("token:ci");
    }

    @Test
    void withoutABoundForOutagesAStoreThatHangsIsWaitedFor() {
        KnownTokens strict = known(Duration.ZERO);
        ByteString sha256 = make("ci", null);
        strict.ask(sha256, false).join();
        time.pass(KnownTokens.FRESH);
        store.away(true);
        assertUnavailable(strict.ask(sha256, false));
        assertThat(later).isEmpty();
    }

    @Test
    void tooManyLookUpsAreRefusedToAllButKnownTokens() {
        ByteString sha256 = make("ci", null);
        known.ask(sha256, false).join();
        lanes.isFull = true;
        time.pass(KnownTokens.FRESH);
        assertThat(name(known.ask(sha256, false))).isEqualTo("token:ci");
        assertThat(known.ask(make("new", null), false))
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableThat()
                .withMessageContaining("too many");
        lanes.isFull = false;
        assertThat(name(known.ask(sha256, false))).isEqualTo("token:ci");
    }

    @Test
    void newcomersAndSuspectsAreLookedUpApart() {
        known.ask(make("a", null), false).join();
        known.ask(make("b", null), true).join();
        assertThat(lanes.used).containsExactly("newcomers", "suspects");
    }

    private KnownTokens known(Duration outage) {
        return new KnownTokens(store, lanes.lookups(), (task, wait) -> later.add(task), time, time, outage);
    }

    private ByteString make(String name, @Nullable Instant expiresAt) {
        return TokenSecret.sha256(
                tokens.create(name, List.of(Grant.ofAll(AccessRole.READER)), List.of(), expiresAt, "test")
                        .secret());
    }

    private static void assertUnavailable(CompletableFuture<Verdict> asked) {
        assertThatThrownBy(asked::join)
                .hasCauseInstanceOf(ServiceException.class)
                .hasMessageContaining("away");
    }

    private static String name(CompletableFuture<Verdict> asked) {
        return name(asked.join());
    }

    private static String name(@Nullable Verdict verdict) {
        return verdict == null ? "not known" : String.valueOf(verdict.identity());
    }

    /** Runs look-ups at once, never, or refuses them. */
    private static final class TestLanes {
        private final List<String> used = new ArrayList<>();
        private final Queue<Runnable> hanging = new ArrayDeque<>();
        private boolean isHanging;
        private boolean isFull;

        Lookups lookups() {
            return new Lookups(lane("known"), lane("newcomers"), lane("suspects"));
        }

        private DirectLane lane(String name) {
            return new DirectLane(task -> {
                if (isFull) {
                    throw new RejectedExecutionException();
                }
                used.add(name);
                if (isHanging) {
                    hanging.add(task);
                } else {
                    task.run();
                }
            });
        }
    }
}
