package io.octavo.server.subscribe;

import static io.octavo.server.subscribe.TestHeads.CONSUMER;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Deletion;
import io.octavo.protocol.Publication;
import io.octavo.protocol.Share;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LatestVersionsTest {
    private final HeadCache cache = new HeadCache(new TestClock());
    private final LatestVersions latest = new LatestVersions(cache);

    @Test
    void tellsTheVersionAndWhatDecided() {
        cache.loaded();
        TopicHead head = TestHeads.empty("t", 4)
                .addPublications(TestHeads.publication(3, "*"))
                .addPins(TestHeads.pin(2, "app=recs"))
                .addVersions(TestHeads.direct(2))
                .addVersions(TestHeads.direct(3))
                .build();
        cache.put(head);
        assertThat(latest.of("t", CONSUMER, false))
                .isEqualTo(
                        new Latest.Found(head, new Resolution(2, true, Scopes.parse("app=recs")), TestHeads.direct(2)));
        assertThat(latest.of("t", CONSUMER, true))
                .isEqualTo(new Latest.Found(head, new Resolution(3, false, Scopes.GLOBAL), TestHeads.direct(3)));
    }

    @Test
    void tellsWhatStandsInForAVersionThatIsHeldBackAndForWhich() {
        cache.loaded();
        TopicHead head = TestHeads.head("t", 4, 3);
        cache.put(head);
        CachedTopic before = requireNonNull(cache.get("t"));
        VersionRecord one = TestHeads.direct(1).toBuilder()
                .addPublications(TestHeads.publication(1, "region=eu"))
                .build();
        cache.replace(
                before,
                before.with(new HeldBack(
                        Map.of(3L, new HeldBack.Missing(Instant.EPOCH, new StandIns(List.of(one), true))))));
        Resolution standIn = new Resolution(1, false, Scopes.parse("region=eu"));
        assertThat(latest.of("t", CONSUMER, false)).isEqualTo(new Latest.Found(head, standIn, one, 3));
        assertThat(latest.of("t", Consumer.getDefaultInstance(), false)).isEqualTo(new Latest.AllHeldBack(head, 3));
        assertThat(latest.insteadOf(head, CONSUMER))
                .isEqualTo(new LatestVersions.Instead(3, Instant.EPOCH, standIn, one));
        assertThat(latest.insteadOf(TestHeads.head("t", 5, 3), CONSUMER))
                .as("of another head, it is not known")
                .isNull();
    }

    @Test
    void tellsWhyThereIsNothing() {
        cache.loaded();
        TopicHead staged = TestHeads.empty("staged", 1).setNewestVersion(1).build();
        cache.put(staged);
        TopicHead elsewhere = TestHeads.empty("elsewhere", 2)
                .addPublications(TestHeads.publication(2, "region=us"))
                .addPublications(TestHeads.publication(1, "app=ads"))
                .build();
        cache.put(elsewhere);
        cache.put(TestHeads.head("deleted", 3, 1).toBuilder()
                .setDeletion(Deletion.newBuilder().setReason("unused"))
                .build());
        assertThat(latest.of("unknown", CONSUMER, false)).isEqualTo(new Latest.UnknownTopic(false));
        assertThat(latest.of("deleted", CONSUMER, false)).isEqualTo(new Latest.UnknownTopic(true));
        assertThat(latest.of("staged", CONSUMER, false)).isEqualTo(new Latest.NeverPublished(staged));
        assertThat(latest.of("elsewhere", CONSUMER, false))
                .isEqualTo(new Latest.PublishedToOthers(elsewhere, elsewhere.getPublicationsList()));
    }

    @Test
    void instanceOutsideOfTheOnlyShareHearsWhoIsInside() {
        cache.loaded();
        Publication one = TestHeads.publication(1, "*").toBuilder()
                .setShare(Share.newBuilder().setSalt("salt").setBound(1))
                .build();
        TopicHead head = TestHeads.empty("t", 1).addPublications(one).build();
        cache.put(head);
        assertThat(latest.of("t", CONSUMER, false)).isInstanceOf(Latest.PublishedToOthers.class);
    }

    @Test
    void refusesWhatCanNotBeRightAndWaitsForTheLoad() {
        assertThatThrownBy(() -> latest.of("No", CONSUMER, false)).isInstanceOf(InvalidField.class);
        Consumer wrong = Consumer.newBuilder().setApp("a b").build();
        assertThatThrownBy(() -> latest.of("t", wrong, false)).isInstanceOf(InvalidField.class);
        assertThatThrownBy(() -> latest.of("t", CONSUMER, false)).isInstanceOf(ServiceException.class);
    }

    @Test
    void headThatLacksTheRecordOfItsVersionIsAFault() {
        cache.loaded();
        cache.put(TestHeads.empty("t", 4)
                .addPublications(TestHeads.publication(3, "*"))
                .build());
        assertThatThrownBy(() -> latest.of("t", CONSUMER, false))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("t: the head at revision 4 names version 3");
    }
}
