package io.octavo.server.publish;

import static io.octavo.server.publish.TestPublisher.assertRefused;
import static io.octavo.server.publish.TestPublisher.body;
import static io.octavo.server.publish.TestPublisher.unreadable;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.octavo.protocol.EventKind;
import io.octavo.protocol.TopicEvent;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.server.publish.PayloadIntake.Announced;
import io.octavo.server.publish.Published.Outcome;
import io.octavo.server.topic.ArchiveTopic;
import io.octavo.server.topic.DeleteTopic;
import io.octavo.server.topic.Impact;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What a publish makes, and what a repetition of it. */
class PublisherTest {
    private final TestPublisher house = new TestPublisher();
    private final InMemoryTopicLog log = house.log;
    private final MemoryPayloads payloads = house.payloads;
    private final TopicCommits commits = house.commits;
    private final Publisher publisher = house.publisher;

    @Test
    void versionsAreNumberedAndGoToEverybodyUnlessScopesAreNamed() {
        Published first = house.publish(Orders.of("prices"), "one");
        Published second = house.publish(Orders.of("prices").scope("region=eu"), "two");

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
        assertThat(house.publish(Orders.of("prices").staged(), "one").version().getPublicationsList())
                .isEmpty();
        assertThatThrownBy(() -> Orders.of("prices").scope("*").staged().order())
                .isInstanceOf(InvalidField.class)
                .hasMessageContaining("stage");
    }

    @Test
    void undoWithdrawsTheVersionFromItsScopes() {
        assertThat(house.publish(Orders.of("prices").staged(), "one").undo()).isNull();
        assertThat(house.publish(Orders.of("prices").scope("region=eu"), "two").undo())
                .isEqualTo("octavo scopes withdraw prices 2 --scope 'region=eu' --reason 'undo'");
    }

    @Test
    void aDryRunStoresNothingAndTellsWhoWouldMove() {
        house.publish(Orders.of("prices"), "one");

        Published asked =
                publisher.dryRun(Orders.of("prices").order(), new ByteArrayInputStream("two".getBytes(UTF_8)));

        assertThat(asked.outcome()).isEqualTo(Outcome.DRY_RUN);
        assertThat(asked.version().getVersion()).isEqualTo(2);
        assertThat(asked.impact()).containsExactly(new Impact(Scopes.GLOBAL, 1, 2, null));
        assertThat(payloads.stored()).isEqualTo(1);
        assertThat(house.publish(Orders.of("prices"), "three").version().getVersion())
                .isEqualTo(2);
    }

    @Test
    void aRepetitionAnswersTheVersionAndStoresNothing() {
        house.publish(Orders.of("prices").key("k"), "one");

        Published again = house.publish(Orders.of("prices").key("k").expecting(0), "one");

        assertThat(again.outcome()).isEqualTo(Outcome.REPLAYED);
        assertThat(again.version().getVersion()).isEqualTo(1);
        assertThat(payloads.stored()).isEqualTo(1);
    }

    @Test
    void aKeyUsedForOtherBytesOrScopesIsRefused() {
        house.publish(Orders.of("prices").key("k"), "one");

        assertRefused(
                ErrorCode.IDEMPOTENCY_KEY_REUSED,
                () -> house.publish(Orders.of("prices").key("k"), "two"));
        assertRefused(
                ErrorCode.IDEMPOTENCY_KEY_REUSED,
                () -> house.publish(Orders.of("prices").key("k").scope("app=a"), "one"));
        house.publish(Orders.of("other").key("k"), "two");
    }

    @Test
    void aRepetitionWithOtherBytesThanItAnnouncesIsAMismatch() {
        house.publish(Orders.of("prices").key("k"), "one");

        PublishOrder order = Orders.of("prices").key("k").order(new Announced(4L, ByteString.EMPTY, ""));
        assertRefused(ErrorCode.DIGEST_MISMATCH, () -> publisher.publish(order, body("one")));
    }

    @Test
    void aTopicThatWasDeletedStartsAnewWithTheNumbersGoingOn() {
        long revision = house.publish(Orders.of("prices"), "one").revision();
        commits.commit("prices", new DeleteTopic(revision, "gone"), "tester", null);

        assertRefused(
                ErrorCode.TOPIC_NOT_FOUND,
                () -> house.publisher(1, false).publish(Orders.of("prices").order(), unreadable()));
        Published anew = house.publish(Orders.of("prices").expecting(0), "two");

        assertThat(anew.version().getVersion()).isEqualTo(2);
    }

    @Test
    void ifNothingChangedTheNewestIsAnsweredAndNothingIsLeftBehind() {
        house.publish(Orders.of("prices"), "one");

        Published same = house.publish(Orders.of("prices").onlyIfChanged(), "one");

        assertThat(same.outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(same.version().getVersion()).isEqualTo(1);
        assertThat(payloads.stored()).isEqualTo(2);
        assertThat(payloads.left()).isEqualTo(1);
    }

    @Test
    void aPublishThatFindsItsVersionThereEndsTheArchive() {
        house.publish(Orders.of("prices"), "one");
        archive("prices");

        publisher.dryRun(Orders.of("prices").onlyIfChanged().order(), body("one"));
        assertThat(isArchived("prices")).as("a dry run changes nothing").isTrue();
        Published same = house.publish(Orders.of("prices").onlyIfChanged().key("k"), "one");
        house.publish(Orders.of("prices").onlyIfChanged().key("k"), "one");

        assertThat(same.outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(isArchived("prices")).isFalse();
        assertThat(log.eventsBelow("prices", Long.MAX_VALUE, 10))
                .extracting(TopicEvent::getKind)
                .containsExactly(EventKind.TOPIC_UNARCHIVED, EventKind.TOPIC_ARCHIVED, EventKind.PUBLISHED);
    }

    @Test
    void aNodeThatDiesBeforeTheArchiveIsEndedHasAnsweredNothing() {
        house.publish(Orders.of("prices"), "one");
        archive("prices");
        Orders order = Orders.of("prices").onlyIfChanged().key("k");

        log.loseAnswersUnless(commit -> false);
        assertRefused(ErrorCode.UNAVAILABLE, () -> house.publish(order, "one"));
        log.loseAnswersUnless(commit -> true);

        assertThat(house.publish(order, "one").outcome()).isEqualTo(Outcome.UNCHANGED);
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
}
