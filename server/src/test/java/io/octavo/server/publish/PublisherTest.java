package io.octavo.server.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.octavo.protocol.EventKind;
import io.octavo.protocol.Part;
import io.octavo.protocol.Settings;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.Validation;
import io.octavo.protocol.Validation.Format;
import io.octavo.rules.Digests;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.PayloadIntake.Announced;
import io.octavo.server.publish.Published.Outcome;
import io.octavo.server.topic.ArchiveTopic;
import io.octavo.server.topic.ChangeSettings;
import io.octavo.server.topic.DeleteTopic;
import io.octavo.server.topic.Impact;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class PublisherTest {
    private final InMemoryTopicLog log = new InMemoryTopicLog(InstantSource.system());
    private final MemoryPayloads payloads = new MemoryPayloads();
    private final TopicCommits commits = TestCommits.of(log, Duration.ofMillis(200));
    private final Publisher publisher = publisher(2, true);

    @Test
    void versionsAreNumberedAndGoToEverybodyUnlessScopesAreNamed() {
        Published first = publish(Orders.of("prices"), "one");
        Published second = publish(Orders.of("prices").scope("region=eu"), "two");

        assertThat(first.version().getVersion()).isEqualTo(1);
        assertThat(first.outcome()).isEqualTo(Outcome.MADE);
        assertThat(first.version().getPublications(0).getScope()).isEqualTo(Scopes.GLOBAL);
        assertThat(second.version().getVersion()).isEqualTo(2);
        assertThat(Scopes.format(second.version().getPublications(0).getScope()))
                .isEqualTo("region=eu");
        assertThat(second.version().getBy()).isEqualTo("tester");
    }

    @Test
    void aStagedVersionIsPublishedToNobody() {
        assertThat(publish(Orders.of("prices").staged(), "one").version().getPublicationsList())
                .isEmpty();
        assertThatThrownBy(() -> Orders.of("prices").scope("*").staged().order())
                .isInstanceOf(InvalidField.class)
                .hasMessageContaining("stage");
    }

    @Test
    void undoWithdrawsTheVersionFromItsScopes() {
        assertThat(publish(Orders.of("prices").staged(), "one").undo()).isNull();
        assertThat(publish(Orders.of("prices").scope("region=eu"), "two").undo())
                .isEqualTo("octavo scopes withdraw prices 2 --scope 'region=eu' --reason 'undo'");
    }

    @Test
    void aDryRunStoresNothingAndTellsWhoWouldMove() {
        publish(Orders.of("prices"), "one");

        Published asked =
                publisher.dryRun(Orders.of("prices").order(), new ByteArrayInputStream("two".getBytes(UTF_8)));

        assertThat(asked.outcome()).isEqualTo(Outcome.DRY_RUN);
        assertThat(asked.version().getVersion()).isEqualTo(2);
        assertThat(asked.impact()).containsExactly(new Impact(Scopes.GLOBAL, 1, 2, null));
        assertThat(payloads.stored()).isEqualTo(1);
        assertThat(publish(Orders.of("prices"), "three").version().getVersion()).isEqualTo(2);
    }

    @Test
    void aRepetitionAnswersTheVersionAndStoresNothing() {
        publish(Orders.of("prices").key("k"), "one");

        Published again = publish(Orders.of("prices").key("k").expecting(0), "one");

        assertThat(again.outcome()).isEqualTo(Outcome.REPLAYED);
        assertThat(again.version().getVersion()).isEqualTo(1);
        assertThat(payloads.stored()).isEqualTo(1);
    }

    @Test
    void aKeyUsedForOtherBytesOrScopesIsRefused() {
        publish(Orders.of("prices").key("k"), "one");

        assertRefused(
                ErrorCode.IDEMPOTENCY_KEY_REUSED,
                () -> publish(Orders.of("prices").key("k"), "two"));
        assertRefused(
                ErrorCode.IDEMPOTENCY_KEY_REUSED,
                () -> publish(Orders.of("prices").key("k").scope("app=a"), "one"));
        publish(Orders.of("other").key("k"), "two");
    }

    @Test
    void aRepetitionWithOtherBytesThanItAnnouncesIsAMismatch() {
        publish(Orders.of("prices").key("k"), "one");

        PublishOrder order = Orders.of("prices").key("k").order(new Announced(4L, ByteString.EMPTY, ""));
        assertRefused(ErrorCode.DIGEST_MISMATCH, () -> publisher.publish(order, body("one")));
    }

    @Test
    void whatCanBeRefusedIsRefusedBeforeAByteIsRead() {
        publish(Orders.of("prices"), "one");
        commits.commit(
                "strict",
                new ChangeSettings(s -> s.toBuilder().setRequireScope(true).build(), "", null),
                "tester",
                null);

        assertRefused(
                ErrorCode.VERSION_CONFLICT,
                () -> publisher.publish(Orders.of("prices").expecting(0).order(), unreadable()));
        assertThatThrownBy(() -> publisher.publish(Orders.of("strict").order(), unreadable()))
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith("scope");
        assertRefused(
                ErrorCode.TOPIC_NOT_FOUND,
                () -> publisher(1, false).publish(Orders.of("unknown").order(), unreadable()));
        assertThatThrownBy(() -> Orders.of("Not A Name").order()).isInstanceOf(InvalidField.class);
        assertThatThrownBy(() -> Orders.of("prices").key(" ").order()).isInstanceOf(InvalidField.class);
        assertThatThrownBy(() -> Orders.of("prices").key("k".repeat(201)).order())
                .isInstanceOf(InvalidField.class);
        assertThatThrownBy(() -> Orders.of("prices").order(new Announced(-1L, ByteString.EMPTY, "")))
                .hasMessageStartingWith("size: -1");
        assertThatThrownBy(() -> Orders.of("prices").order(new Announced(null, ByteString.copyFromUtf8("x"), "")))
                .hasMessageStartingWith("sha256: 78");
        assertThatThrownBy(() -> Orders.of("prices").order(new Announced(null, ByteString.EMPTY, "a\r\nb: c")))
                .hasMessageStartingWith("contentType");
        assertThat(payloads.stored()).isEqualTo(1);
    }

    @Test
    void settingsThatChangeWhileThePayloadComesHoldForIt() {
        Publisher racing = publisher(() -> change(settings -> settings.setRequireScope(true)));
        assertThatThrownBy(() -> racing.publish(Orders.of("prices").order(), body("one")))
                .isInstanceOfSatisfying(
                        InvalidField.class, e -> assertThat(e.field()).isEqualTo("scope"));
        change(settings -> settings.setRequireScope(false));

        Publisher tightening = publisher(() -> change(
                settings -> settings.setValidation(Validation.newBuilder().setMaxSize(2))));
        assertRefused(
                ErrorCode.VALIDATION_FAILED,
                () -> tightening.publish(Orders.of("prices").order(), body("one")));
        change(Settings.Builder::clearValidation);

        Publisher checking = publisher(() -> change(
                settings -> settings.setValidation(Validation.newBuilder().setFormat(Format.JSON))));
        assertRefused(
                ErrorCode.VALIDATION_FAILED,
                () -> checking.publish(Orders.of("prices").order(), body("1")));
        assertThat(payloads.left()).isZero();
        publish(Orders.of("prices"), "1");
    }

    @Test
    void whatIsRefusedLeavesNothingBehindAndADryRunSaysTheSame() {
        change(settings -> settings.setValidation(
                Validation.newBuilder().setFormat(Format.JSON).setMinSize(3)));

        for (String text : List.of("{}", "none")) {
            assertRefused(ErrorCode.VALIDATION_FAILED, () -> publish(Orders.of("prices"), text));
            assertRefused(
                    ErrorCode.VALIDATION_FAILED,
                    () -> publish(Orders.of("prices").staged(), text));
            assertRefused(
                    ErrorCode.VALIDATION_FAILED,
                    () -> publisher.dryRun(Orders.of("prices").order(), body(text)));
        }
        assertThat(payloads.left()).isZero();
        assertThatThrownBy(() -> publisher.publish(
                        Orders.of("prices").order(new Announced(2L, ByteString.EMPTY, "")), unreadable()))
                .hasMessageContaining("payload.size: 2");
        publish(Orders.of("prices").key("k"), "[1]");
        change(settings -> settings.setValidation(Validation.newBuilder().setMinSize(9)));
        assertThat(publish(Orders.of("prices").key("k"), "[1]").outcome()).isEqualTo(Outcome.REPLAYED);
    }

    @Test
    void aPayloadThatIsSuddenlyLargerOrSmallerIsRefusedUntilTheSettingsAllowIt() {
        publish(Orders.of("prices"), "x".repeat(100));
        change(settings -> settings.setValidation(Validation.newBuilder().setMaxSizeChange(20)));

        publish(Orders.of("prices"), "x".repeat(120));
        assertThatThrownBy(() -> publish(Orders.of("prices"), "x".repeat(145)))
                .hasMessageContaining(
                        "96 to 144 bytes by validation.maxSizeChange, 20 % of the 120 bytes of version 2");
        assertRefused(ErrorCode.VALIDATION_FAILED, () -> publish(Orders.of("prices"), "x".repeat(95)));
        change(Settings.Builder::clearValidation);
        publish(Orders.of("prices"), "x".repeat(300));
    }

    @Test
    void objectsOfOthersAreHeldAgainstTheChecksToo() {
        change(settings -> settings.setValidation(
                Validation.newBuilder().setFormat(Format.JSON).setMaxSize(10)));
        ByteString digest = ByteString.copyFrom(Digests.sha256("none".getBytes(UTF_8)));
        ExternalObjects objects = (locations, announced, checks) -> {
            try (InputStream through = requireNonNull(checks).apply(body("none"))) {
                through.readAllBytes();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return Part.newBuilder().setSize(4).setSha256(digest).build();
        };
        PublishOrder order = Orders.of("prices").order(new Announced(4L, digest, ""));
        assertRefused(ErrorCode.VALIDATION_FAILED, () -> publisher.publish(order, List.of(), objects));
        assertRefused(ErrorCode.VALIDATION_FAILED, () -> publisher.dryRun(order, List.of(), objects));
        assertRefused(
                ErrorCode.VALIDATION_FAILED,
                () -> publisher.publish(
                        Orders.of("prices").order(new Announced(11L, digest, "")), List.of(), ExternalObjects.NONE));
    }

    @Test
    void aTopicThatWasDeletedStartsAnewWithTheNumbersGoingOn() {
        long revision = publish(Orders.of("prices"), "one").revision();
        commits.commit("prices", new DeleteTopic(revision, "gone"), "tester", null);

        assertRefused(
                ErrorCode.TOPIC_NOT_FOUND,
                () -> publisher(1, false).publish(Orders.of("prices").order(), unreadable()));
        Published anew = publish(Orders.of("prices").expecting(0), "two");

        assertThat(anew.version().getVersion()).isEqualTo(2);
    }

    @Test
    void ifNothingChangedTheNewestIsAnsweredAndNothingIsLeftBehind() {
        publish(Orders.of("prices"), "one");

        Published same = publish(Orders.of("prices").onlyIfChanged(), "one");

        assertThat(same.outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(same.version().getVersion()).isEqualTo(1);
        assertThat(payloads.stored()).isEqualTo(2);
        assertThat(payloads.left()).isEqualTo(1);
    }

    @Test
    void aPublishThatFindsItsVersionThereEndsTheArchive() {
        publish(Orders.of("prices"), "one");
        archive("prices");

        publisher.dryRun(Orders.of("prices").onlyIfChanged().order(), body("one"));
        assertThat(isArchived("prices")).as("a dry run changes nothing").isTrue();
        Published same = publish(Orders.of("prices").onlyIfChanged().key("k"), "one");
        publish(Orders.of("prices").onlyIfChanged().key("k"), "one");

        assertThat(same.outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(isArchived("prices")).isFalse();
        assertThat(log.eventsBelow("prices", Long.MAX_VALUE, 10))
                .extracting(TopicEvent::getKind)
                .containsExactly(EventKind.TOPIC_UNARCHIVED, EventKind.TOPIC_ARCHIVED, EventKind.PUBLISHED);
    }

    @Test
    void aNodeThatDiesBeforeTheArchiveIsEndedHasAnsweredNothing() {
        publish(Orders.of("prices"), "one");
        archive("prices");
        Orders order = Orders.of("prices").onlyIfChanged().key("k");

        log.loseAnswersUnless(commit -> false);
        assertRefused(ErrorCode.UNAVAILABLE, () -> publish(order, "one"));
        log.loseAnswersUnless(commit -> true);

        assertThat(publish(order, "one").outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(isArchived("prices")).isFalse();
        assertThat(log.eventsBelow("prices", Long.MAX_VALUE, 10))
                .as("not twice")
                .hasSize(3);
        assertThat(payloads.left()).isEqualTo(1);
    }

    private void archive(String topic) {
        long revision = requireNonNull(log.head(topic, Read.SERIAL)).getRevision();
        commits.commit(topic, new ArchiveTopic(revision, Instant.EPOCH), "octavo:idle", null);
    }

    private boolean isArchived(String topic) {
        return requireNonNull(log.head(topic, Read.SERIAL))
                        .getSettings()
                        .getIdleness()
                        .getArchivedMs()
                > 0;
    }

    @Test
    void aRefusedCommitLeavesNoPayload() {
        Publisher racing =
                new Publisher(log, commits, overtaken(), config(2), new TopicsConfig(true), TestChecks.CHECKS);

        assertRefused(
                ErrorCode.VERSION_CONFLICT,
                () -> racing.publish(Orders.of("prices").expecting(0).order(), body("one")));
        assertThat(payloads.left()).isEqualTo(1);
    }

    @Test
    void aCommitWhoseAnswerWasLostKeepsItsPayloadAndIsNoRepetition() {
        AtomicInteger calls = new AtomicInteger();
        log.loseAnswersUnless(commit -> calls.incrementAndGet() > 1);

        Published made = publish(Orders.of("prices").key("k"), "one");

        assertThat(made.outcome()).isEqualTo(Outcome.MADE);
        assertThat(payloads.left()).isEqualTo(1);
    }

    @Test
    void aCommitOfUnknownOutcomeKeepsItsPayload() {
        log.loseAnswersUnless(commit -> false);
        assertRefused(ErrorCode.UNAVAILABLE, () -> publish(Orders.of("prices").key("k"), "one"));
        assertThat(payloads.left()).isEqualTo(1);

        log.loseAnswersUnless(commit -> true);
        assertThat(publish(Orders.of("prices").key("k"), "one").version().getVersion())
                .isEqualTo(1);
    }

    @Test
    void aSecondRequestWithARunningKeyIsRefusedAndOthersAreNot() throws Exception {
        HeldBody held = new HeldBody();
        CompletableFuture<Published> first = CompletableFuture.supplyAsync(
                () -> publisher.publish(Orders.of("prices").key("k").order(), held));
        held.awaitReader();

        assertRefused(
                ErrorCode.REQUEST_RUNNING, () -> publish(Orders.of("prices").key("k"), "one"));
        publish(Orders.of("prices").key("l"), "two");
        publish(Orders.of("other").key("k"), "three");
        held.release();

        assertThat(first.get(10, TimeUnit.SECONDS).outcome()).isEqualTo(Outcome.MADE);
        assertThat(publish(Orders.of("prices").key("k"), "").outcome()).isEqualTo(Outcome.REPLAYED);
    }

    @Test
    void morePublishesThanTheNodeTakesAreToldToComeBack() throws Exception {
        Publisher small = publisher(1, true);
        HeldBody held = new HeldBody();
        CompletableFuture<Published> first = CompletableFuture.supplyAsync(
                () -> small.publish(Orders.of("prices").order(), held));
        held.awaitReader();

        assertThatThrownBy(() -> small.publish(Orders.of("other").order(), unreadable()))
                .isInstanceOfSatisfying(ServiceException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.RATE_LIMITED);
                    assertThat(requireNonNull(e.retryAfter())).isPositive();
                });
        held.release();
        first.get(10, TimeUnit.SECONDS);
        small.publish(Orders.of("other").order(), body("two"));
    }

    @Test
    void aNodeThatStopsLetsThePublishesUnderWayEndAndSendsNewOnesElsewhere() throws Exception {
        HeldBody held = new HeldBody();
        CompletableFuture<Published> first = CompletableFuture.supplyAsync(
                () -> publisher.publish(Orders.of("prices").key("k").order(), held));
        held.awaitReader();
        publisher.refuseNew();

        assertThatThrownBy(() -> publisher.publish(Orders.of("other").order(), unreadable()))
                .isInstanceOfSatisfying(ServiceException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
                    assertThat(requireNonNull(e.retryAfter())).isPositive();
                });
        assertThat(publisher.awaitNone(Duration.ofMillis(10))).isFalse();
        held.release();
        assertThat(publisher.awaitNone(Duration.ofSeconds(10))).isTrue();
        assertThat(first.get(10, TimeUnit.SECONDS).outcome()).isEqualTo(Outcome.MADE);
    }

    private Published publish(Orders orders, String text) {
        return publisher.publish(orders.order(), body(text));
    }

    private Publisher publisher(int inFlight, boolean autoCreate) {
        return new Publisher(log, commits, payloads, config(inFlight), new TopicsConfig(autoCreate), TestChecks.CHECKS);
    }

    /** One during whose payloads something else happens. */
    private Publisher publisher(Runnable meanwhile) {
        PayloadIntake intake = new PayloadIntake() {
            @Override
            public Stored store(String topic, InputStream body, Announced announced) {
                meanwhile.run();
                return payloads.store(topic, body, announced);
            }

            @Override
            public void discard(Stored stored) {
                payloads.discard(stored);
            }
        };
        return new Publisher(log, commits, intake, config(2), new TopicsConfig(true), TestChecks.CHECKS);
    }

    private void change(UnaryOperator<Settings.Builder> change) {
        commits.commit(
                "prices",
                new ChangeSettings(before -> change.apply(before.toBuilder()).build(), "", null),
                "tester",
                null);
    }

    private static PublishConfig config(int inFlight) {
        return new PublishConfig(inFlight, Duration.ofSeconds(5));
    }

    /** An intake during which somebody else publishes. */
    private PayloadIntake overtaken() {
        return new PayloadIntake() {
            @Override
            public Stored store(String topic, InputStream body, Announced announced) {
                publish(Orders.of(topic), "faster");
                return payloads.store(topic, body, announced);
            }

            @Override
            public void discard(Stored stored) {
                payloads.discard(stored);
                throw new IllegalStateException("a discard that fails is nobody's problem");
            }
        };
    }

    private static void assertRefused(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ServiceException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static InputStream body(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    private static InputStream unreadable() {
        return new InputStream() {
            @Override
            public int read() {
                throw new AssertionError("the body was read");
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                return read();
            }
        };
    }

    /** An empty body that ends when it is told to. */
    private static final class HeldBody extends InputStream {
        private final CountDownLatch reader = new CountDownLatch(1);
        private final CountDownLatch end = new CountDownLatch(1);

        void awaitReader() throws InterruptedException {
            assertThat(reader.await(10, TimeUnit.SECONDS)).isTrue();
        }

        void release() {
            end.countDown();
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            return read();
        }

        @Override
        public int read() {
            reader.countDown();
            try {
                assertThat(end.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return -1;
        }
    }
}
