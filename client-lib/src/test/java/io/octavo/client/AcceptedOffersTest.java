package io.octavo.client;

import static io.octavo.client.Harness.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.client.SubscriptionState.Phase;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Offer;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.TopicState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AcceptedOffersTest {
    private static final Consumer ANYBODY = Consumer.getDefaultInstance();

    private final Harness harness = new Harness();

    @BeforeEach
    void twoVersions() {
        harness.topics.publish(TOPIC, "one");
        harness.topics.publish(TOPIC, "two");
    }

    @Test
    void aPinLeadsToALowerVersionAndUnpinningBack() {
        Subscription<String> subscription = harness.subscription().start();
        harness.topics.pin(TOPIC, 1);
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("one");
        harness.topics.unpin(TOPIC);
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("two");
    }

    @Test
    void aQuarantinedVersionIsLeft() {
        Subscription<String> subscription = harness.subscription().start();
        harness.topics.quarantine(TOPIC, 2);
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("one");
        harness.topics.quarantine(TOPIC, 1);
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("one");
        assertThat(subscription.state().phase()).isEqualTo(Phase.UNRESOLVED);
        harness.topics.publish(TOPIC, "three");
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("three");
        assertThat(subscription.state().phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void aLowerVersionWithoutAReasonIsRefusedCountedAndReported() {
        Subscription<String> subscription = harness.subscription().start();
        harness.topics.forgetPublication(TOPIC, 2);
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("two");
        assertThat(subscription.state().phase()).isEqualTo(Phase.FAILED);
        assertThat(subscription.state().offered()).isEqualTo(1);
        harness.nextPoll();
        harness.nextPoll();
        TopicState reported = harness.lastPoll().getTopics(0);
        assertThat(reported.getState()).isEqualTo(RunState.FAILED);
        assertThat(reported.getError()).contains("refused version 1");
        assertThat(reported.getRevision()).isEqualTo(3);
        assertThat(harness.counts.of("REFUSED")).isEqualTo(1);
        harness.topics.publish(TOPIC, "three");
        harness.nextPoll();
        assertThat(subscription.state()).isEqualTo(new SubscriptionState(Phase.RUNNING, 3, 0, null));
    }

    @Test
    void whatStandsInIsRunUntilTheVersionItStandsInForIsBackAtTheSameRevision() {
        TopicHead head = harness.topics.head(TOPIC);
        harness.topics.corrupt(TOPIC, 2, new byte[] {1, 2, 3});
        Subscription<String> subscription = harness.subscription().start();
        assertThat(subscription.state().phase()).isEqualTo(Phase.FAILED);
        harness.topics.forge(offer -> standIn(head, 1));
        harness.nextPoll();
        assertThat(harness.lastPoll().getTopics(0).getState()).isEqualTo(RunState.FAILED);
        assertThat(harness.lastPoll().getTopics(0).getWanted()).isEqualTo(2);
        assertThat(subscription.get()).isEqualTo("one");
        harness.nextPoll();
        assertThat(harness.lastPoll().getTopics(0).getState()).isEqualTo(RunState.APPLIED);
        assertThat(harness.lastPoll().getTopics(0).getWanted()).isZero();
        harness.topics.corrupt(TOPIC, 2, "two".getBytes(StandardCharsets.UTF_8));
        harness.topics.forge(UnaryOperator.identity());
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("two");
        assertThat(subscription.current().revision()).isEqualTo(head.getRevision());
    }

    private Offer standIn(TopicHead head, long version) {
        return harness.topics.offer(TOPIC, head, ANYBODY, false).toBuilder()
                .setVersion(version)
                .setHead(head)
                .setPayload(harness.topics.payload(TOPIC, version))
                .setHasPayload(true)
                .build();
    }

    @Test
    void anOlderNodeMovesNobodyBack() {
        TopicHead old = harness.topics.head(TOPIC);
        harness.topics.publish(TOPIC, "three");
        List<String> heard = new ArrayList<>();
        Subscription<String> subscription = harness.subscription()
                .listener(snapshot -> heard.add(snapshot.value()))
                .start();
        harness.topics.touch(TOPIC);
        harness.topics.forge(offer -> harness.topics.offer(TOPIC, old, ANYBODY, true));
        harness.nextPoll();
        harness.topics.forge(UnaryOperator.identity());
        harness.nextPoll();
        assertThat(heard).containsExactly("three");
        assertThat(subscription.state().phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void whoHasNothingTakesWhatAnOlderNodeOffers() {
        TopicHead old = harness.topics.head(TOPIC);
        harness.topics.publish(TOPIC, "three");
        harness.topics.corrupt(TOPIC, 3, new byte[] {1, 2, 3});
        Subscription<String> subscription = harness.subscription().start();
        assertThat(subscription.state().phase()).isEqualTo(Phase.FAILED);
        harness.topics.forge(offer -> harness.topics.offer(TOPIC, old, ANYBODY, true));
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("two");
        harness.nextPoll();
        assertThat(harness.lastPoll().getTopics(0).getRevision()).isEqualTo(3);
    }

    @Test
    void aBareRevisionIsHeardAndChangesNothing() {
        Subscription<String> subscription = harness.subscription().start();
        harness.topics.touch(TOPIC);
        harness.nextPoll();
        harness.nextPoll();
        assertThat(harness.lastPoll().getTopics(0).getRevision()).isEqualTo(3);
        assertThat(subscription.state()).isEqualTo(new SubscriptionState(Phase.RUNNING, 2, 0, null));
    }

    @Test
    void aBareRevisionAboutAnotherVersionIsIgnored() {
        Subscription<String> subscription = harness.subscription().start();
        harness.topics.publish(TOPIC, "three");
        harness.topics.forge(offer -> Offer.newBuilder()
                .setTopic(TOPIC)
                .setEpoch(offer.getEpoch())
                .setRevision(offer.getRevision())
                .setVersion(1)
                .build());
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("two");
        assertThat(subscription.state().phase()).isEqualTo(Phase.RUNNING);
        harness.topics.forge(UnaryOperator.identity());
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("three");
    }

    @Test
    void offersThatComeWhileAVersionIsLoadedAreCoalesced() {
        List<Runnable> loads = new ArrayList<>();
        Harness slow = new Harness(loads::add, Runnable::run);
        slow.topics.publish(TOPIC, "one");
        List<String> heard = new ArrayList<>();
        Subscription<String> subscription = slow.subscription()
                .listener(snapshot -> heard.add(snapshot.value()))
                .start();
        slow.topics.publish(TOPIC, "two");
        slow.nextPoll();
        slow.topics.publish(TOPIC, "three");
        slow.nextPoll();
        assertThat(slow.lastPoll().getTopics(0).getState()).isEqualTo(RunState.FETCHING);
        assertThat(loads).hasSize(1);
        while (!loads.isEmpty()) {
            loads.remove(0).run();
        }
        assertThat(heard).containsExactly("three");
        assertThat(subscription.state().phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void aLoadThatIsNotWantedAnyMoreIsNotApplied() {
        List<Runnable> loads = new ArrayList<>();
        Harness slow = new Harness(loads::add, Runnable::run);
        slow.topics.publish(TOPIC, "one");
        List<String> heard = new ArrayList<>();
        Subscription<String> subscription = slow.subscription()
                .listener(snapshot -> heard.add(snapshot.value()))
                .start();
        loads.remove(0).run();
        slow.topics.publish(TOPIC, "bad");
        slow.nextPoll();
        slow.topics.quarantine(TOPIC, 2);
        slow.nextPoll();
        while (!loads.isEmpty()) {
            loads.remove(0).run();
        }
        assertThat(heard).containsExactly("one");
        assertThat(subscription.state()).isEqualTo(new SubscriptionState(Phase.RUNNING, 1, 0, null));
    }
}
