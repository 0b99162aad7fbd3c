package io.octavo.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.octavo.client.OctavoException;
import io.octavo.client.Snapshot;
import io.octavo.client.SubscriptionListener;
import io.octavo.client.SubscriptionState;
import io.octavo.client.SubscriptionState.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SettableSubscriptionTest {
    private final SettableSubscription<String> prices = SettableSubscription.of("prices", "one");

    @Test
    void valuesAreReplacedAndVersionsCounted() {
        assertThat(prices.topic()).isEqualTo("prices");
        assertThat(prices.get()).isEqualTo("one");
        prices.set("two");
        assertThat(prices.get()).isEqualTo("two");
        assertThat(prices.current().version()).isEqualTo(2);
        prices.set(1, "one", Map.of("k", "v"));
        assertThat(prices.current().metadata()).containsEntry("k", "v");
        prices.set("three");
        assertThat(prices.current().version()).isEqualTo(3);
        assertThat(prices.state()).isEqualTo(new SubscriptionState(Phase.RUNNING, 3, 0, null));
    }

    @Test
    void listenersHearOfTheValueThatIsVisibleAndOfAllAfterIt() {
        List<String> heard = new ArrayList<>();
        prices.listen(snapshot -> heard.add(snapshot.value() + "=" + prices.get()));
        prices.set("two");
        assertThat(heard).containsExactly("one=one", "two=two");
    }

    @Test
    void aFailureLeavesTheValueAndIsHeardOf() {
        List<SubscriptionState> heard = new ArrayList<>();
        prices.listen(new SubscriptionListener<>() {
            @Override
            public void updated(Snapshot<String> snapshot) {}

            @Override
            public void failed(SubscriptionState state) {
                heard.add(state);
            }
        });
        prices.fail("no room");
        assertThat(prices.get()).isEqualTo("one");
        assertThat(heard).hasSize(1);
        assertThat(heard.get(0).phase()).isEqualTo(Phase.FAILED);
        assertThat(heard.get(0).offered()).isEqualTo(2);
        assertThat(heard.get(0).error()).hasMessageContaining("no room");
        prices.unresolve();
        assertThat(prices.state().phase()).isEqualTo(Phase.UNRESOLVED);
    }

    @Test
    void withoutAValueOneIsWaitedForAndItsAbsenceIsSaid() throws Exception {
        SettableSubscription<String> empty = SettableSubscription.empty("empty");
        assertThatExceptionOfType(OctavoException.class).isThrownBy(empty::get).withMessageContaining("no value yet");
        assertThatExceptionOfType(OctavoException.class).isThrownBy(() -> empty.awaitValue(Duration.ofMillis(1)));
        empty.fail("no room");
        assertThatExceptionOfType(OctavoException.class).isThrownBy(empty::get).withMessageContaining("no room");
        CompletableFuture<String> waited = CompletableFuture.supplyAsync(() -> {
            try {
                return empty.awaitValue(Duration.ofSeconds(20));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        empty.set("there");
        assertThat(waited.get()).isEqualTo("there");
    }

    @Test
    void whatIsClosedIsClosed() {
        prices.close();
        assertThat(prices.state().phase()).isEqualTo(Phase.CLOSED);
        assertThatIllegalStateException().isThrownBy(prices::get);
        assertThatIllegalStateException().isThrownBy(() -> prices.set("two"));
    }
}
