package io.octavo.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Deletion;
import io.octavo.protocol.TopicHead;
import org.junit.jupiter.api.Test;

final class ResolutionTest {
    private static final Consumer BLUE = Fleet.consumer("eu", "recs", "blue", "instance");

    @Test
    void withoutPinsTheHighestPublishedVersionThatMatchesWins() {
        TopicHead.Builder head = Fleet.head()
                .addPublications(Fleet.publication(9, "region=us"))
                .addPublications(Fleet.publication(6, "app=recs"))
                .addPublications(Fleet.publication(7, "*"))
                .addPublications(Fleet.publication(5, "cluster=blue"));
        assertResolves(head, 7, false, "*");
    }

    @Test
    void aPinWinsOverAHigherPublication() {
        TopicHead.Builder head =
                Fleet.head().addPublications(Fleet.publication(9, "*")).addPins(Fleet.pin(2, "*"));
        assertResolves(head, 2, true, "*");
        assertThat(Resolution.ignoringPins(head.build(), BLUE)).isEqualTo(new Resolution(9, false, Scopes.GLOBAL));
    }

    @Test
    void aPinOverridesLatestInItsScopeOnly() {
        TopicHead.Builder head = Fleet.head()
                .addPublications(Fleet.publication(9, "*"))
                .addPins(Fleet.pin(2, "region=us"))
                .addPins(Fleet.pin(3, "region=eu,app=ads"));
        assertResolves(head, 9, false, "*");
    }

    @Test
    void theMostSpecificPinWins() {
        TopicHead.Builder head = Fleet.head().addPins(Fleet.pin(1, "*"));
        assertResolves(head, 1, true, "*");
        assertResolves(head.addPins(Fleet.pin(2, "region=eu")), 2, true, "region=eu");
        assertResolves(head.addPins(Fleet.pin(3, "app=recs")), 3, true, "app=recs");
        assertResolves(head.addPins(Fleet.pin(4, "region=eu,app=recs")), 4, true, "region=eu,app=recs");
        assertResolves(head.addPins(Fleet.pin(5, "cluster=blue")), 5, true, "cluster=blue");
    }

    @Test
    void theMostSpecificPinWinsInWhateverOrderTheyStand() {
        TopicHead.Builder head = Fleet.head()
                .addPins(Fleet.pin(5, "cluster=blue"))
                .addPins(Fleet.pin(4, "region=eu,app=recs"))
                .addPins(Fleet.pin(1, "*"));
        assertResolves(head, 5, true, "cluster=blue");
    }

    @Test
    void aPinToAQuarantinedVersionGivesWayToTheNextSpecific() {
        TopicHead.Builder head = Fleet.head(5L)
                .addPublications(Fleet.publication(9, "*"))
                .addPins(Fleet.pin(5, "cluster=blue"))
                .addPins(Fleet.pin(2, "region=eu"));
        assertResolves(head, 2, true, "region=eu");
    }

    @Test
    void ifEveryPinIsQuarantinedPublicationsDecide() {
        TopicHead.Builder head =
                Fleet.head(5L).addPublications(Fleet.publication(9, "*")).addPins(Fleet.pin(5, "cluster=blue"));
        assertResolves(head, 9, false, "*");
    }

    @Test
    void aQuarantinedVersionIsServedToNobody() {
        TopicHead.Builder head = Fleet.head(9L)
                .addPublications(Fleet.publication(9, "*"))
                .addPublications(Fleet.publication(4, "app=recs"));
        assertResolves(head, 4, false, "app=recs");
    }

    @Test
    void aPartialPublicationIsForInstancesOfItsShareOnly() {
        TopicHead.Builder head = Fleet.head()
                .addPublications(Fleet.publication(9, "*", "salt", 8596))
                .addPublications(Fleet.publication(8, "*", "salt", 8597))
                .addPublications(Fleet.publication(7, "*"));
        assertResolves(head, 8, false, "*");
        assertThat(Resolution.of(head.build(), Fleet.consumer("eu", "recs", "blue", "host-1")))
                .isEqualTo(new Resolution(7, false, Scopes.GLOBAL));
    }

    @Test
    void neverPublishedForThisConsumerIsNothing() {
        assertThat(Resolution.of(TopicHead.getDefaultInstance(), BLUE)).isEqualTo(Resolution.NOTHING);
        assertThat(Resolution.of(
                        Fleet.head()
                                .addPublications(Fleet.publication(9, "region=us"))
                                .build(),
                        BLUE))
                .isEqualTo(Resolution.NOTHING);
    }

    @Test
    void nothingResolvesOfADeletedTopic() {
        TopicHead head = Fleet.head()
                .addPublications(Fleet.publication(9, "*"))
                .addPins(Fleet.pin(2, "*"))
                .setDeletion(Deletion.newBuilder().setReason("over"))
                .build();
        assertThat(Resolution.of(head, BLUE)).isEqualTo(Resolution.NOTHING);
        assertThat(Resolution.ignoringPins(head, BLUE)).isEqualTo(Resolution.NOTHING);
    }

    private static void assertResolves(TopicHead.Builder head, long version, boolean pinned, String scope) {
        assertThat(Resolution.of(head.build(), BLUE)).isEqualTo(new Resolution(version, pinned, Scopes.parse(scope)));
    }
}
