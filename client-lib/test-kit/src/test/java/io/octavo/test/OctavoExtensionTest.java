package io.octavo.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.client.Deserializers;
import io.octavo.client.OctavoClient;
import io.octavo.client.Published;
import io.octavo.client.Reads;
import io.octavo.client.Subscription;
import io.octavo.client.SubscriptionState;
import io.octavo.client.SubscriptionState.Phase;
import io.octavo.client.Version;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What is to be had in memory only, and all that clients do. */
@Timeout(60)
class OctavoExtensionTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @RegisterExtension
    final OctavoExtension octavo = OctavoExtension.inMemory();

    @Test
    void wrongBytesAreRefusedAndTheValueStays() throws Exception {
        octavo.server().publish("prices", "one");
        Heard heard = new Heard();
        Subscription<String> prices = octavo.client()
                .subscription("prices", Deserializers.utf8())
                .listener(heard)
                .start();
        assertThat(heard.next()).isEqualTo("one");
        octavo.client().publish("prices").stage().bytes(new byte[300_000]);
        octavo.server().corrupt("prices", 2);
        octavo.server().pin("prices", "*", 2);
        SubscriptionState failed = heard.nextFailure();
        assertThat(failed.phase()).isEqualTo(Phase.FAILED);
        assertThat(failed.offered()).isEqualTo(2);
        assertThat(prices.get()).isEqualTo("one");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> octavo.server().corrupt("prices", 9))
                .withMessageStartingWith("version: ");
    }

    @Test
    void theServiceCanGoAwayAndComeBack() throws Exception {
        octavo.server().publish("prices", "one");
        try (OctavoClient client =
                octavo.server().client().requestTimeout(Duration.ofSeconds(5)).build()) {
            Subscription<String> prices =
                    client.subscription("prices", Deserializers.utf8()).start();
            assertThat(prices.awaitValue(BOUND)).isEqualTo("one");
            octavo.server().stop();
            assertThat(prices.get()).isEqualTo("one");
            assertThatThrownBy(() -> client.reads().latest("prices")).hasMessageContaining("UNAVAILABLE");
            octavo.server().restart();
            assertThat(client.reads().latest("prices").version()).isEqualTo(1);
        }
    }

    @Test
    void allThatTheClientDoesWorks(@TempDir Path folder) throws Exception {
        OctavoClient client = octavo.client();
        Published first =
                client.publish("data").metadata("k", "v").hold("audit").bytes(new byte[2_000_000]);
        assertThat(client.publish("data")
                        .ifChanged()
                        .metadata("k", "v")
                        .bytes(new byte[2_000_000])
                        .unchanged())
                .isTrue();
        Reads reads = client.reads();
        Version version = reads.version("data", first.version());
        assertThat(version.metadata()).containsEntry("k", "v");
        assertThat(reads.download(version, folder.resolve("data"))).hasSize(2_000_000);
        assertThat(reads.history("data").map(Version::version)).containsExactly(1L);
        assertThat(reads.at(version.publishedAt()).latest("data").version()).isEqualTo(1);
        assertThat(client.waitForFleet(first, 100, BOUND).isReached(100)).isTrue();
        Subscription<byte[]> data =
                client.subscription("data", Deserializers.bytes()).start();
        assertThat(data.awaitValue(BOUND)).hasSize(2_000_000);
        Published second = client.publish("data").string("small");
        assertThat(client.waitForFleet(second, 100, BOUND).running()).isEqualTo(1);
    }
}
